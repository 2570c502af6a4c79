"""What to ask of exports: of one's own, of those of others, and for new ones up to the file."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from tests.leaks import personas as of
from tests.leaks.affairs import COLUMNS
from tests.leaks.province import EVERYWHERE, World
from tests.leaks.shown import Ask

NO_EXPORT = 4_000_000
AT_ONCE = 500
# Of which exports a file is there to be fetched, and of which it may be made.
GIVEN: Mapping[str, tuple[str, ...]] = {
    "file/": ("made", "kept"),
    "making/": ("approved", "shrunk", "risen", "made", "kept"),
}
_ALL = {"purpose": "A walk", "columns": list(COLUMNS), "shows_names": "on", "file_format": "csv"}


def requests(world: World) -> list[Ask]:
    found = []
    for place in ("", of.V1, of.T1, of.C1, of.P1, of.V3, of.V6):
        path = f"/exports/request/?{urlencode({'list': 'households', **({'place': place} if place else {})})}"
        due = functools.partial(_rows, place=place)
        found.append(Ask(path, twin="/exports/request/?list=households&place=77", counts="rows", due=due))
        for kind in ("xlsx", "csv", "csv-gb18030"):
            # One kind of file for each place, all three where none is named.
            if place and len(place) % 3 != ("xlsx", "csv", "csv-gb18030").index(kind):
                continue
            data = {"purpose": "A walk", "columns": list(COLUMNS), "shows_names": "on", "file_format": kind}
            found.append(Ask(path, "post", data, then="file/"))
    data = {"purpose": "A walk", "columns": list(COLUMNS), "file_format": "csv"}
    found.append(Ask("/exports/request/?list=households&standard=well&outcome=not_met", "post", data, then="file/"))
    data = {"purpose": "A walk", "columns": ["key", "telephone"], "file_format": "csv"}
    for place in ("", of.V1, of.V2, of.V3):
        path = f"/exports/request/?list=numbers&place={place}"
        found.append(Ask(path, "post", {**data, "identifier_reason": "For a call"}, then="file/", gives_reason=True))
        found.append(Ask(path, "post", data, then="file/"))
    found += [
        Ask("/exports/request/?list=households", "post", _ALL, then="file/", is_shut=True, rows_at_once=rows)
        for rows in (0, 1)
    ]
    # What one has taken today counts, and what others took does not.
    found.append(Ask("/exports/request/?list=households&", counts="left", due=_left))
    return [*found, Ask("/exports/request/?list=users")]


def _rows(world: World, persona: of.Persona, place: str) -> int:
    """The households where exporting and reading are both this person's."""
    asked = of.span(place) if place else EVERYWHERE.ranges[0]
    spans = [
        (max(low, start, asked[0]), min(high, end, asked[1]))
        for low, high in persona.where("exports.request")
        for start, end in persona.where("households.read")
    ]
    return world.count(*spans)


def _left(world: World, persona: of.Persona) -> int:
    return AT_ONCE - world.taken.get(persona.username, 0)


def of_each(rest: str, method: str = "get", data: dict[str, object] | None = None) -> Callable[[World], list[Ask]]:
    return lambda world: [
        Ask(f"/exports/{export.pk}/{rest}", method, data, twin=f"/exports/{NO_EXPORT}/{rest}",
            then="file/" if rest == "making/" else "", is_shut=name not in GIVEN.get(rest, ()),
            owner=world.asked_by[name] if rest in GIVEN else "")
        for name, export in world.exports.items()
    ]  # fmt: skip


def files(world: World) -> list[Ask]:
    return of_each("file/")(world)
