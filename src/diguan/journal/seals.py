"""The seal on a batch of entries: the text that is signed, chained to the one before.

    diguan.journal batch/1
    number 12
    entries 1001-2000
    count 998
    unused 1005,1010            numbers between them that no entry has; `none` as a rule
    root <hash>                 RFC 6962 tree over the entries, SHA-256
    previous <hash>             of the batch before, as a leaf of the tree of batches; zeros for the first
    sealed 2026-11-24 00:32:11.123456

Time is UTC, hashes are hexadecimal, every line ends with a line feed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from diguan.journal import merkle

LARGEST = 65_536  # entries of one batch: what sealing and verifying hold in memory
FIRST = "0" * 64
_TIME = "%Y-%m-%d %H:%M:%S.%f"
_FETCHED = 1024


@dataclass(frozen=True, slots=True)
class Seal:
    """What a batch says of its entries; `unused` holds ranges of numbers like `1005,1010-1012`."""

    number: int
    first: int
    last: int
    count: int
    unused: str
    root: str
    previous: str
    sealed: str

    @property
    def text(self) -> bytes:
        return (
            f"diguan.journal batch/1\nnumber {self.number}\nentries {self.first}-{self.last}\ncount {self.count}\n"
            f"unused {self.unused or 'none'}\nroot {self.root}\nprevious {self.previous}\nsealed {self.sealed}\n"
        ).encode()

    @property
    def hashed(self) -> bytes:
        """The leaf of this batch in the tree over all batches."""
        return merkle.leaf(self.text)

    @property
    def sealed_at(self) -> dt.datetime:
        return dt.datetime.strptime(self.sealed, _TIME).replace(tzinfo=dt.UTC)

    def numbers(self) -> Iterator[int]:
        """Numbers of the entries sealed. Raises: ValueError where range, count and unused don't fit together."""
        absent = [_span(part) for part in self.unused.split(",") if part]
        if self.count > LARGEST or self.last - self.first + 1 - sum(b - a + 1 for a, b in absent) != self.count:
            raise ValueError(self.unused)
        start = self.first
        for low, high in absent:
            yield from range(start, low)
            start = high + 1
        yield from range(start, self.last + 1)


def read_text(text: str) -> Seal:
    """Return the seal that this text is of. Raises: ValueError for a text that is none."""
    lines = dict(line.split(" ", 1) for line in text.splitlines()[1:])
    try:
        first, _dash, last = lines["entries"].partition("-")
        unused = "" if lines["unused"] == "none" else lines["unused"]
        counted = (int(lines["number"]), int(first), int(last), int(lines["count"]))
        seal = Seal(*counted, unused, lines["root"], lines["previous"], lines["sealed"])
    except KeyError as error:
        raise ValueError(text) from error
    if seal.text.decode() != text:
        raise ValueError(text)
    return seal


def unused(first: int, numbers: Sequence[int]) -> str:
    """Return the ranges of numbers from `first` on that are not among these, which are sorted."""
    if not numbers or numbers[-1] - first + 1 == len(numbers):
        return ""
    found, expected = [], first
    for number in numbers:
        if number != expected:
            found.append(str(expected) if number == expected + 1 else f"{expected}-{number - 1}")
        expected = number + 1
    return ",".join(found)


def written(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime(_TIME)


Row = tuple[Seal, str]
# SQLite keeps anything as text, and Python refuses to read what is no UTF-8: it comes as bytes.
_TEXTS = {
    "sqlite": ", ".join(
        f"CAST({text} AS BLOB)"
        for text in (
            *("unused", "root", "previous"),
            "sealed_at || CASE length(sealed_at) WHEN 19 THEN '.000000' ELSE '' END",
            "signature",
        )
    ),
    "postgresql": "unused, root, previous, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), signature",
}


def read(connection: BaseDatabaseWrapper, after: int = 0) -> Iterator[Row]:
    """Yield the seals of the batches after this one, each with its signature, in the order of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT number, first_entry, last_entry, count, {_TEXTS[connection.vendor]} "
            "FROM journal_batch WHERE number > %s ORDER BY number",
            [after],
        )
        while rows := cursor.fetchmany(_FETCHED):
            for row in rows:
                yield Seal(*map(_decoded, row[:-1])), _decoded(row[-1])


def leaves_of(connection: BaseDatabaseWrapper, number: int) -> bytes:
    """Return the hashes of a batch's entries, one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaves FROM journal_batch WHERE number = %s", [number])
        joined = cursor.fetchall()[0][0]
    return b"" if isinstance(joined, str) else bytes(joined)


def _decoded(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _span(part: str) -> tuple[int, int]:
    low, _dash, high = part.partition("-")
    return int(low), int(high or low)
