"""The packs whose dictionaries files are held against. `server` says where they are; this package cannot look below itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diguan import rulebook
from diguan.intake import vocabulary


@dataclass(frozen=True)
class Shelf:
    """How a pack is found: by id, which ids there are, and which is in use ("" while none is)."""

    pack: Callable[[str], rulebook.Pack]
    ids: Callable[[], Sequence[str]]
    in_use: Callable[[], str]


_shelves: list[Shelf] = []


def fill(shelf: Shelf) -> None:
    _shelves[:] = [shelf]


def pack(pack_id: str) -> rulebook.Pack:
    """Raises: what the shelf raises for an id that it does not hold."""
    return _shelves[0].pack(pack_id)


def ids() -> Sequence[str]:
    return _shelves[0].ids()


def in_use() -> str:
    """The pack in use, else the only one, else nothing."""
    known = ids()
    return _shelves[0].in_use() or (known[0] if len(known) == 1 else "")


def words(pack_id: str) -> vocabulary.Vocabulary:
    held = pack(pack_id)
    if held.digest not in _words:
        _words.clear()
        _words[held.digest] = vocabulary.of(held)
    return _words[held.digest]


_words: dict[str, vocabulary.Vocabulary] = {}
