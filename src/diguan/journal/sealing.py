"""Gathers entries into sealed batches.

Sealing is the one act that leaves no entry: it would give itself something to seal for ever. The batch is its record.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from diguan import vault
from diguan.journal import leaves, merkle, seals
from diguan.journal.frontier import Frontier
from diguan.journal.models import Batch


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one round of sealing did: batches made, entries in them, and the last entry that is sealed now."""

    batches: int
    entries: int
    last_entry: int


def seal(*, at: dt.datetime, frontier: Frontier | None = None, largest: int = seals.LARGEST) -> Sealed:
    """Seal every entry up to the frontier, in batches of at most so many.

    Nothing is locked while entries are read and hashed. Of two that seal at once, one makes the batch; the other finds
    its number taken, and goes on behind it.
    """
    upto = (frontier or Frontier()).reached(connection)
    batches = entries = 0
    while True:
        before = _last()
        made = _batch(before, upto, at, largest)
        if made is None:
            return Sealed(batches, entries, before.last if before else 0)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            if not Batch.objects.filter(number=made.number).exists():
                raise
            continue
        batches, entries = batches + 1, entries + made.count


def unsealed() -> int:
    """Return how many entries no batch holds yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM journal_entry WHERE id > coalesce((SELECT max(last_entry) FROM journal_batch), 0)"
        )
        return int(cursor.fetchall()[0][0])


def _last() -> seals.Seal | None:
    number = Batch.objects.aggregate(last=Max("number"))["last"] or 0
    return next((seal for seal, _signature in seals.read(connection, number - 1)), None)


def _batch(before: seals.Seal | None, upto: int, at: dt.datetime, largest: int) -> Batch | None:
    first = before.last + 1 if before else 1
    numbers: list[int] = []
    hashes: list[bytes] = []
    for number, content in leaves.read(connection, first, upto, largest):
        numbers.append(number)
        hashes.append(merkle.leaf(content))
    if not numbers:
        return None
    sealed = seals.Seal(
        number=before.number + 1 if before else 1,
        first=first,
        last=numbers[-1],
        count=len(numbers),
        unused=seals.unused(first, numbers),
        root=merkle.root(hashes).hex(),
        previous=before.hashed.hex() if before else seals.FIRST,
        # A clock that was set back does not turn the order round.
        sealed=max(seals.written(at), before.sealed if before else ""),
    )
    return Batch(
        number=sealed.number,
        first_entry=sealed.first,
        last_entry=sealed.last,
        count=sealed.count,
        unused=sealed.unused,
        root=sealed.root,
        previous=sealed.previous,
        sealed_at=sealed.sealed_at,
        signature=vault.opened().sign(sealed.text),
        leaves=b"".join(hashes),
    )
