"""Who came, who went, who stays: a picture of ways from one set of groups to another, drawn on the server.

Drawn without a view box, so that letters keep their size at any width: the ribbons alone are stretched between the groups.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["stays", "came", "went", "between", "unknown"]

HEIGHT = 280  # of all ribbons of one side together
THINNEST = 3
GAP = 14
LINE = 17
TOP = 26  # under the headings
WIDEST = 13  # letters of a label in one line; a Chinese one counts as two


@dataclass(frozen=True)
class Way:
    """So many went from one group to another; `words` say so, `href` leads to them."""

    before: str
    after: str
    value: int
    words: str
    tone: Tone
    href: str = ""


@dataclass(frozen=True)
class Box:
    """A group as drawn: its label in lines of text, its count below."""

    lines: Sequence[tuple[int, str]]
    top: int
    height: int
    value: int
    count_at: int


@dataclass(frozen=True)
class Ribbon:
    way: Way
    path: str


@dataclass(frozen=True)
class Picture:
    """`labels` name the groups in the order in which they stand; `heads` are the days on the left and on the right."""

    label: str
    sentence: str
    unit: str
    heads: tuple[str, str]
    labels: dict[str, str]
    ways: Sequence[Way]

    @property
    def left(self) -> list[Box]:
        return [box for box, _ in self._side("before").values()]

    @property
    def right(self) -> list[Box]:
        return [box for box, _ in self._side("after").values()]

    @property
    def height(self) -> int:
        return 8 + max(
            (box.top + max(box.height, box.count_at - box.top + 6) for box in (*self.left, *self.right)), default=TOP
        )

    @property
    def ribbons(self) -> list[Ribbon]:
        """The widest first, so that thin ones lie on top and can be reached."""
        left, right = ({key: starts for key, (_, starts) in self._side(side).items()} for side in ("before", "after"))
        drawn = []
        for way in sorted(self.ways, key=lambda way: -way.value):
            high, low = left[way.before][way.after], right[way.after][way.before]
            thick = self._thick(way)
            path = f"M0,{high}C50,{high} 50,{low} 100,{low}V{low + thick}C50,{low + thick} 50,{high + thick} 0,{high + thick}Z"
            drawn.append(Ribbon(way, path))
        return drawn

    def _thick(self, way: Way) -> int:
        whole = sum(each.value for each in self.ways) or 1
        return max(THINNEST, round(HEIGHT * way.value / whole))

    def _side(self, side: str) -> dict[str, tuple[Box, dict[str, int]]]:
        """Each group of a side with where its ribbons begin, by the group at their other end."""
        found: dict[str, tuple[Box, dict[str, int]]] = {}
        top = TOP
        for key, label in self.labels.items():
            mine = [way for way in self.ways if getattr(way, side) == key]
            if not mine:
                continue
            other = "after" if side == "before" else "before"
            mine.sort(key=lambda way: list(self.labels).index(getattr(way, other)))
            starts, at = {}, top
            for way in mine:
                starts[getattr(way, other)] = at
                at += self._thick(way)
            words = wrapped(label)
            lines = [(top + 12 + LINE * number, text) for number, text in enumerate(words)]
            box = Box(lines, top, at - top, sum(way.value for way in mine), top + 12 + LINE * len(words))
            found[key] = (box, starts)
            top = max(at, box.count_at + 4) + GAP
        return found


def wrapped(label: str) -> list[str]:
    """A label in lines, broken between words or Chinese letters, the third line cut short."""
    lines, line = [], ""
    for piece in _pieces(label):
        if line and _width(line + piece.rstrip()) > WIDEST:
            lines.append(line.strip())
            line = ""
        line += piece
    lines.append(line.strip())
    return lines if len(lines) <= 3 else [*lines[:2], lines[2][:-1] + "…"]


def _pieces(label: str) -> list[str]:
    pieces: list[str] = []
    for sign in label:
        wide = unicodedata.east_asian_width(sign) in "WF"
        if (
            pieces
            and not wide
            and not pieces[-1].endswith(" ")
            and unicodedata.east_asian_width(pieces[-1][-1]) not in "WF"
        ):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
