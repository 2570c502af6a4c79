"""Something the reader must know: what is wrong, where, and how to mend it."""

from dataclasses import dataclass
from typing import Literal

from django import forms

Level = Literal["error", "warning", "good", "info"]


@dataclass(frozen=True)
class Notice:
    """One notice; `mend` says what to do, `href` leads there."""

    what: str
    where: str = ""
    mend: str = ""
    href: str = ""
    level: Level = "error"


def of_form(form: forms.Form) -> list[Notice]:
    """The errors of a bound form: what is wrong, in which field, with a link to it."""
    found = []
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        href = f"#{bound.id_for_label}" if bound else ""
        found += [Notice(what=str(error), where=str(bound.label) if bound else "", href=href) for error in errors]
    return found
