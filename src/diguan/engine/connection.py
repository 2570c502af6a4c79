"""A DuckDB connection that knows the functions of the rule language."""

import tempfile
from importlib import resources
from pathlib import Path

import duckdb

from diguan.engine.problems import DataRefused
from diguan.rulebook.problems import N_

TYPES = {
    "boolean": "BOOLEAN", "integer": "BIGINT", "decimal": "DECIMAL(18, 6)", "money": "DECIMAL(18, 6)",
    "date": "DATE", "code": "VARCHAR", "text": "VARCHAR", "identifier": "VARCHAR",
}  # fmt: skip


def connect(*, memory: str = "", threads: int = 0, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory database; nothing is fetched from anywhere. `memory` like "4GB"; it spills beyond that."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(spill or Path(tempfile.gettempdir()) / "diguan-spill"),
    }
    if memory:
        settings["memory_limit"] = memory
    if threads:
        settings["threads"] = threads
    try:
        connection = duckdb.connect(":memory:", config=settings)
    except (duckdb.ParserException, duckdb.InvalidInputException) as error:
        raise DataRefused(N_("“{memory}” is not an amount of memory; write it as 4GB."), memory=memory) from error
    # How far a statement is can be asked only where DuckDB would show it; it is not to print it.
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    for script in ("functions.sql", "identifiers.sql"):
        connection.execute(resources.files("diguan.engine").joinpath(script).read_text("utf-8"))
    return connection


def rows(
    connection: duckdb.DuckDBPyConnection, statement: str, values: list[object] | None = None
) -> list[tuple[object, ...]]:
    """All rows of a statement."""
    return connection.execute(statement, values or []).fetchall()


def numbers(connection: duckdb.DuckDBPyConnection, statement: str) -> list[float]:
    """The first row of a statement, as numbers; NULL is 0."""
    return [float(str(value or 0)) for value in connection.execute(statement).fetchall()[0]]
