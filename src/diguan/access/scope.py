"""What part of the country a reader may see: half-open ranges of place numbers.

Pure arithmetic on ranges, so that scope and filter are intersected before a query and one index range answers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from diguan.journal import actions as journal

Range = tuple[int, int]

# Beyond this a query grows unwieldy; grants are refused before a scope can get there.
MAX_RANGES = 200

_LOWEST, _HIGHEST = 0, 2**63 - 1


class ScopeTooScattered(Exception):
    """A scope of more separate ranges than one query should carry."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Half-open ranges, always merged and sorted, however they were given."""

    ranges: tuple[Range, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "ranges", merged(self.ranges))

    @property
    def is_empty(self) -> bool:
        return not self.ranges

    def intersect(self, low: int, high: int) -> Scope:
        """Return the part of this scope inside [low, high)."""
        return Scope(tuple((max(low, start), min(high, end)) for start, end in self.ranges))

    def overlap(self, other: Scope) -> Scope:
        """Return what lies in both."""
        return Scope(tuple(each for low, high in other.ranges for each in self.intersect(low, high).ranges))

    def union(self, other: Scope) -> Scope:
        return Scope(self.ranges + other.ranges)

    def encloses(self, other: Scope) -> bool:
        """Whether all of the other scope may be seen. Nothing encloses an empty one: it is no place."""
        return not other.is_empty and all(self.covers(low, high) for low, high in other.ranges)

    def covers(self, low: int, high: int) -> bool:
        """Whether all of [low, high) may be seen. Nothing covers an empty range: it is no place."""
        return low < high and any(start <= low and high <= end for start, end in self.ranges)

    def overlaps(self, low: int, high: int) -> bool:
        """Whether any of [low, high) may be seen."""
        return any(max(low, start) < min(high, end) for start, end in self.ranges)

    def contains(self, number: int) -> bool:
        """Whether a row of the place with this number may be seen."""
        return any(start <= number < end for start, end in self.ranges)

    def q(self, field: str = "place_number") -> Q:
        """Return the condition that keeps rows in scope. Raises: ScopeTooScattered."""
        if len(self.ranges) > MAX_RANGES:
            raise ScopeTooScattered(f"{len(self.ranges)} ranges, at most {MAX_RANGES}")
        if self.is_empty:
            return Q(pk__in=())
        condition = Q()
        for low, high in self.ranges:
            condition |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
        return condition


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Sort ranges, join those that touch and drop empty ones."""
    joined: list[Range] = []
    for low, high in sorted(each for each in ranges if each[0] < each[1]):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


NOTHING = Scope()
EVERYTHING = Scope(((_LOWEST, _HIGHEST),))  # got by unscoped(reason) only


def unscoped(reason: str) -> Scope:
    """Return a scope of everything, for work no reader asked for; the journal keeps the reason."""
    if not reason.strip():
        raise ValueError("unscoped access needs a reason")
    journal.record(
        by=None,
        at=timezone.now(),
        verb="scope.unscoped",
        subject_type="scope",
        subject_key="everything",
        detail={"reason": reason},
    )
    return EVERYTHING
