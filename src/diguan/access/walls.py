"""On whose behalf the next statement runs, as a database with a wall of its own is told.

Queries carry the reader's scope as a condition: the first wall. PostgreSQL holds the rows back by itself as well: the
second. It knows of a statement's scope by what stands here: the one that the query was opened with, cut to what the
reader of the request may see at all; else, for what was opened with none, all that the reader may see; else nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from diguan.access.scope import EVERYTHING, NOTHING, Scope

_reader: ContextVar[Callable[[], Scope] | None] = ContextVar("reader", default=None)
_statement: ContextVar[Scope | None] = ContextVar("statement", default=None)


def current() -> Scope:
    """Return the scope that the database holds the next statement to."""
    asked, reader = _statement.get(), _reader.get()
    if reader is None or asked is EVERYTHING:
        return NOTHING if asked is None else asked
    return reader() if asked is None else asked.overlap(reader())


@contextmanager
def reading_as(scope: Callable[[], Scope]) -> Iterator[None]:
    """Show nothing from beyond this scope, whatever is asked; it is worked out only if somebody asks."""
    token = _reader.set(scope)
    try:
        yield
    finally:
        _reader.reset(token)


@contextmanager
def standing(scope: Scope | None) -> Iterator[None]:
    """Hold the statements of this block to a scope; None leaves it as it is."""
    if scope is None:
        yield
        return
    token = _statement.set(scope)
    try:
        yield
    finally:
        _statement.reset(token)


@contextmanager
def acting(reason: str) -> Iterator[None]:
    """Let an action read and write rows wherever they are; it answers for its own scope and journals what it does."""
    if not reason.strip():
        raise ValueError("acting without a scope needs a reason")
    with standing(EVERYTHING):
        yield
