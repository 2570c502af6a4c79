"""Proves that one entry was sealed, to somebody who holds a checkpoint and has no access to the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import connection

from diguan.journal import checkpoints, leaves, merkle, seals
from diguan.journal.checkpoints import Checkpoint

_FORMAT = "diguan.journal proof/1"


class NotSealed(Exception):
    """No batch that the checkpoint knows holds this entry."""


class ProofUnreadable(Exception):
    """A file that holds no proof."""


class ProofBroken(Exception):
    """A proof that does not lead from its entry to the checkpoint."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Entry, its path to the root of the batch, the seal, its path to the root of the checkpoint; hashes are hexadecimal.

    `index` and `batch_index` count from 0.
    """

    entry: str
    index: int
    path: Sequence[str]
    seal: str
    batch_index: int
    batch_path: Sequence[str]
    checkpoint: str

    @property
    def text(self) -> str:
        return json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n"


def prove(number: int, checkpoint: Checkpoint) -> Proof:
    """Return the proof that an entry stands in the journal that a checkpoint speaks of. Raises: NotSealed."""
    known = [seal for seal, _signature in seals.read(connection)][: checkpoint.batches]
    seal = next((each for each in known if each.first <= number <= each.last), None)
    if seal is None:
        raise NotSealed(number)
    entries = dict(leaves.read(connection, seal.first, seal.last, seals.LARGEST))
    if number not in entries:
        raise NotSealed(number)
    index = list(entries).index(number)
    return Proof(
        entry=entries[number].decode(),
        index=index,
        path=_hexadecimal(merkle.path(index, [merkle.leaf(each) for each in entries.values()])),
        seal=seal.text.decode(),
        batch_index=seal.number - 1,
        batch_path=_hexadecimal(merkle.path(seal.number - 1, [each.hashed for each in known])),
        checkpoint=checkpoint.text,
    )


def read(text: str) -> Proof:
    """Return the proof that a file holds. Raises: ProofUnreadable."""
    try:
        told = json.loads(text)
        if told.pop("format") != _FORMAT:
            raise ProofUnreadable
        return Proof(**told)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProofUnreadable from error


def insist(proof: Proof, checkpoint: Checkpoint) -> list[str | None]:
    """Return the columns of the proven entry. Raises: ProofBroken. The checkpoint's signature is the caller's to check."""
    try:
        seal = seals.read_text(proof.seal)
        entry = merkle.leaf(proof.entry.encode())
        of_batch = merkle.root_by_path(proof.index, seal.count, entry, _hashes(proof.path))
        of_all = merkle.root_by_path(proof.batch_index, checkpoint.batches, seal.hashed, _hashes(proof.batch_path))
        columns = leaves.fields(proof.entry.encode())
    except (merkle.PathBroken, ValueError, TypeError, AttributeError) as error:
        raise ProofBroken from error
    if of_batch.hex() != seal.root or of_all != checkpoint.root:
        raise ProofBroken
    return columns


def checkpoint_in(proof: Proof) -> Checkpoint:
    """Return the checkpoint that the proof brings along. Raises: checkpoints.CheckpointUnreadable."""
    return checkpoints.read(proof.checkpoint, "checkpoint")[0]


def _hexadecimal(hashes: Sequence[bytes]) -> list[str]:
    return [each.hex() for each in hashes]


def _hashes(texts: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in texts]
