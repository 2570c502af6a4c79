"""The page of what an entry of the journal is about, where its reader may open it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from diguan.access import permissions
from diguan.journal.models import Entry

# Kind of subject: the permission its page asks for, and the address made of its key.
_PAGES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "household": (permissions.HOUSEHOLDS_READ, lambda key: reverse("household", args=[UUID(key)])),
    "place": (permissions.BOARD_READ, lambda key: reverse("board", args=[key])),
    "screening": (permissions.SCREENING_RUN, lambda key: reverse("screening", args=[int(key)])),
    "what-if": (permissions.WHAT_IF_READ, lambda key: reverse("what-if", args=[int(key)])),
    "user": (permissions.PEOPLE_MANAGE, lambda key: f"{reverse('people')}?who={key}"),
}


def href(request: Any, entry: Entry) -> str | None:
    """Return the address of the subject's page; None where there is none, or none for this reader.

    A household is asked for where it was when the entry was written; if it has moved away since, its page says so.
    """
    if entry.subject_type not in _PAGES:
        return None
    permission, address = _PAGES[entry.subject_type]
    scope = request.scope_of(permission)
    if scope.is_empty or (entry.place_number is not None and not scope.contains(entry.place_number)):
        return None
    try:
        return address(entry.subject_key)
    except (ValueError, NoReverseMatch):
        return None
