"""What a page offers: every link and form on it leads where its reader may go. A door that is shown and shut tells that
something is behind it, and is a fault of the page in any case."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.urls import Resolver404, resolve
from tests.leaks.personas import PLACES, Persona, span
from tests.leaks.province import World
from tests.leaks.routes import ROUTES
from tests.leaks.shown import PUBLIC, SIGNED_IN

_LINK = re.compile(rb'(?:href|action)="(/[^"]*)"')
_ASIDE = ("/static/",)
# The name of the house leads to its front door.
_EXEMPT = {"home"}
_CODES = {code for code, *_rest in PLACES}
# Pages that open for all of a place, or for any part of it that is the reader's.
_WHOLE = {"board", "checks", "what-if", "what-if-households"}
_PART = {"households", "check"}


def wrong(world: World, persona: Persona, route: str, body: bytes, status: int) -> Iterator[str]:
    """Links of a page that do not open for who reads it."""
    if status not in (200, 422) or not body.lstrip().startswith(b"<!doctype html"):
        return
    for link in sorted({html.unescape(each.decode()) for each in _LINK.findall(body)}):
        if link.startswith(_ASIDE) or not (name := shut(world, persona, link)):
            continue
        if name not in _EXEMPT and not (route == "journal" and _has_moved(world, link)):
            yield f"offers {name}, which does not open: {link}"


def _has_moved(world: World, link: str) -> bool:
    """The journal names a household where it was when something was written, and says so: if it has moved out of the
    reader's places since, its page tells that nothing is there."""
    return _behind(link)[1].get("key") in world.was_at


def shut(world: World, persona: Persona, link: str) -> str:
    """The name of the route behind the link if it is shut to this person."""
    name, kwargs, place = _behind(link)
    route = ROUTES.get(name)
    if route is None or not route.opens_to(persona):
        return name if route is not None else ""
    demanded = route.demands or route.permission
    if demanded in ("", PUBLIC, SIGNED_IN):
        return ""
    if name in _OF_EXPORTS and any(export.pk == kwargs["number"] for export in world.exports.values()):
        return "" if _OF_EXPORTS[name](world, persona, kwargs["number"]) else name
    key = kwargs.get("key")
    if isinstance(key, UUID) and key in world.home_at and not persona.may(demanded, world.home_at[key]):
        return name
    code = place or str(kwargs.get("code", ""))
    if code in _CODES and name in _WHOLE | _PART:
        low, high = span(code)
        is_open = persona.may_all(demanded, low, high) if name in _WHOLE else _overlaps(persona, demanded, low, high)
        return "" if is_open else name
    return ""


def _overlaps(persona: Persona, permission: str, low: int, high: int) -> bool:
    return any(max(low, start) < min(high, end) for start, end in persona.where(permission))


def _is_asker(world: World, persona: Persona, number: int) -> bool:
    return any(
        export.pk == number and world.asked_by[name] == persona.username for name, export in world.exports.items()
    )


def _decides(world: World, persona: Persona, number: int) -> bool:
    """Somebody else than who asked, who may approve all of its places, while it waits."""
    name, export = next((name, each) for name, each in world.exports.items() if each.pk == number)
    is_another = world.asked_by[name] != persona.username
    spans = world.exported_at[name]
    return is_another and export.state == "asked" and all(persona.may_all("exports.approve", *each) for each in spans)


_OF_EXPORTS = {
    "export-file": _is_asker,
    "export-making": _is_asker,
    "export-approval": _decides,
    "export-refusal": _decides,
}


@functools.lru_cache(maxsize=20_000)
def _behind(link: str) -> tuple[str, dict[str, Any], str]:
    """Name of the route, what its address names, and the place in its query."""
    parts = urlsplit(link)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return "", {}, ""
    return match.url_name or "", match.kwargs, parse_qs(parts.query).get("place", [""])[0]
