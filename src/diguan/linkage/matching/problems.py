"""What is refused or set aside when people are read, in words that are translated where they are shown."""

from collections.abc import Callable
from dataclasses import dataclass

from diguan.rulebook.problems import N_

# Rows that stand for nobody: they are left out.
REFUSED = {
    "no_key": N_("The row has no person_key."),
    "repeated": N_("person_key {value} stands more than once."),
    "no_name": N_("The row has no name."),
}
# Values that nobody can read: the person stays, the value counts as unknown.
SET_ASIDE = {
    "not_a_date": N_("birth_date: “{value}” is not a date; write 1985-03-20. It counts as unknown."),
    "not_a_sex": N_("sex: “{value}” is not a sex; write male or female. It counts as unknown."),
}
REASONS = REFUSED | SET_ASIDE


@dataclass(frozen=True)
class Fault:
    """One row refused or one value set aside: file, row (the first below the headings is 1), key, value, reason."""

    file: str
    row: int
    key: str
    value: str
    reason: str

    def message(self, translate: Callable[[str], str] = str) -> str:
        return translate(REASONS[self.reason]).format(value=self.value)
