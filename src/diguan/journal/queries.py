"""Reads of the journal, within the reader's scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q, QuerySet
from django.utils import timezone

from diguan.journal import actions, sealing
from diguan.journal.models import Batch, Entry


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


def between(rows: QuerySet[Entry], first: dt.date | None, last: dt.date | None) -> QuerySet[Entry]:
    """Keep entries from the first day to the last, both whole days in the registry's time zone."""
    if first is not None:
        rows = rows.filter(at__gte=_midnight(first))
    if last is not None:
        rows = rows.filter(at__lt=_midnight(last + dt.timedelta(days=1)))
    return rows


def is_known(seen: QuerySet[Entry], text: str) -> bool:
    """Whether these entries know somebody or something by this text."""
    found = seen.filter(actor_name=text), seen.filter(subject_key=text)
    return any(rows.exists() for rows in found)


@dataclass(frozen=True, slots=True)
class SealState:
    """Up to where the journal is sealed, how many entries wait, and the entry of the last verification."""

    last: Batch | None
    waiting: int
    verified: Entry | None


def seal_state() -> SealState:
    """Return what the auditor's page says of the seal; about the whole journal, whatever the reader's scope."""
    last = Batch.objects.defer("leaves").order_by("-number").first()
    verified = Entry.objects.filter(verb=actions.VERIFIED).order_by("-id").first()
    return SealState(last, sealing.unsealed(), verified)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
