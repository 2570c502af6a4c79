"""Django's compilers, which hold a statement to the scope its query was opened with while it is sent."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import compiler

from diguan.access import rows, walls

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]


class _Walled:
    query: Any

    def execute_sql(self, *args: Any, **kwargs: Any) -> Any:
        with walls.standing(rows.wall_of(self.query)):
            return super().execute_sql(*args, **kwargs)  # type: ignore[misc]


class SQLCompiler(_Walled, compiler.SQLCompiler):
    pass


class SQLInsertCompiler(_Walled, compiler.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(_Walled, compiler.SQLDeleteCompiler):
    pass


class SQLUpdateCompiler(_Walled, compiler.SQLUpdateCompiler):
    pass


class SQLAggregateCompiler(_Walled, compiler.SQLAggregateCompiler):
    pass
