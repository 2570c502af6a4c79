"""Why a row is refused: one catalogue of reasons, in words that say how to mend it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

REASONS = {
    "key_malformed": gettext_lazy("“%(value)s” is not a UUID."),
    "key_taken": gettext_lazy("The key is on file already, with another place, household or name."),
    "place_unknown": gettext_lazy("No place has the code “%(place)s”."),
    "household_unknown": gettext_lazy("No household with the key %(household)s is on file."),
    "person_unknown": gettext_lazy("Nobody with the key %(person)s belongs to this household."),
    "text_malformed": gettext_lazy("“%(column)s” is longer than %(most)s characters, or holds a null character."),
    "ordinal_malformed": gettext_lazy("The position “%(value)s” is not a whole number from 0."),
    "instance_conflict": gettext_lazy("An observation with this instance id is on file with other content."),
    "source_unknown": gettext_lazy("The dictionary knows no source “%(source)s”."),
    "observed_on_malformed": gettext_lazy("“%(value)s” is not a date; write it as YYYY-MM-DD."),
    "observed_in_future": gettext_lazy("The date of observation, %(value)s, has not come yet."),
    "body_malformed": gettext_lazy(
        "The content is not an object with the parts “household” and “persons”, each naming a variable once."
    ),
    "variable_unknown": gettext_lazy("The dictionary knows no variable “%(variable)s”."),
    "not_of_person": gettext_lazy("“%(variable)s” is said of the household, not of one person."),
    "not_of_household": gettext_lazy("“%(variable)s” is said of a person, not of the household."),
    "type_wrong": gettext_lazy("“%(variable)s” takes %(type)s, not %(value)s."),
    "code_unknown": gettext_lazy("%(value)s is not one of the codes of “%(variable)s”."),
    "below_min": gettext_lazy("“%(variable)s” is %(value)s, below the least allowed value, %(limit)s."),
    "above_max": gettext_lazy("“%(variable)s” is %(value)s, above the greatest allowed value, %(limit)s."),
    "too_long": gettext_lazy("“%(variable)s” is longer than %(limit)s signs."),
    "read_from": gettext_lazy("“%(variable)s” is read from “%(identifier)s” and is not stated by itself."),
}


TYPES = {
    "boolean": gettext_lazy("true or false"),
    "integer": gettext_lazy("a whole number"),
    "decimal": gettext_lazy("a decimal number"),
    "money": gettext_lazy("an amount of money"),
    "date": gettext_lazy("a date as YYYY-MM-DD"),
    "code": gettext_lazy("a code"),
    "text": gettext_lazy("a text"),
    "identifier": gettext_lazy("a number as text"),
}


def message(reason: str, params: Mapping[str, Any]) -> str:
    """The reason in the reader's language."""
    return str(REASONS[reason]) % {name: TYPES.get(v, v) if name == "type" else v for name, v in params.items()}
