"""The database backend named in settings; Django looks for `DatabaseWrapper` here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from diguan.server.sqlite import write_queue


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite, with the write queue entered before BEGIN IMMEDIATE and left after COMMIT or ROLLBACK."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_queue: write_queue.WriteQueue | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._enter_queue()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_queue()
            raise

    def _commit(self) -> None:
        # A COMMIT that fails leaves the transaction open; Django rolls back, and that leaves the queue.
        super()._commit()  # type: ignore[misc]
        self._leave_queue()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_queue()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_queue()

    def _enter_queue(self) -> None:
        if self.is_in_memory_db() or self._in_queue is not None:
            return
        queue = write_queue.before(Path(self.settings_dict["NAME"]).resolve())
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        try:
            queue.enter(seconds)
        except write_queue.WaitedTooLong as error:
            raise OperationalError(f"database is locked: other writers took longer than {seconds:g} seconds") from error
        self._in_queue = queue

    def _leave_queue(self) -> None:
        queue, self._in_queue = self._in_queue, None
        if queue is not None:
            queue.leave()
