"""Looking at pairs and at lists leaves an entry of who looked; neither without the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.http import QueryDict

from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.linkage import queries
from diguan.linkage.models import Match, Roll, RollEntry
from diguan.places.models import Place
from diguan.ui import paging


def open_queue(
    *, scope: Scope, wanted: queries.Wanted, params: QueryDict, by: journal.Actor | None, at: dt.datetime
) -> paging.Page[Match]:
    """One page of the queue of pairs."""
    with transaction.atomic():
        page = queries.match_page(scope, wanted, params)
        _record(
            "match.listed", "list", "matches", wanted.place, {**wanted.described(), "count": len(page.rows)}, by, at
        )
    return page


def open_match(*, scope: Scope, pair: UUID, by: journal.Actor | None, at: dt.datetime) -> Match:
    """One pair. Raises: Match.DoesNotExist, also where neither side is in scope."""
    with transaction.atomic():
        found = queries.match(scope, pair)
        journal.record(
            by=by, at=at, verb="match.read", subject_type="match", subject_key=found.pair, place_number=found.place_number,
        )  # fmt: skip
    return found


def open_missing(
    *, scope: Scope, roll: Roll, place: Place | None, status: str = "", whose: int | None = None, params: QueryDict,
    by: journal.Actor | None, at: dt.datetime,
) -> paging.Page[RollEntry]:  # fmt: skip
    """One page of those who are on a list and not in the registry."""
    within = scope if place is None else scope.intersect(*place.range)
    with transaction.atomic():
        page = queries.missing_page(queries.missing(within, roll, status=status, whose=whose), params)
        detail = {"status": status, "mine": whose is not None, "count": len(page.rows)}
        _record("roll.listed", "roll", str(roll.key), place, detail, by, at)
    return page


def open_entry(*, scope: Scope, key: UUID, by: journal.Actor | None, at: dt.datetime) -> RollEntry:
    """Somebody on a list. Raises: RollEntry.DoesNotExist, also out of scope."""
    with transaction.atomic():
        found = queries.entry(scope, key)
        journal.record(
            by=by, at=at, verb="roll.entry_read", subject_type="roll_entry", subject_key=found.key,
            place_number=found.place_number,
        )  # fmt: skip
    return found


def _record(
    verb: str, kind: str, key: str, place: Place | None, detail: Mapping[str, object], by: journal.Actor | None,
    at: dt.datetime,
) -> None:  # fmt: skip
    number = None if place is None else place.number
    journal.record(by=by, at=at, verb=verb, subject_type=kind, subject_key=key, place_number=number, detail=detail)
