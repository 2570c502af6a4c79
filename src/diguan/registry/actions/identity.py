"""Numbers that name people: shown to somebody who says why, and sealed anew when keys change."""

import datetime as dt
from collections.abc import Callable
from typing import Literal
from uuid import UUID

from django.db import transaction

from diguan import vault
from diguan.access import walls
from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.registry import relations
from diguan.registry.models import Household, Identifier
from diguan.registry.why import insist_on_reason

SLICE = 2_000  # rows sealed anew in one transaction


def reveal_identifier(
    *, scope: Scope, household: UUID, identifier: int, reason: str, by: journal.Actor | None, at: dt.datetime
) -> str:
    """Return one number in clear, and journal who saw it and why; neither without the other.

    Raises: Household.DoesNotExist, Identifier.DoesNotExist, ReasonMissing; vault.KeyUnknown where its key is gone.
    """
    insist_on_reason(reason)
    with transaction.atomic():
        home = Household.objects.within(scope).get(key=household)
        kept = Identifier.objects.within(scope).get(household=home, pk=identifier)
        journal.record(
            by=by,
            at=at,
            verb="identifier.revealed",
            subject_type="household",
            subject_key=home.key,
            place_number=home.place_number,
            detail={"variable": kept.variable, "owner": str(kept.owner), "reason": reason.strip()},
        )
        return vault.opened().unseal(kept.sealed, context=str(kept.owner))


def rotate_keys(
    *, kind: Literal["sealing", "hashing"], by: journal.Actor | None, at: dt.datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:  # fmt: skip
    """Make a new key and seal (or hash) every identifier anew with it; return how many there were.

    Cut off in the middle, it goes on when called again: the older keys are kept until `forget_keys` drops them.
    """
    ring = vault.opened()
    fresh = [key.id for key in ring.keys.values() if key.kind == kind]
    if len(fresh) == 1:
        vault.rotate(kind)
        ring = vault.opened()
    rows = Identifier.objects.unscoped("sealing anew under a new key")
    total, done, last = rows.count(), 0, 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:SLICE]):
        with transaction.atomic(), walls.acting("sealing anew under a new key"):
            relations.update_rows(Identifier, [_COLUMNS[kind]], [[(_anew(ring, row, kind), row.pk) for row in some]])
        done, last = done + len(some), some[-1].pk
        progress(done, total)
    journal.record(
        by=by, at=at, verb="keys.rotated", subject_type="keys", subject_key=kind,
        detail={"key": ring.current(kind).id, "identifiers": total},
    )  # fmt: skip
    return total


def _anew(ring: vault.KeyRing, row: Identifier, kind: str) -> str:
    number = ring.unseal(row.sealed, context=str(row.owner))
    return ring.seal(number, context=str(row.owner)) if kind == "sealing" else ring.mac(number, purpose=row.scheme)


_COLUMNS = {"sealing": "sealed", "hashing": "mac"}
