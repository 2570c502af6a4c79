"""Rows between the database and DuckDB, many at a time and without a file in between.

The database keeps; DuckDB computes. `workbench()` opens a private DuckDB session, `fill` brings rows into it,
`insert_rows` and `update_rows` carry what was computed back.
"""

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import duckdb
from django.conf import settings
from django.db import connection, models

from diguan.registry import carrying

Bench = duckdb.DuckDBPyConnection
Row = Sequence[Any]
_T = TypeVar("_T")

CHUNK = 10_000  # rows carried at once: large enough that the overhead vanishes, small enough to stay in the cache
FEW = 200  # rows for which a plan is not worth improving

_lock = threading.Lock()
# By process, because a DuckDB instance does not survive a fork; one for few rows, whose threads would only wait for each
# other, and one for many.
_roots: dict[tuple[int, bool], Bench] = {}


@contextmanager
def workbench(*, rows: int | None = None) -> Iterator[Bench]:
    """A DuckDB session of its own; its temporary tables vanish on leaving. Opening one takes well under 1 ms.

    `rows` is how many will be worked on, if known: for a few of them the plans are taken as written.
    """
    few = rows is not None and rows <= FEW
    session = _root(few).cursor()
    try:
        if few:
            session.execute("PRAGMA disable_optimizer")  # a quarter of a single visit's time went into better plans
        yield session
    finally:
        session.close()


def _root(few: bool) -> Bench:
    process = (os.getpid(), few)
    with _lock:
        if process not in _roots:
            wanted: dict[str, Any] = {
                "autoinstall_known_extensions": "false",
                "temp_directory": tempfile.gettempdir(),
            }
            wanted |= {"memory_limit": settings.MEMORY} if settings.MEMORY else {}
            _roots[process] = duckdb.connect(":memory:", config=wanted | ({"threads": 1} if few else {}))
        return _roots[process]


def interrupt(bench: Bench) -> None:
    """End the statement that a session is at; called from another thread, and for nothing when it is closed already."""
    with suppress(duckdb.ConnectionException):
        bench.interrupt()


def chunks(rows: Iterable[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The rows in lists of at most `size`."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


def create(bench: Bench, table: str, columns: Mapping[str, str]) -> None:
    """Make an empty temporary table; columns are name → DuckDB type."""
    bench.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({', '.join(f'{n} {t}' for n, t in columns.items())})")


def fill(bench: Bench, table: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
    """Make a temporary table and put rows of plain values into it; UUIDs and JSON as text."""
    create(bench, table, columns)
    append(bench, table, columns, rows)


def append(bench: Bench, table: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
    """Put further rows into a table made by `fill` or `create`.

    A column of short values goes over as one text that DuckDB takes apart: of a list it makes a plan with as many
    constants, which takes twice as long, and its own executemany runs a plan for every row. Of long values it is the
    taking apart that takes longer.
    """
    for chunk in chunks(rows):
        split, typed, given = list[str](), list[str](), list[Any]()
        for column, kind in zip(zip(*chunk, strict=True), columns.values(), strict=True):
            name = f"c{len(given)}"
            is_short = kind in _PLAIN and len(str(column[0])) <= _SHORT
            text = _joined(column) if is_short else None
            split.append(f"unnest({f'?::{kind}[]' if text is None else 'string_split(?, chr(31))'}) AS {name}")
            typed.append(name if text is None else f"nullif({name}, chr(30))::{kind}")
            given.append(list(column) if text is None else text)
        bench.execute(f"INSERT INTO {table} SELECT {', '.join(typed)} FROM (SELECT {', '.join(split)})", given)


_SHORT = 400  # characters
# Types whose values are read from their text as they are.
_PLAIN = ("VARCHAR", "JSON", "BIGINT", "INTEGER", "UUID", "DATE", "BOOLEAN", "TIMESTAMPTZ")
_NEXT, _NOTHING = "\x1f", "\x1e"


def _joined(values: Sequence[Any]) -> str | None:
    """The values as one text, the unit separator between them; None if one of them holds a separator itself."""
    text = _NEXT.join([_NOTHING if value is None else value if type(value) is str else str(value) for value in values])
    if text.count(_NEXT) != len(values) - 1 or text.count(_NOTHING) != values.count(None):
        return None
    return text


def found(rows: models.QuerySet[Any], field: str, values: Sequence[str], columns: Sequence[Any]) -> Iterator[Row]:
    """The columns of the rows whose field has one of many values."""
    for some in chunks(values):
        yield from texts(rows.filter(**{f"{field}__among": some}).values_list(*columns))


def texts(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows with their UUIDs as text."""
    return (tuple(str(value) if isinstance(value, UUID) else value for value in row) for row in rows)


def fetched(bench: Bench, sql: str) -> Iterator[Sequence[Row]]:
    """The rows of a DuckDB query in chunks. Nothing else may run on the bench until it is exhausted."""
    answer = bench.execute(sql)
    while chunk := answer.fetchmany(CHUNK):
        yield chunk


def insert_rows(model: type[models.Model], fields: Sequence[str], batches: Iterable[Sequence[Row]]) -> None:
    """Insert rows whose values are already as the database stores them (UUIDs as 32 hex digits, JSON as text)."""
    carrying.insert(model._meta.db_table, [_column(model, name) for name in fields], batches)


def update_rows(model: type[models.Model], fields: Sequence[str], batches: Iterable[Sequence[Row]]) -> None:
    """Set columns by primary key; rows are (values …, id)."""
    carrying.update(model._meta.db_table, [_column(model, field) for field in fields], batches)


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)
    return found


def _column(model: type[models.Model], name: str) -> str:
    return str(_field(model, name).column)


def stored(model: type[models.Model], field: str, value: object) -> Any:
    """One value as the database stores it, for columns that are the same in every row of an insert."""
    return _field(model, field).get_db_prep_save(value, connection)


def json_text(value: object) -> str:
    """A document of a JSON column as text again."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
