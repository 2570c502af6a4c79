"""Recomputes everything that was sealed and says what is not as it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from diguan import vault
from diguan.journal import leaves, locating, merkle, seals
from diguan.journal.checkpoints import Checkpoint
from diguan.journal.differences import Difference
from diguan.vault.keyring import is_signed

SHOWN = 20  # differences named; the rest are counted
_LOCATED = 20  # batches in which it is looked for what differs

Keys = Mapping[str, str]
"""Public keys that are trusted, by their id."""


@dataclass
class Report:
    """What was read, what differs (the first ones, in the order of entries), and which checkpoints agree."""

    entries: int = 0
    batches: int = 0
    last_entry: int = 0
    unsealed: int = 0
    differences: list[Difference] = field(default_factory=list)
    unnamed: int = 0
    agreeing: list[Checkpoint] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        return not self.differences

    def add(self, *differences: Difference) -> None:
        room = max(SHOWN - len(self.differences), 0)
        self.differences += differences[:room]
        self.unnamed += len(differences[room:])


def keys_here() -> Keys:
    """Return the public keys of this installation, those it no longer signs with too."""
    keys = vault.opened()
    return {key.id: keys.public_key(key.id) for key in keys.keys.values() if key.kind == "signing"}


def keys_named(checkpoints: Iterable[Checkpoint], public_keys: Iterable[str]) -> Keys:
    """Return the keys that a reader brings along: of the checkpoints they kept, and those they name."""
    named = [*(each.public_key for each in checkpoints), *public_keys]
    return {key.partition(":")[0]: key for key in named}


def verify(connection: BaseDatabaseWrapper, keys: Keys, checkpoints: Iterable[Checkpoint] = ()) -> Report:
    """Read the whole journal of a database, in the memory of one batch, and compare it with its seals and checkpoints.

    Without a checkpoint from outside, whoever holds the signing key can have sealed everything anew unseen.
    """
    report, walk = Report(), _Walk(connection, keys)
    asked = _by_size(checkpoints, keys, report)
    for seal, signature in seals.read(connection):
        found = walk.step(seal, signature)
        report.add(*found)
        if any(each.kind == "batch_unreadable" for each in found):
            break
        report.batches, report.entries, report.last_entry = walk.tree.size, report.entries + seal.count, seal.last
        for checkpoint in asked.pop(walk.tree.size, ()):
            _compare(checkpoint, walk.tree.root, report)
    for ahead in (each for size in sorted(asked) for each in asked[size]):
        report.add(_said(ahead, "checkpoint_ahead"))
    report.unsealed = _look_outside(connection, report)
    return report


class _Walk:
    """Goes from batch to batch, each of which must follow on the one before."""

    def __init__(self, connection: BaseDatabaseWrapper, keys: Keys) -> None:
        self._connection, self._keys = connection, keys
        self._before: seals.Seal | None = None
        self._located = 0
        self.tree = merkle.Growing()

    def step(self, seal: seals.Seal, signature: str) -> list[Difference]:
        if not _is_readable(seal, signature):
            number = self._before.number + 1 if self._before else 1
            return [Difference("batch_unreadable", batch=number)]
        found = [*self._chained(seal), *_signed(seal, signature, self._keys), *self._entries(seal)]
        self._before = seal
        self.tree.add(seal.hashed)
        return found

    def _chained(self, seal: seals.Seal) -> list[Difference]:
        before = self._before
        number, last = (before.number, before.last) if before else (0, 0)
        if seal.number != number + 1:
            return [Difference("batch_missing", batch=number + 1)]
        follows = seal.first == last + 1 and seal.previous == (before.hashed.hex() if before else seals.FIRST)
        return [] if follows else [Difference("batch_unchained", batch=seal.number)]

    def _entries(self, seal: seals.Seal) -> list[Difference]:
        read = leaves.read(self._connection, seal.first, seal.last, seals.LARGEST + 1)
        hashes = [merkle.leaf(content) for _number, content in read]
        if merkle.root(hashes).hex() == seal.root and len(hashes) == seal.count:
            is_listed = seals.leaves_of(self._connection, seal.number) == b"".join(hashes)
            return [] if is_listed else [Difference("list_altered", batch=seal.number)]
        self._located += 1
        if self._located > _LOCATED:
            return [Difference("unlocated", entry=seal.first, other=seal.last, batch=seal.number)]
        return locating.differences(self._connection, seal)


def _is_readable(seal: seals.Seal, signature: str) -> bool:
    """Whether the columns hold what they should; SQLite lets anything be put there."""
    numbers = (seal.number, seal.first, seal.last, seal.count)
    texts = (seal.unused, seal.root, seal.previous, seal.sealed, signature)
    if not (all(type(each) is int for each in numbers) and all(type(each) is str for each in texts)):
        return False
    try:
        return 0 < sum(1 for _number in seal.numbers()) == seal.count
    except ValueError:
        return False


def _signed(seal: seals.Seal, signature: str, keys: Keys) -> list[Difference]:
    key_id = signature.partition(":")[0]
    if key_id not in keys:
        return [Difference("key_unknown", batch=seal.number, told={"key": key_id})]
    is_ours = is_signed(seal.text, signature, keys[key_id])
    return [] if is_ours else [Difference("batch_unsigned", batch=seal.number)]


def _by_size(checkpoints: Iterable[Checkpoint], keys: Keys, report: Report) -> dict[int, Sequence[Checkpoint]]:
    """The checkpoints that can be trusted, by how many batches they speak of."""
    found: dict[int, list[Checkpoint]] = defaultdict(list)
    for checkpoint in checkpoints:
        if checkpoint.is_signed_by(keys.get(checkpoint.key_id, "")):
            found[checkpoint.batches].append(checkpoint)
        else:
            report.add(_said(checkpoint, "checkpoint_unsigned"))
    return dict(found)


def _compare(checkpoint: Checkpoint, root: bytes, report: Report) -> None:
    if checkpoint.root == root:
        report.agreeing.append(checkpoint)
    else:
        report.add(_said(checkpoint, "checkpoint_differs"))


def _said(checkpoint: Checkpoint, kind: str) -> Difference:
    return Difference(kind, batch=checkpoint.batches, other=checkpoint.entries, told={"time": checkpoint.time})


def _look_outside(connection: BaseDatabaseWrapper, report: Report) -> int:
    """How many entries wait to be sealed; one before the first number can only have been put in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM journal_entry WHERE id < 1")
        before = cursor.fetchall()[0][0]
        if before is not None:
            report.add(Difference("inserted", entry=before))
        cursor.execute("SELECT count(*) FROM journal_entry WHERE id > %s", [report.last_entry])
        return int(cursor.fetchall()[0][0])
