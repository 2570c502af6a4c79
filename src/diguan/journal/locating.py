"""Says which entries of a batch are not as they were sealed, by the list of hashes that lies beside the seal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from diguan.journal import leaves, merkle, seals
from diguan.journal.differences import Difference

_HASH = 32
# Among so many altered entries it is looked whether one holds what was sealed as another.
_COMPARED = 200


@dataclass(frozen=True, slots=True)
class _Batch:
    """Hashes as sealed and entries as they stand, by number."""

    sealed: Mapping[int, bytes]
    there: Mapping[int, bytes]

    def holds(self, number: int, other: int) -> bool:
        """Whether the entry there now is the one that was sealed as the other."""
        found = self.there.get(number)
        return found is not None and merkle.leaf(leaves.renumbered(found, other)) == self.sealed.get(other)


def differences(connection: BaseDatabaseWrapper, seal: seals.Seal) -> list[Difference]:
    """Return what differs in a batch whose entries no longer lead to its root, by number.

    An entry put in by moving all later ones on, or taken out by moving them up, is named once, not they all.
    """
    hashes = _authentic(connection, seal)
    if hashes is None:
        return [Difference("unlocated", entry=seal.first, other=seal.last, batch=seal.number)]
    more_than_sealed = 2 * seals.LARGEST
    there = dict(leaves.read(connection, seal.first, seal.last + 1, more_than_sealed))
    batch = _Batch(dict(zip(seal.numbers(), hashes, strict=True)), there)
    found: list[Difference] = []
    altered = [n for n in batch.sealed if n in there and merkle.leaf(there[n]) != batch.sealed[n]]
    for number in sorted({*batch.sealed, *there} - {seal.last + 1}):
        if number not in batch.sealed:
            found.append(Difference("inserted", entry=number, batch=seal.number))
        elif number not in there:
            found.append(Difference("missing", entry=number, batch=seal.number))
        elif merkle.leaf(there[number]) != batch.sealed[number]:
            difference = _of_altered(batch, number, seal.number, altered)
            found.append(difference)
            if difference.kind in ("inserted", "missing"):
                break
    return found


def _of_altered(batch: _Batch, number: int, batch_number: int, altered: list[int]) -> Difference:
    following = number + 1
    if batch.holds(following, number) and not batch.holds(number, following):
        return Difference("inserted", entry=number, batch=batch_number)
    if batch.holds(number, following) and not batch.holds(following, number):
        return Difference("missing", entry=number, batch=batch_number)
    for other in altered[:_COMPARED]:
        if other != number and batch.holds(number, other):
            return Difference("moved", entry=number, other=other, batch=batch_number)
    return Difference("altered", entry=number, batch=batch_number)


def _authentic(connection: BaseDatabaseWrapper, seal: seals.Seal) -> list[bytes] | None:
    """The list of hashes, if it is still the one that leads to the root."""
    joined = seals.leaves_of(connection, seal.number)
    hashes = [joined[start : start + _HASH] for start in range(0, len(joined), _HASH)]
    is_whole = len(hashes) == seal.count and merkle.root(hashes).hex() == seal.root
    return hashes if is_whole else None
