"""Searches: who stands twice in the registry, and who of a list stands in it.

Names are read for it under the system's scope. Everything found is put on file at once, in one transaction: a search that
is cut off has never been.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from diguan import rulebook
from diguan.access import walls
from diguan.access.scope import Scope, unscoped
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.linkage import found, pairing, people, workroom
from diguan.linkage.models import Roll, Search
from diguan.places.models import Place
from diguan.registry import relations


def _ignore(_step: str) -> None:
    pass


def search_register(
    *, pack: rulebook.Pack, place: Place | None = None, by: journal.Actor | None, at: dt.datetime,
    progress: Callable[[str], None] = _ignore,
) -> Search:  # fmt: skip
    """Look for people who stand twice in the registry, or among those of one place, and put the pairs into the queue.

    A pair of which somebody has said anything is not asked again. Repeated, it finds the same and adds nothing.
    Raises: workroom.Occupied; DataRefused.
    """
    scope = _scope("linkage: who stands twice in the registry", place)
    with workroom.opened() as folder, relations.workbench() as bench:
        counts = {"people": people.bring_registry(bench, scope, pack.identity, with_left=False)}
        counts["compared"] = pairing.find(bench, folder, across=False, progress=progress)
        homes = found.stakes_of(bench, scope, across=False)
        with transaction.atomic(), walls.acting("linkage: keeping what a search found"):
            search = _search(None, place, pack, by, at)
            counts |= found.keep_pairs(bench, search, homes, across=False)
            counts["gone"] = found.drop_vanished(search)
            _finish(search, counts, by, at)
    return search


def search_roll(
    *, roll: Roll, pack: rulebook.Pack, place: Place | None = None, by: journal.Actor | None, at: dt.datetime,
    progress: Callable[[str], None] = _ignore,
) -> Search:  # fmt: skip
    """Look for everybody of a list in the registry, or among those of one place of it.

    Whoever is surely found is noted with the entry; what is uncertain goes into the queue; all others are missing, and
    somebody has to look into it. What people said of a pair, or of somebody missing, stays. Raises: workroom.Occupied;
    DataRefused.
    """
    everything = unscoped("linkage: who of a list stands in the registry")
    scope = everything if place is None else everything.intersect(*place.range)
    with workroom.opened() as folder, relations.workbench() as bench:
        counts = {
            "people": people.bring_registry(bench, scope, pack.identity, with_left=True),
            "entries": people.bring_list(bench, everything, roll),
        }
        counts["compared"] = pairing.find(bench, folder, across=True, progress=progress)
        homes = found.stakes_of(bench, scope, across=True)
        with transaction.atomic(), walls.acting("linkage: keeping what a search found"):
            search = _search(roll, place, pack, by, at)
            counts |= found.keep_states(bench, roll)
            counts |= found.keep_pairs(bench, search, homes, across=True)
            counts["gone"] = found.drop_vanished(search)
            _finish(search, counts, by, at)
    return search


def _scope(reason: str, place: Place | None) -> Scope:
    everything = unscoped(reason)
    return everything if place is None else everything.intersect(*place.range)


def _search(
    roll: Roll | None, place: Place | None, pack: rulebook.Pack, by: journal.Actor | None, at: dt.datetime
) -> Search:
    return Search.objects.create(
        roll=roll,
        place=place,
        pack_id=pack.id,
        started_at=at,
        started_by=None if by is None else by.pk,
        started_by_name=naming.of(by),
        finished_at=at,
    )


def _finish(search: Search, counts: Mapping[str, Any], by: journal.Actor | None, at: dt.datetime) -> None:
    search.counts, search.finished_at = dict(counts), timezone.now()
    search.finished_by = None if by is None else by.pk
    search.save(update_fields=["counts", "finished_at", "finished_by"])
    journal.record(
        by=by,
        at=at,
        verb="linkage.searched",
        subject_type="search",
        subject_key=search.pk,
        place_number=search.place.number if search.place else None,
        detail={"roll": str(search.roll.key) if search.roll else "", "pack": search.pack_id, **counts},
    )
