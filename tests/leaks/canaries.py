"""Canaries: values that stand in one field of one subject and nowhere else, so that wherever one turns up it names both."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import html
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from diguan.rulebook.identifiers import check_digit


class Kind(Enum):
    """Classes of what is protected; `shown.py` says who may see which, and on which page."""

    NAME = "name of somebody on file"
    FACT = "what was said of a household or person, by whom, and why it was corrected"
    KEY = "key of a household or person, which says that it is there"
    END = "last signs of a number"
    NUMBER = "number in clear"
    CLOSED = "what nobody reads: sealed numbers, hashes, secrets, addresses of users"
    TRACE = "what the journal alone tells"
    EXPORT = "what an export is for, and what was decided about it"
    FILE = "what an import says: its file's name, its rows, its words"
    USER = "name of a user"
    GRANT = "what a grant is for"


@dataclass(frozen=True)
class Canary:
    """`home` and `person` are whose it is; `at` is a place for those that follow nobody; `owner` a user name."""

    text: str
    kind: Kind
    what: str
    home: UUID | None = None
    person: UUID | None = None
    at: int | None = None
    owner: str = ""
    upto: int = 0  # of a grant: where its place ends

    def __str__(self) -> str:
        return f"{self.kind.name} {self.text} ({self.what} of {self.home or self.owner or self.at})"


_WORD = re.compile(r"cnry\d{4}z")
_NUMBER = re.compile(r"(?<![\w-])\d{8,20}X?(?![\w])")
_MONEY = re.compile(r"(?<![\w])\d{2},\d{3},\d{3}(?![\w])")
_DATE = re.compile(r"(?<!\d)19\d\d-\d\d-\d\d")
_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
)
_END = re.compile(r"•••• [0-9X]{4}")
_FORMS = (_WORD, _NUMBER, _MONEY, _DATE, _UUID, _END)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{24,}={0,2}")
_DEEPEST = 4


@dataclass
class Mint:
    """Makes canaries, each once, and knows all it made."""

    known: dict[str, Canary] = field(default_factory=dict)
    literal: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def word(self, kind: Kind, what: str, **about: object) -> str:
        return self._kept(f"cnry{next(self._numbers):04}z", kind, what, about)

    def money(self, what: str, **about: object) -> str:
        text = f"7310{next(self._numbers):04}"
        self._kept(f"{int(text):,}", Kind.FACT, what, about)
        return self._kept(text, Kind.FACT, what, about)

    def day(self, what: str, **about: object) -> str:
        day = dt.date(1931, 1, 1) + dt.timedelta(days=next(self._numbers))
        return self._kept(day.isoformat(), Kind.FACT, what, about)

    def citizen(self, what: str, born: str, more: str = "", **about: object) -> str:
        firsts = (f"990101{born.replace('-', '')}{number % 1000:03}" for number in self._numbers)
        return self._identifier((first + check_digit(first) + more for first in firsts), what, about)

    def digits(self, first: str, length: int, what: str, **about: object) -> str:
        left = length - len(first)
        return self._identifier((first + f"{number}".zfill(left) for number in self._numbers), what, about)

    def key(self, key: UUID, what: str, **about: object) -> None:
        self._kept(str(key), Kind.KEY, what, about)
        self._kept(key.hex, Kind.KEY, what, about)

    def closed(self, text: str, what: str, **about: object) -> None:
        """Something of any form that stands in the database and on no page."""
        self.literal.append(self._kept(text, Kind.CLOSED, what, about))

    def _identifier(self, numbers: Iterator[str], what: str, about: dict[str, object]) -> str:
        number = next(each for each in numbers if f"•••• {each[-4:]}" not in self.known)
        self._kept(f"•••• {number[-4:]}", Kind.END, what, about)
        return self._kept(number, Kind.NUMBER, what, about)

    def _kept(self, text: str, kind: Kind, what: str, about: dict[str, object]) -> str:
        if text in self.known:
            raise ValueError(f"{text} is taken: a canary stands for one field")
        self.known[text] = Canary(text, kind, what, **about)  # type: ignore[arg-type]
        return text

    def found(self, content: bytes) -> set[Canary]:
        """Every canary in something a server gave out, however it is packed."""
        return {canary for text in texts(content) for canary in self._found(text)}

    def _found(self, text: str) -> Iterator[Canary]:
        for form in _FORMS:
            for each in form.findall(text):
                if (canary := self.known.get(each)) is not None:
                    yield canary
        yield from (self.known[each] for each in self.literal if each in text)


def texts(content: bytes, depth: int = 0) -> Iterator[str]:
    """Content as text in each encoding it may have, with what lies packed in it: archives and their names, base64."""
    if content[:4] == b"PK\x03\x04" and depth < _DEEPEST:
        yield content.decode("latin-1")
        yield from _members(content, depth)
        return
    if content[:2] == b"\x1f\x8b" and depth < _DEEPEST:
        yield from texts(zlib.decompress(content, 31), depth + 1)
        return
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield html.unescape(text) if "&" in text else text
        if text.isprintable() or "\n" in text:
            yield from _unpacked(text, depth)
            return
    yield content.decode("latin-1")


def _members(content: bytes, depth: int) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment.decode("latin-1")
        for entry in archive.infolist():
            yield entry.filename + entry.comment.decode("latin-1")
            yield from texts(archive.read(entry), depth + 1)


def _unpacked(text: str, depth: int) -> Iterator[str]:
    """What stands in a text as base64, such as a cursor or a cookie."""
    if depth >= _DEEPEST:
        return
    for each in set(_ENCODED.findall(text)):
        if each.isdigit() or "-" in each[:9]:
            continue
        try:
            inner = base64.urlsafe_b64decode(each.rstrip("=") + "=" * (-len(each.rstrip("=")) % 4))
            yield inner.decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            continue
