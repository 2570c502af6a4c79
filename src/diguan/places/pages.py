"""Places on pages: the one in the address, the way down to it, the tree at the left."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse

from diguan.access import permissions
from diguan.access.gate import GatedRequest
from diguan.access.scope import Scope
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.ui import trees


def asked_place(request: GatedRequest) -> Place | None:
    """The place in the address. Raises: Http404 for a code that no place has."""
    code = request.GET.get("place", "").strip()
    if not code:
        return None
    try:
        return places.by_code(code)
    except places.PlaceUnknown:
        raise Http404 from None


def narrowed(request: GatedRequest, place: Place | None) -> Scope:
    """The reader's scope, or the part of it in one place. Raises: Http404 where nothing of that is left."""
    scope = request.scope if place is None else request.scope.intersect(*place.range)
    if scope.is_empty:
        raise Http404
    return scope


def crumbs(request: GatedRequest, place: Place, *, linked: bool = False) -> list[tuple[str, str]]:
    """The way down to a place; only places whose board the reader may open are links."""
    board = request.scope_of(permissions.BOARD_READ)
    found = []
    for above in [*places.path(place), place]:
        open_to_reader = board.covers(above.number, above.upper) and (above != place or linked)
        found.append((above.name, reverse("board", args=[above.code]) if open_to_reader else ""))
    return found


def tree(request: GatedRequest, current: Place | None, page: str, *, is_whole: bool = False) -> list[trees.Node]:
    """The tree of places a reader may open, leading to boards, or to a page that takes the place in its address.

    A board, and a page of which `is_whole` says so, opens only for places that lie wholly in the reader's scope; those
    on the way to them are named and are no links.
    """
    # Whatever part of a place is the reader's opens the others.
    open_to_reader = request.scope if is_whole or page == "board" else None
    return [_branch(branch, page, open_to_reader) for branch in places.tree(request.scope, current)]


def _branch(branch: places.Branch, page: str, open_to_reader: Scope | None) -> trees.Node:
    place = branch.place
    href = reverse("board", args=[place.code]) if page == "board" else f"{page}?place={place.code}"
    if open_to_reader is not None and not open_to_reader.covers(place.number, place.upper):
        href = ""
    children = [_branch(child, page, open_to_reader) for child in branch.branches]
    return trees.Node(place.name, href, children, is_current=branch.is_current)
