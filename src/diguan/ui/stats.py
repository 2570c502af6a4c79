"""The big numbers at the head of a page: each a link to what it counts, its change beside its level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class Line:
    """A line under the big number."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Stat:
    """`value` None is unknown. `change` is against `since`; `better` says which way is good."""

    label: str
    value: int | None
    unit: str = ""
    href: str = ""
    lines: Sequence[Line | str] = ()
    change: int | None = None
    since: str = ""
    better: Literal["down", "up", ""] = ""
    tone: str = ""

    @property
    def shown_lines(self) -> list[Line]:
        return [line if isinstance(line, Line) else Line(line) for line in self.lines]

    @property
    def change_tone(self) -> str:
        if not self.change or not self.better:
            return ""
        return "good" if (self.change < 0) == (self.better == "down") else "bad"


@dataclass(frozen=True)
class Countdown:
    """Days from `today` to a deadline."""

    deadline: date
    today: date
    label: str = ""

    @property
    def days(self) -> int:
        return (self.deadline - self.today).days

    @property
    def days_past(self) -> int:
        return -self.days
