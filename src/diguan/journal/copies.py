"""A copy of a SQLite database, opened so that nothing in it can change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper


class CopyUnreadable(Exception):
    """A file that is no database with a journal; the message says why."""


@contextmanager
def opened(file: Path) -> Iterator[BaseDatabaseWrapper]:
    """Open a copy for reading. Raises: CopyUnreadable."""
    address = f"file:{quote(str(file.resolve()))}?mode=ro"
    given = {**settings.DATABASES["default"], "NAME": address, "OPTIONS": {"uri": True}, "TIME_ZONE": None}
    wrapper = DatabaseWrapper(given, "copy")
    with closing(wrapper):
        try:
            with wrapper.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM journal_batch")
        except DatabaseError as error:
            raise CopyUnreadable(str(error)) from error
        yield wrapper
