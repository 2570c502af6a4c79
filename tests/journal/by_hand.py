"""The seal of the journal worked out by hand from the documents alone: what another program would do, and a thief.

Nothing of `diguan` is used here, so that a mistake of ours cannot hide in both places.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import sqlite3
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

COLUMNS = "id, at, actor_id, actor_name, verb, subject_type, subject_key, place_number, detail"


def leaf(row: tuple[object, ...]) -> bytes:
    """The bytes of an entry."""
    parts = []
    for position, value in enumerate(row):
        text = None if value is None else str(value)
        if position == 1 and text is not None and "." not in text:
            text += ".000000"
        parts.append("-" if text is None else f"{len(text.encode())}:{text}")
    return ("entry/1," + ",".join(parts)).encode()


def tree(contents: list[bytes]) -> bytes:
    """The root as RFC 6962 writes it, split at the largest power of two below the count."""
    if len(contents) == 1:
        return hashlib.sha256(b"\x00" + contents[0]).digest()
    split = 1 << (len(contents) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree(contents[:split]) + tree(contents[split:])).digest()


def header(number: int, ids: list[int], root: bytes, previous: str, sealed: str) -> str:
    return (
        f"diguan.journal batch/1\nnumber {number}\nentries {ids[0]}-{ids[-1]}\ncount {len(ids)}\nunused none\n"
        f"root {root.hex()}\nprevious {previous}\nsealed {sealed}\n"
    )


def rows(file: Path, first: int, last: int) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as database:
        found = database.execute(
            f"SELECT {COLUMNS} FROM journal_entry WHERE id BETWEEN ? AND ? ORDER BY id", (first, last)
        )
        return found.fetchall()


def seal_anew(file: Path, secret: bytes, spans: list[tuple[int, int]], sealed: list[str]) -> None:
    """Throw all batches away and seal these spans of entries, as whoever stole the key would."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    previous = "0" * 64
    with sqlite3.connect(file) as database:
        database.execute("DELETE FROM journal_batch")
        for number, ((first, last), at) in enumerate(zip(spans, sealed, strict=True), start=1):
            contents = [leaf(row) for row in rows(file, first, last)]
            ids = list(range(first, last + 1))
            assert len(contents) == len(ids)
            text = header(number, ids, tree(contents), previous, at)
            signature = "s1:" + base64.urlsafe_b64encode(key.sign(text.encode())).decode()
            hashes = b"".join(hashlib.sha256(b"\x00" + content).digest() for content in contents)
            database.execute(
                "INSERT INTO journal_batch (number, first_entry, last_entry, count, unused, root, previous, sealed_at, "
                "signature, leaves) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?)",
                (number, first, last, len(ids), tree(contents).hex(), previous, at, signature, hashes),
            )
            previous = hashlib.sha256(b"\x00" + text.encode()).hexdigest()


def sealed_times(file: Path) -> list[str]:
    with sqlite3.connect(file) as database:
        found = [row[0] for row in database.execute("SELECT sealed_at FROM journal_batch ORDER BY number")]
    return [at if "." in at else f"{at}.000000" for at in found]


def hour(number: int) -> dt.datetime:
    return dt.datetime(2020, 6, 1, number, tzinfo=dt.UTC)
