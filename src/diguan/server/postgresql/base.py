"""The database backend named in settings; Django looks for `DatabaseWrapper` here."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, operations

from diguan.server.postgresql import cursors


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "diguan.server.postgresql.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL. What the server was told of the scope holds for one transaction, and is noted here."""

    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notice = cursors.Notice()

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": cursors.Cursor}

    def create_cursor(self, name: str | None = None) -> Any:
        if name is None:
            cursor = super().create_cursor()
        else:
            cursor = cursors.ServerSideCursor(
                self.connection, name=name, scrollable=False, withhold=self.connection.autocommit
            )
        cursor.notice = self.notice
        return cursor

    def init_connection_state(self) -> None:
        self.notice.forget()
        super().init_connection_state()

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        self.notice.forget()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self.notice.forget()

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self.notice.forget()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self.notice.doubt()
