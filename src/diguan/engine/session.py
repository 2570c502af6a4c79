"""Where statements over a population run. Everything is written once, as SQL for DuckDB; another engine translates it.

A session has a desk besides, a DuckDB in this process, for what is small whatever the population: refused rows, the tree
of places, counts by place. On DuckDB itself the desk is the same database.
"""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import duckdb

from diguan.engine import clean
from diguan.engine.connection import rows
from diguan.engine.files import Location, Table, find, open_table
from diguan.engine.progress import Meter
from diguan.engine.sql import text
from diguan.rulebook.rules import Rules


class Session(Protocol):
    """One engine at work on one screening. Names are those of views and tables that live as long as the session."""

    desk: duckdb.DuckDBPyConnection

    def open(self, folder: Location, name: str, scratch: Path) -> Table | None:
        """The file `name` of a folder of data; None when there is none. Raises: DataRefused when it cannot be read."""

    def looked_over(self, name: str, table: Table, rules: Rules) -> Table:
        """The table, and which of its columns are seen to need no care cell by cell."""

    def numbered(self, table: Table, column: str) -> str:
        """SQL of the table with the number of each row, in the order of the file, the first being 1."""

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """All rows of a statement; only for few."""

    def view(self, name: str, statement: str) -> None:
        """Make or replace a view, worked out whenever it is read."""

    def table(self, name: str, statement: str) -> None:
        """Make or replace a table, worked out once."""

    def fetch(self, name: str, statement: str) -> None:
        """Make or replace a table of the desk from few rows of the population."""

    def note(self, name: str, statement: str) -> None:
        """Add few rows of the population to a table of the desk."""

    def lend(self, name: str) -> None:
        """Let statements over the population read a table of the desk as it is now."""

    def write(self, statement: str, file: Path) -> None:
        """Write the rows of a statement to one Parquet file."""

    def expect(self, statements: int) -> None:
        """Begin a step of about so many statements over the population."""

    def pass_over(self) -> None:
        """One of them need not be carried out."""

    def share(self) -> float:
        """How much of that step is done, from 0 to 1; asked from another thread."""

    def interrupt(self) -> None:
        """End the statement at hand; called from another thread."""


class OnDuckDB:
    """The session of a DuckDB connection: the population and the desk are one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.desk = connection
        self._meter = Meter()

    def open(self, folder: Location, name: str, scratch: Path) -> Table | None:
        path = find(self.desk, folder, name)
        return None if path is None else open_table(self.desk, path, scratch)

    def looked_over(self, name: str, table: Table, rules: Rules) -> Table:
        return clean.looked_over(self.desk, name, table, rules)

    def numbered(self, table: Table, column: str) -> str:
        return f"(SELECT *, row_number() OVER () AS {column} FROM {table.relation})"

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        found = rows(self.desk, statement)
        self._meter.one_done()
        return found

    def view(self, name: str, statement: str) -> None:
        self.desk.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {statement}")

    def table(self, name: str, statement: str) -> None:
        self.desk.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}")
        self._meter.one_done()

    fetch = table

    def note(self, name: str, statement: str) -> None:
        self.desk.execute(f"INSERT INTO {name} {statement}")

    def lend(self, name: str) -> None:
        """Nothing to do: it is there already."""

    def write(self, statement: str, file: Path) -> None:
        write(self.desk, statement, file)
        self._meter.one_done()

    def expect(self, statements: int) -> None:
        self._meter.begin(statements)

    def pass_over(self) -> None:
        self._meter.one_done()

    def share(self) -> float:
        return self._meter.share(self.desk.query_progress() / 100)

    def interrupt(self) -> None:
        self.desk.interrupt()


class OfOneHousehold(OnDuckDB):
    """A session whose files hold one household and its members, and nobody else but whoever shares a member's key.

    `exact` says that rows name their household just as `key` does, and that no person stands twice, as a screening has
    found out: then statistics and Bloom filters of Parquet files lead to the rows, and hardly anything else is read.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, key: str, *, exact: bool) -> None:
        super().__init__(connection)
        self._key, self._exact = text(key), exact

    def open(self, folder: Location, name: str, scratch: Path) -> Table | None:
        table = super().open(folder, name, scratch)
        if table is None or "household_id" not in table.columns:
            return table
        own = f"trim(CAST(household_id AS VARCHAR)) = {self._key}"
        if self._exact:
            own = f"household_id = {self._key}"
        elif name == "persons" and "person_id" in table.columns:
            person = "trim(CAST(person_id AS VARCHAR))"
            own = f"{own} OR {person} IN (SELECT {person} FROM {table.relation} WHERE {own})"
        self.table(f'"own {name}"', f"SELECT * FROM {table.relation} WHERE {own}")
        return replace(table, relation=f'"own {name}"')


# A column of more different values than this in a row group gets no dictionary; to look for longer takes time for nothing.
_DIFFERENT = 10_000


def write(connection: duckdb.DuckDBPyConnection, statement: str, file: Path) -> None:
    """One Parquet file of the rows of a statement."""
    connection.execute(
        f"COPY ({statement}) TO {text(str(file))} "
        f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT {_DIFFERENT})"
    )
