"""Reads of the journal, within the reader's scope."""

from __future__ import annotations

from typing import Protocol

from django.db.models import Q, QuerySet

from diguan.journal.models import Entry


class Scope(Protocol):
    """The reader's scope; the journal stands above access and knows only this much of it."""

    def q(self, field: str = ...) -> Q: ...


def within(scope: Scope, *, with_placeless: bool = False) -> QuerySet[Entry]:
    """Return the entries about places in scope.

    Acts that concern no place (a user was added, a tree imported) are for those who see the whole: `with_placeless`.
    """
    seen = scope.q("place_number")
    return Entry.objects.filter(seen | Q(place_number__isnull=True) if with_placeless else seen)


def entries(
    scope: Scope,
    *,
    subject_key: object | None = None,
    after: int | None = None,
    limit: int = 50,
    with_placeless: bool = False,
) -> list[Entry]:
    """Return the newest entries first, of one subject if given; `after` is the id of the last one already read."""
    rows = within(scope, with_placeless=with_placeless)
    if subject_key is not None:
        rows = rows.filter(subject_key=str(subject_key))
    if after is not None:
        rows = rows.filter(id__lt=after)
    return list(rows.order_by("-id")[:limit])


def narrowed(rows: QuerySet[Entry], *, verb: str = "", actor: str = "", subject: str = "") -> QuerySet[Entry]:
    """Keep entries of one verb, one actor's user name and one subject; an empty text narrows nothing."""
    wanted = {"verb": verb, "actor_name": actor, "subject_key": subject}
    return rows.filter(**{name: value for name, value in wanted.items() if value})
