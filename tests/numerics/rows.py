"""Samples written in tests, as relations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

Row = Sequence[object]


@contextmanager
def sample_of(columns: str, rows: Sequence[Row]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a table `sample`; columns as in CREATE TABLE."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE sample ({columns})")
        if rows:
            connection.executemany(f"INSERT INTO sample VALUES ({', '.join('?' * len(rows[0]))})", rows)
        yield connection
