"""What follows from acts elsewhere: pairs move with their people, and numbers on lists are sealed anew with new keys."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.db import transaction
from django.db.models import Q

from diguan import vault
from diguan.access import walls
from diguan.journal import actions as journal
from diguan.linkage.models import Match, RollEntry
from diguan.registry import relations
from diguan.registry.models import FormerStay, Household, Person

_WHY = "linkage: pairs follow their people"
_AT_ONCE = 2_000


def move_matches(*, household: str, by: journal.Actor | None, at: dt.datetime) -> None:
    """Put pairs where their people are now; part of the act that moved the people, whose entry tells it."""
    home = Household.objects.unscoped(_WHY).get(key=household)
    moved = FormerStay.objects.unscoped(_WHY).filter(household=home).values("person")
    people = Person.objects.unscoped(_WHY).filter(Q(household=home) | Q(pk__in=moved))
    rows = Match.objects.unscoped(_WHY)
    paired = rows.filter(person__isnull=False).values("person")
    for person, number in people.filter(pk__in=paired).values_list("pk", "place_number"):
        rows.filter(person=person).exclude(place_number=number).update(place_number=number)
        rows.filter(other_person=person).exclude(other_place_number=number).update(other_place_number=number)


def reseal_entries(*, kind: Literal["sealing", "hashing"], by: journal.Actor | None, at: dt.datetime) -> int:
    """Seal (or hash) every number on a list anew with the current key; return how many there were.

    Cut off in the middle, it may be called again: older keys open what was not reached.
    """
    ring, rows = vault.opened(), RollEntry.objects.unscoped("sealing anew under a new key").exclude(sealed="")
    total, last = rows.count(), 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        with transaction.atomic(), walls.acting("sealing anew under a new key"):
            relations.update_rows(RollEntry, ["sealed", "mac"], [[(*_anew(ring, row, kind), row.pk) for row in some]])
        last = some[-1].pk
    journal.record(
        by=by, at=at, verb="keys.rolls_resealed", subject_type="keys", subject_key=kind, detail={"entries": total}
    )
    return total


def _anew(ring: vault.KeyRing, row: RollEntry, kind: str) -> tuple[str, str]:
    number = ring.unseal(row.sealed, context=str(row.key))
    if kind == "sealing":
        return ring.seal(number, context=str(row.key)), row.mac
    return row.sealed, ring.mac(number, purpose=row.scheme)
