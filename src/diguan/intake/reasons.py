"""Why a household of a file is refused, in the reader's words: where, what, and how to mend it."""

import json
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan.intake.vocabulary import Vocabulary
from diguan.registry import reasons as registry
from diguan.ui import formats

REASONS = {
    "not_a_number": gettext_lazy("“%(value)s” is not a number."),
    "not_whole": gettext_lazy("“%(value)s” is not a whole number."),
    "too_small": gettext_lazy("%(value)s is below the smallest possible value, %(least)s."),
    "too_large": gettext_lazy("%(value)s is above the largest possible value, %(most)s. Is the unit right?"),
    "too_long": gettext_lazy("“%(value)s” is too long."),
    "not_a_truth": gettext_lazy("“%(value)s” is neither yes nor no."),
    "not_a_date": gettext_lazy("“%(value)s” is not a day; write it as 2020-05-02."),
    "not_a_code": gettext_lazy("“%(value)s” is not in the list. Possible are: %(choices)s"),
    "error_cell": gettext_lazy("The cell holds an error, %(value)s, instead of a value."),
    "formula_without_value": gettext_lazy(
        "The cell holds a formula without its result. Open the file in a spreadsheet program, save it, and send that."
    ),
    "digits_lost": gettext_lazy(
        "%(value)s: the spreadsheet kept only the first 15 digits of this number. Format the column as text and type it again."
    ),
    "no_household_number": gettext_lazy("The row has no household number."),
    "household_differs": gettext_lazy("The rows of this household say different things: %(value)s."),
    "household_unknown": gettext_lazy("No household with the key %(value)s is on file."),
    "household_twice": gettext_lazy("Two households of the file are the same one on file."),
    "people_of_several": gettext_lazy(
        "The people of this household are on file in different households. Record who moved first, or mend the number."
    ),
    "number_of_several": gettext_lazy("The ID number belongs to several people on file. Settle that first."),
    "person_unknown": gettext_lazy("Nobody with the key %(value)s belongs to this household."),
    "person_twice": gettext_lazy("The same person stands in two rows."),
    "place_unknown": gettext_lazy("No place in which you may record is called “%(value)s”."),
    "place_ambiguous": gettext_lazy(
        "Several places are called “%(value)s”. Write the code, or the township in a column before it."
    ),
    "no_place": gettext_lazy("The household is new and its place is not named."),
    "moved": gettext_lazy("On file the household lives in %(more)s, not in %(value)s. Record the move first."),
    "total_row": gettext_lazy("This row adds up others; it is no household."),
    "says_nothing": gettext_lazy("The row says nothing but a number."),
    "no_day": gettext_lazy("The day of observation is missing."),
}
_LONGEST = 80


@dataclass(frozen=True)
class Fault:
    """One fault as it is kept: what the column means, the cell as typed, and what else is to be said (the registry's
    parameters as JSON, where it was the registry that refused)."""

    name: str
    value: str | None
    reason: str
    more: str | None


def message(fault: Fault, words: Vocabulary) -> str:
    """The reason in words."""
    if fault.reason.startswith("registry:"):
        params = json.loads(fault.more) if fault.more else {}
        return registry.message(fault.reason.removeprefix("registry:"), params)
    target = words.targets.get(fault.name)
    variable = target.variable if target else None
    shown = (fault.value or "").strip()
    given = {
        "value": shown[:_LONGEST] + ("…" if len(shown) > _LONGEST else ""),
        "more": fault.more or "",
        "least": f"{variable.min:f}" if variable is not None and variable.min is not None else "",
        "most": f"{variable.max:f}" if variable is not None and variable.max is not None else "",
        "choices": "; ".join(formats.text(label.by_language) for label in variable.codes.values()) if variable else "",
    }
    return str(REASONS[fault.reason]) % given


def column(name: str, words: Vocabulary) -> str:
    """What a column is called, in the reader's language."""
    target = words.targets.get(name)
    return formats.text(target.label.by_language) if target else name


def and_rest() -> str:
    """Of a row without a fault in a household that was refused as a whole."""
    return _("Nothing is wrong here, but with another row of this household, which is refused as a whole.")


def heading() -> str:
    return _("Why refused")
