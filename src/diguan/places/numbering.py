"""Gives every place its range of numbers. Pure: no database.

Codes that nest as 2-2-2-3-3 digits are their own numbers. Any other tree gets ranges by order within the parent, as
wide as its greatest fan-out at each depth needs with room to double. A range once given is kept: a place that comes
later takes the next free one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from diguan.places.reading import Row
from diguan.places.refusals import FileRefused, Problem

Range = tuple[int, int]

DIGITS = 12
_LENGTHS = (2, 4, 6, 9, 12)
_NARROW, _WIDE = 15, 18  # 15 digits stay exact in every spreadsheet and browser; 18 is what a BIGINT holds
_ROOM = 2
_USUAL_DIGITS = 3


def coded(code: str) -> Range | None:
    """Return the range that a code of 2, 4, 6, 9 or 12 digits stands for, else None."""
    if len(code) not in _LENGTHS or not (code.isascii() and code.isdigit()):
        return None
    width = 10 ** (DIGITS - len(code))
    number = int(code) * width
    return number, number + width


@dataclass(slots=True)
class _Siblings:
    """The ranges given below one parent."""

    taken: dict[int, int] = field(default_factory=dict)
    last: int = 0

    def take(self, given: Range) -> Range:
        self.taken[given[0]] = given[1]
        self.last = max(self.last, given[1])
        return given

    def is_free(self, wanted: Range) -> bool:
        if wanted[0] >= self.last:
            return True
        return wanted[0] not in self.taken and not any(
            low < wanted[1] and wanted[0] < high for low, high in self.taken.items()
        )

    @property
    def width(self) -> int | None:
        return min((high - low for low, high in self.taken.items()), default=None)


class Numbers:
    """Ranges of a tree that grows; `of` gives one to each row in turn, parents first."""

    def __init__(
        self, file: str, rows: Sequence[Row], depth: Mapping[str, int], standing: Mapping[str, tuple[Range, str]]
    ):
        """`standing` are the codes on file with their range and their parent's code. Raises: FileRefused."""
        self._file = file
        self._ranges: dict[str, Range] = {}
        self._siblings: dict[str, _Siblings] = defaultdict(_Siblings)
        for code, (given, parent_code) in standing.items():
            self._ranges[code] = self._siblings[parent_code].take(given)
        new = [row for row in rows if row.code not in standing]
        self._coded_roots = _roots_of_nesting_codes(rows, standing)
        self._root_of = _roots(rows, standing)
        self._digits = _digits(
            file, [row for row in new if self._root_of[row.code] not in self._coded_roots], rows, depth
        )
        self._depth = depth

    def of(self, row: Row) -> Range | Problem:
        """Return the range of a row that is not on file yet, or why it can't have one."""
        siblings = self._siblings[row.parent_code]
        own = coded(row.code) if self._root_of[row.code] in self._coded_roots else None
        if own is not None and self._nests(own, row.parent_code) and siblings.is_free(own):
            given: Range | None = own
        else:
            given = self._next_free(row, siblings)
        if given is None:
            return self._full(row)
        self._ranges[row.code] = siblings.take(given)
        return given

    def _nests(self, own: Range, parent_code: str) -> bool:
        if not parent_code:
            return True
        low, high = self._ranges[parent_code]
        return low <= own[0] and own[1] <= high and own != (low, high)

    def _next_free(self, row: Row, siblings: _Siblings) -> Range | None:
        depth = self._depth[row.code]
        if row.parent_code:
            low, high = self._ranges[row.parent_code]
            width = siblings.width or (high - low) // 10 ** self._digits.get(depth, _USUAL_DIGITS)
            start = low + width  # the first slot stays the parent's own
        else:
            standing_width = _assigned_root_width(siblings)
            low, high = 0, 10 ** (_WIDE if standing_width else self._digits[-1])
            width = standing_width or high // 10 ** self._digits[0]
            # Ranges below 10^12 belong to trees of nesting codes, imported before or after.
            start = -(-(10**DIGITS) // width) * width
        if width < 1:
            return None
        after = max(start, low + -(-(siblings.last - low) // width) * width)
        for candidate in (after, *range(start, after, width)):
            if candidate + width <= high and siblings.is_free((candidate, candidate + width)):
                return candidate, candidate + width
        return None

    def _full(self, row: Row) -> Problem:
        return Problem(
            self._file,
            row.line,
            "parent_code",
            _("No number is left below %(parent)s.") % {"parent": row.parent_code or _("the root")},
            _("Import the tree anew into an empty database, so that ranges are made wide enough."),
        )


def _roots(rows: Iterable[Row], standing: Mapping[str, tuple[Range, str]]) -> dict[str, str]:
    """Return the root's code of every row; `rows` come parents first."""
    root_of: dict[str, str] = {}

    def of_standing(code: str) -> str:
        while standing[code][1]:
            code = standing[code][1]
        return code

    for row in rows:
        if not row.parent_code:
            root_of[row.code] = row.code
        elif row.parent_code in root_of:
            root_of[row.code] = root_of[row.parent_code]
        else:
            root_of[row.code] = of_standing(row.parent_code)
    return root_of


def _roots_of_nesting_codes(rows: Iterable[Row], standing: Mapping[str, tuple[Range, str]]) -> set[str]:
    """Return the roots whose numbers are their codes: those on file that are so, and new ones whose every row nests."""
    root_of = _roots(rows, standing)
    broken = {
        root_of[row.code]
        for row in rows
        if coded(row.code) is None or not row.code.startswith(row.parent_code) or len(row.code) == len(row.parent_code)
    }
    roots = set(root_of.values())
    return {code for code in roots if (standing[code][0] == coded(code) if code in standing else code not in broken)}


def _digits(file: str, new: Sequence[Row], rows: Sequence[Row], depth: Mapping[str, int]) -> dict[int, int]:
    """Return how many digits each depth takes, from the fan-outs of the trees to be numbered; -1 gives the total.

    Raises: FileRefused if even without room to grow the tree needs more than 18 digits.
    """
    fan_out: dict[str, int] = defaultdict(int)
    for row in rows:
        fan_out[row.parent_code] += 1
    widest: dict[int, int] = {0: 1}
    for row in new:
        level = depth[row.code]
        widest[level] = max(widest.get(level, 1), fan_out[row.parent_code])
    for room in (_ROOM, 1):
        # One slot more than children: the first is the parent's own.
        digits = {level: len(str(room * most)) for level, most in widest.items()}
        total = sum(digits.values())
        if total <= _WIDE:
            digits[-1] = _NARROW if total <= _NARROW else _WIDE
            return digits
    raise FileRefused(
        Problem(
            file,
            None,
            None,
            _("The tree is too deep and too wide: its numbers would need %(count)d digits.") % {"count": total},
            _("At most %(most)d digits are to be had: leave out a level, or put one between.") % {"most": _WIDE},
        )
    )


def _assigned_root_width(siblings: _Siblings) -> int | None:
    """Return how wide the roots on file are that are numbered by order."""
    return min((high - low for low, high in siblings.taken.items() if low >= 10**DIGITS), default=None)
