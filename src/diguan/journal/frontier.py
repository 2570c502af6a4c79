"""Up to which number every entry is there that will ever be there.

SQLite has one writer, so numbers are committed in their order. On PostgreSQL a transaction that took a low number may still
be running when higher ones are committed. Whoever writes to the table takes a lock on it before the number, and holds it
to the end: so the highest number seen is final as soon as those are gone who held the lock when it was seen.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'journal_entry'::regclass AND mode = 'RowExclusiveLock' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()"""


class Frontier:
    """Remembers between two looks whose end it waits for, so that writers who follow each other don't hold it up."""

    def __init__(self) -> None:
        self._final = self._seen = 0
        self._awaited: set[str] = set()

    @property
    def is_waiting(self) -> bool:
        return bool(self._awaited)

    def reached(self, connection: BaseDatabaseWrapper) -> int:
        """Return the highest number up to which nothing can be added any more."""
        if connection.vendor != "postgresql":
            return _highest(connection)
        if self._awaited:
            self._awaited &= _writers(connection)
        if not self._awaited:
            self._final = self._seen
            self._seen = _highest(connection)
            self._awaited = _writers(connection)  # after the highest number, never before
            if not self._awaited:
                self._final = self._seen
        return self._final


def _highest(connection: BaseDatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM journal_entry")
        return cursor.fetchall()[0][0] or 0


def _writers(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return {row[0] for row in cursor.fetchall()}
