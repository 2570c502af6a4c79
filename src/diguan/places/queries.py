"""Reads of the tree. Places are public: only `tree` asks what its reader may open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from diguan.access.scope import Scope
from diguan.places.models import Boundary, Place, PlaceCode


class PlaceUnknown(Exception):
    """No place bears this code on that date."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the tree at the left of a page: open if it is, or leads to, the place shown."""

    place: Place
    is_current: bool
    is_open: bool
    branches: list[Branch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Merged:
    """A place without an outline of its own, and the place whose outline it counts in."""

    place: Place
    into: Place


@dataclass(frozen=True, slots=True)
class Outlines:
    """The map below a place: outlines of one depth in one grid, and the places of that depth that have none."""

    shapes: list[Boundary]
    without: list[Merged]
    min_x: int
    min_y: int
    width: int
    height: int

    def __bool__(self) -> bool:
        return bool(self.shapes)


def by_code(code: str, on: dt.date | None = None) -> Place:
    """Return the place that bears the code today, or bore it on a date. Raises: PlaceUnknown."""
    if on is None:
        found = Place.objects.filter(code=code).first()
    else:
        dated = PlaceCode.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), code=code, valid_from__lte=on)
        match = dated.select_related("place").first()
        found = match.place if match else None
    if found is None:
        when = "" if on is None else f" ({on.isoformat()})"
        raise PlaceUnknown(_("No place has the code %(code)s.") % {"code": f"{code}{when}"})
    return found


def roots() -> list[Place]:
    return list(Place.objects.filter(depth=0))


def topmost(scope: Scope) -> list[Place]:
    """Return the places the scope covers that lie in no other place it covers."""
    covered = Q(pk__in=[])
    for low, high in scope.ranges:
        outside = Q(parent__isnull=True) | Q(parent__number__lt=low) | Q(parent__upper__gt=high)
        covered |= Q(number__gte=low, upper__lte=high) & outside
    return list(Place.objects.filter(covered))


def children(place: Place) -> list[Place]:
    """Return the places directly below, in the order of their numbers."""
    return list(Place.objects.filter(parent=place))


def path(place: Place) -> list[Place]:
    """Return the places above, root first, without the place itself; one query however deep."""
    if place.depth == 0:
        return []
    joined = Place.objects.select_related("__".join(["parent"] * place.depth)).get(pk=place.pk)
    above: list[Place] = []
    while joined.parent is not None:
        joined = joined.parent
        above.append(joined)
    return above[::-1]


def within(place: Place, level: str) -> QuerySet[Place]:
    """Return the places of a level at or below the place, by number."""
    return Place.objects.filter(number__gte=place.number, number__lt=place.upper, upper__lte=place.upper, level=level)


def levels(place: Place | None = None) -> list[str]:
    """Return the names of the levels at and below the place, or of the whole, from the root down."""
    rows = Place.objects.all()
    if place is not None:
        rows = rows.filter(number__gte=place.number, number__lt=place.upper, depth__gte=place.depth)
    ordered = rows.order_by("depth").values_list("depth", "level").distinct()
    return list(dict.fromkeys(level for _depth, level in ordered))


def tree(scope: Scope, current: Place | None = None) -> list[Branch]:
    """Return the branches a reader may open, unfolded down to the current place. Two queries."""
    above = path(current) if current is not None else []
    opened = {place.pk for place in above} | ({current.pk} if current is not None else set())
    rows = Place.objects.filter(Q(parent__isnull=True) | Q(parent__in=opened))
    below: dict[int | None, list[Place]] = {}
    for place in rows:
        if scope.overlaps(place.number, place.upper):
            below.setdefault(place.parent_id, []).append(place)
    return _branches(None, below, opened, current)


def _branches(
    parent_id: int | None, below: dict[int | None, list[Place]], opened: set[int], current: Place | None
) -> list[Branch]:
    return [
        Branch(
            place,
            is_current=current is not None and place.pk == current.pk,
            is_open=place.pk in opened,
            branches=_branches(place.pk, below, opened, current) if place.pk in opened else [],
        )
        for place in below.get(parent_id, ())
    ]


def boundaries(place: Place) -> Outlines:
    """Return the outlines nearest below a place, or its own if none lies below.

    Every other place of that depth is named with the nearest place above it, into which it is counted on the map.
    """
    inside = Q(number__gte=place.number, number__lt=place.upper, upper__lte=place.upper)
    outlined = Place.objects.filter(inside, boundary__isnull=False)
    depths = outlined.order_by("depth").values_list("depth", flat=True).distinct()
    depth = next((each for each in depths if each > place.depth), place.depth)
    shapes = list(
        Boundary.objects.filter(place__in=outlined.filter(depth=depth))
        .select_related("place")
        .order_by("place__number")
    )
    if not shapes:
        return Outlines([], [], 0, 0, 0, 0)
    bare = Place.objects.filter(inside, depth=depth, boundary__isnull=True).select_related("parent")
    left, top = min(shape.min_x for shape in shapes), min(shape.min_y for shape in shapes)
    right, bottom = max(shape.max_x for shape in shapes), max(shape.max_y for shape in shapes)
    merged = [Merged(each, each.parent) for each in bare if each.parent is not None]
    return Outlines(shapes, merged, left, top, right - left, bottom - top)


def names(numbers: Iterable[int]) -> dict[int, str]:
    """Return the name of the highest place that begins at each number; numbers of no place are left out."""
    found = Place.objects.filter(number__in=set(numbers)).order_by("-depth").values_list("number", "name")
    return dict(found)


def search(text: str, scope: Scope, limit: int = 20) -> list[Place]:
    """Return places in scope whose code begins with the text or whose name holds it, higher ones first."""
    text = text.strip()
    if not text or scope.is_empty:
        return []
    wanted = Q(name__icontains=text) | Q(code__startswith=text)
    rows = Place.objects.filter(scope.q("number"), wanted).select_related("parent").order_by("depth", "number")
    return [place for place in rows[: limit * 2] if scope.covers(place.number, place.upper)][:limit]


def find(text: str, scope: Scope) -> list[Place]:
    """Return the one place in scope whose code this is, else those that `search` finds."""
    exact = Place.objects.filter(code=text.strip()).first()
    if exact is not None and scope.covers(exact.number, exact.upper):
        return [exact]
    return search(text, scope)


def is_everything(scope: Scope) -> bool:
    """Whether the scope covers every root; of a tree not yet imported it covers nothing."""
    tops = roots()
    return bool(tops) and all(scope.covers(place.number, place.upper) for place in tops)
