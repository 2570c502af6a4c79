"""What the engine refuses, and why, in words that can be translated where they are shown."""

from collections.abc import Callable
from dataclasses import dataclass

from diguan.rulebook.problems import N_, RulesRefused


class DataRefused(RulesRefused):
    """Data that cannot be screened at all: a file missing, empty, of another encoding, without a needed column."""


OF_HOUSEHOLD = "of_refused_household"
# Reasons for which single rows are refused; the values are shown beside them.
REASONS = {
    "no_key": N_("The row has no {column}."),
    "repeated": N_("{column} {value} stands more than once."),
    "no_household": N_("There is no household {value}."),
    "not_a_number": N_("{column}: “{value}” is not a number."),
    "not_whole": N_("{column}: “{value}” is not a whole number."),
    "not_a_date": N_("{column}: “{value}” is not a date; write 2020-05-29."),
    "not_a_truth": N_("{column}: “{value}” is neither true nor false."),
    "not_a_code": N_("{column}: “{value}” is not in the code list."),
    "too_small": N_("{column}: {value} is below the smallest possible value."),
    "too_large": N_("{column}: {value} is above the largest possible value."),
    OF_HOUSEHOLD: N_("Another row of household {value} was refused."),
}


@dataclass(frozen=True)
class Refusal:
    """One refused row: file, row (the first below the headings is 1), column, value as written, reason."""

    file: str
    row: int
    household: str
    column: str
    value: str
    reason: str

    def message(self, translate: Callable[[str], str] = str) -> str:
        return translate(REASONS[self.reason]).format(column=self.column, value=self.value)
