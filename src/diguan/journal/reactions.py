"""What follows from an act in packages below the one that did it: one table by verb, filled by `server`.

What protects somebody follows in the same transaction: both stand, or neither. Everything else follows when the act is
committed, and cannot undo it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from django.db import transaction

from diguan.journal.models import Entry

Reaction = Callable[[Entry], None]
Table = Mapping[str, Sequence[Reaction]]

_within: dict[str, Sequence[Reaction]] = {}
_afterwards: dict[str, Sequence[Reaction]] = {}


def fill(*, within: Table, afterwards: Table) -> None:
    """Lay the table; it replaces what stood before."""
    _within.clear()
    _within.update(within)
    _afterwards.clear()
    _afterwards.update(afterwards)


def follow(entry: Entry) -> None:
    """Do what the table says about the entry's act."""
    for reaction in _within.get(entry.verb, ()):
        reaction(entry)
    for reaction in _afterwards.get(entry.verb, ()):
        transaction.on_commit(partial(reaction, entry))
