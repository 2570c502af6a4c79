"""Ordered steps and how far they have come."""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import pgettext

State = Literal["done", "now", "todo", "late"]


@dataclass(frozen=True)
class Step:
    """One step; `on` is when it was done, or when it is due."""

    label: str
    state: State = "todo"
    by: str = ""
    on: Any = None
    note: str = ""
    href: str = ""

    @property
    def state_word(self) -> str:
        return {
            "done": pgettext("step", "done"),
            "now": pgettext("step", "under way"),
            "todo": pgettext("step", "to do"),
            "late": pgettext("step", "late"),
        }[self.state]
