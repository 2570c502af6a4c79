"""What the journal looked like at a moment, as a small signed text that is kept elsewhere.

The form is that of checkpoints of transparency logs (C2SP tlog-checkpoint, signed-note):

    diguan                              origin: the name of this installation (DIGUAN_ORIGIN)
    12                                  how many batches
    <base64>                            root of the RFC 6962 tree over the seals of these batches
    entries 2998                        how many entries they hold
    last entry 3000
    time 2026-11-24 00:32:12.000000     UTC
    public key s1:<base64>

    — diguan/s1 <base64>                Ed25519 over all lines above the empty one, behind four bytes that name the key
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection

from diguan import vault
from diguan.journal import merkle, seals
from diguan.vault.keyring import is_signed

_NAME = "journal-{day}.txt"
_NOTE = re.compile(r"((?:[^\n]+\n)+)\n— (\S+) (\S+)\n")


class NothingSealed(Exception):
    """No batch exists of which a checkpoint could speak."""


class CheckpointUnreadable(Exception):
    """A file that holds no checkpoint, or something else besides; the message is its name."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint as it was read or made; `public_key` is the one it names itself."""

    origin: str
    batches: int
    root: bytes
    entries: int
    last_entry: int
    time: str
    public_key: str
    signer: str
    signature: str

    @property
    def content(self) -> str:
        return (
            f"{self.origin}\n{self.batches}\n{base64.b64encode(self.root).decode()}\nentries {self.entries}\n"
            f"last entry {self.last_entry}\ntime {self.time}\npublic key {self.public_key}\n"
        )

    @property
    def text(self) -> str:
        return f"{self.content}\n— {self.signer} {self.signature}\n"

    @property
    def key_id(self) -> str:
        return self.public_key.partition(":")[0]

    def is_signed_by(self, public_key: str) -> bool:
        """Whether this was signed with the private half of the key."""
        try:
            raw = base64.b64decode(self.signature, validate=True)
            named = _mark(self.signer, public_key)
        except (binascii.Error, ValueError):
            return False
        signature = f"{public_key.partition(':')[0]}:{base64.urlsafe_b64encode(raw[4:]).decode()}"
        return raw[:4] == named and is_signed(self.content.encode(), signature, public_key)


def make(*, at: dt.datetime, batches: int | None = None) -> Checkpoint:
    """Return a checkpoint over all batches, or over the first so many. Raises: NothingSealed."""
    tree, entries, last = merkle.Growing(), 0, 0
    for seal, _signature in seals.read(connection):
        if batches is not None and tree.size == batches:
            break
        tree.add(seal.hashed)
        entries, last = entries + seal.count, seal.last
    if tree.size == 0:
        raise NothingSealed
    keys = vault.opened()
    public_key = keys.public_key()
    signer = f"{settings.ORIGIN}/{public_key.partition(':')[0]}"
    drawn = (settings.ORIGIN, tree.size, tree.root, entries, last, seals.written(at), public_key, signer)
    signature = base64.urlsafe_b64decode(keys.sign(Checkpoint(*drawn, "").content.encode()).partition(":")[2])
    return Checkpoint(*drawn, base64.b64encode(_mark(signer, public_key) + signature).decode())


def read(text: str, name: str) -> list[Checkpoint]:
    """Return the checkpoints that follow each other in a text. Raises: CheckpointUnreadable."""
    text = text.replace("\r\n", "\n").removesuffix("\n") + "\n"
    found = [_read(match, name) for match in _NOTE.finditer(text)]
    if not found or _NOTE.sub("", text).strip():
        raise CheckpointUnreadable(name)
    return found


def read_files(files: Iterable[Path]) -> list[Checkpoint]:
    """Return the checkpoints of these files. Raises: CheckpointUnreadable; OSError."""
    found = []
    for file in files:
        try:
            found += read(file.read_text("utf-8"), str(file))
        except UnicodeDecodeError:
            raise CheckpointUnreadable(str(file)) from None
    return found


def folder() -> Path:
    """Where the checkpoints of this installation are kept: DIGUAN_CHECKPOINTS, else a folder beside the database."""
    return Path(settings.CHECKPOINTS or Path(settings.DATA) / "checkpoints")


def kept() -> tuple[list[Checkpoint], list[Path]]:
    """Return the checkpoints of the folder, the oldest first, and the files of which a part cannot be read.

    A power cut may leave half a checkpoint behind; it must not hide the others.
    """
    found: list[Checkpoint] = []
    damaged = []
    for file in sorted(folder().glob(_NAME.format(day="*"))):
        text = file.read_text("utf-8", errors="replace")
        for match in _NOTE.finditer(text):
            try:
                found.append(_read(match, str(file)))
            except CheckpointUnreadable:
                damaged.append(file)
        if _NOTE.sub("", text).strip():
            damaged.append(file)
    return found, sorted(set(damaged))


def keep(*, at: dt.datetime) -> Checkpoint | None:
    """Add a checkpoint to the file of its day, unless the newest one says the same. Raises: OSError.

    Nothing in the folder is ever written over: of a journal that was rolled back, both histories stand there.
    """
    try:
        made = make(at=at)
    except NothingSealed:
        return None
    known, _damaged = kept()
    if known and known[-1].root == made.root:
        return None
    file = folder() / _NAME.format(day=f"{at.astimezone(dt.UTC):%Y-%m-%d}")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as target:
        target.seek(0)
        before = target.read()
        gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
        target.write(gap + made.text)
        target.flush()
        os.fsync(target.fileno())
    return made


def _read(match: re.Match[str], name: str) -> Checkpoint:
    content, signer, signature = match.groups()
    try:
        origin, batches, root, *more = content.splitlines()
        told = dict(line.rsplit(" ", 1) if not line.startswith("time") else line.split(" ", 1) for line in more)
        found = Checkpoint(
            origin,
            int(batches),
            base64.b64decode(root, validate=True),
            int(told["entries"]),
            int(told["last entry"]),
            told["time"],
            told["public key"],
            signer,
            signature,
        )
    except (KeyError, ValueError) as error:
        raise CheckpointUnreadable(name) from error
    if found.content != content:
        raise CheckpointUnreadable(name)
    return found


def _mark(signer: str, public_key: str) -> bytes:
    """The four bytes by which a signed note names a key."""
    raw = base64.urlsafe_b64decode(public_key.partition(":")[2])
    return sha256(signer.encode() + b"\n\x01" + raw).digest()[:4]
