"""Cursors that tell the server the scope of each statement about protected rows.

The scope is set for one transaction (`set_config(…, true)`), so that a pooled connection carries nothing over to the
next. Outside a transaction it travels in front of the statement, in the same message: the server takes the two as one
transaction, and no further round trip is needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.backends.postgresql import base

if TYPE_CHECKING:
    from diguan.access.scope import Scope

LOW, HIGH, RANGES = "diguan.low", "diguan.high", "diguan.ranges"
_NOTHING = ("", "", "")
# Django's, on psycopg; its stubs know those of another driver.
_Plain: Any = base.Cursor
_OnServer: Any = base.ServerSideCursor
_Told = tuple[str, str, str]


def told(scope: Scope) -> _Told:
    """Return a scope as the server keeps it: the range that encloses it, and its exact ranges; empty texts for none."""
    if scope.is_empty:
        return _NOTHING
    ranges = ",".join(f"[{low},{high})" for low, high in scope.ranges)
    return str(scope.ranges[0][0]), str(scope.ranges[-1][1]), f"{{{ranges}}}"


class Notice:
    """What the server was told in the running transaction; None when nobody knows."""

    def __init__(self) -> None:
        self.told: _Told | None = _NOTHING

    def forget(self) -> None:
        self.told = _NOTHING

    def doubt(self) -> None:
        self.told = None


def setting(given: _Told) -> str:
    each = (f"set_config('{name}', '{value}', true)" for name, value in zip((LOW, HIGH, RANGES), given, strict=True))
    return f"SELECT {', '.join(each)}"


class _Telling:
    """Beside a cursor of Django's: what to tell before a statement is sent."""

    connection: Any
    notice: Notice | None = None

    def _due(self, query: Any) -> _Told | None:
        """Return what the server has to be told before this statement; None if nothing."""
        if self.notice is None or not _is_about_rows(query):
            return None
        from diguan.access import walls  # which rests on models, and those on this backend

        wanted = told(walls.current())
        return None if wanted == self.notice.told else wanted

    def _note(self, given: _Told) -> None:
        # On its own a statement is a transaction of its own, after which the server knows nothing any more.
        if self.notice is not None and not self.connection.autocommit:
            self.notice.told = given


class Cursor(_Telling, _Plain):  # type: ignore[misc]
    """A plain cursor."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        due = self._due(query)
        if due is None:
            return super().execute(query, params, **options)
        super().execute(f"{setting(due)};{_text(query, self)}", params, **options)
        self.nextset()
        self._note(due)
        return self

    def executemany(self, query: Any, params_seq: Iterable[Any], **options: Any) -> Any:
        due = self._due(query)
        if due is None:
            return super().executemany(query, params_seq, **options)
        with self.connection.transaction():
            super().execute(setting(due))
            super().executemany(query, params_seq, **options)
        self._note(due)
        return None


class ServerSideCursor(_Telling, _OnServer):  # type: ignore[misc]
    """A cursor on the server, whose rows are found only as they are fetched."""

    _under: _Told | None = None

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        due = self._due(query)
        if due is None:
            self._under = self.notice.told if self.notice else None
            return super().execute(query, params, **options)
        self._under = due
        if not self.connection.autocommit:
            self._tell(due)
            return super().execute(query, params, **options)
        with self.connection.transaction():  # at its end the server works the rows out and keeps them for us
            self._tell(due)
            return super().execute(query, params, **options)

    def fetchmany(self, size: int = 0) -> Any:
        """Fetch under the scope of the query, whatever other statements were sent meanwhile."""
        mine = self._under
        if self.notice is not None and mine is not None and not self.connection.autocommit and self.notice.told != mine:
            self._tell(mine)
        return super().fetchmany(size)

    def _tell(self, given: _Told) -> None:
        self.connection.execute(setting(given))
        self._note(given)


def _is_about_rows(query: Any) -> bool:
    if not apps.models_ready:
        return False
    from diguan.access.rows import scoped_models

    text = query if isinstance(query, str) else str(query)
    return any(model._meta.db_table in text for model in scoped_models())


def _text(query: Any, cursor: Any) -> str:
    return query if isinstance(query, str) else str(query.as_string(cursor))
