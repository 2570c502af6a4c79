"""A batch and a dictionary as DuckDB tables, and the observations taken apart into single statements.

given_households, given_persons, given_observations hold the rows as they came, numbered from 0, with keys and dates
read where they can be; `statements` makes one row of each value that an observation names.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import duckdb
from django.utils.translation import gettext as _

from diguan.registry import relations
from diguan.registry.batch import Batch, BatchFolder, ObservationRow

COLUMNS = {
    "households": ("household_id", "place", "name"),
    "persons": ("person_id", "household_id", "name", "ordinal"),
    "observations": ("instance_id", "household_id", "source", "reporter", "observed_on", "body"),
}
CORRECTION = "correction"  # the source of what a person corrected or settled, with a reason; no pack may name it
SLICE = 20_000  # rows of a kind that are taken at once


class BatchUnreadable(Exception):
    """A file of a batch that cannot be read at all; the message says which and why."""


class Variable(Protocol):
    """What the registry needs to know of a variable of the dictionary."""

    name: str
    entity: Any
    type: str
    codes: Mapping[str, Any]
    min: Any
    max: Any
    sources: tuple[str, ...]
    scheme: str
    read_from: Any


class Dictionary(Protocol):
    """A pack, as far as the registry is concerned."""

    @property
    def variables(self) -> Mapping[str, Any]: ...


def bring_in(bench: relations.Bench, batch: Batch | BatchFolder) -> int:
    """Make the raw_ tables, and return in how many slices they are best taken.

    Raises: BatchUnreadable if a file is not Parquet or lacks a column.
    """
    rows = []
    for name, columns in COLUMNS.items():
        typed = {"n": "BIGINT", **dict.fromkeys(columns, "VARCHAR")}
        if isinstance(batch, Batch):
            numbered = ((n, *row) for n, row in enumerate(_rows(batch, name)))
            relations.fill(bench, f"raw_{name}", typed, numbered)
            rows.append(len(getattr(batch, name)))
        elif (path := batch.folder / f"{name}.parquet").exists():
            rows.append(_look_at_file(bench, path, name, columns))
        else:
            relations.create(bench, f"raw_{name}", typed)
    return 1 + max(rows, default=0) // SLICE


def take(bench: relations.Bench, part: int, parts: int) -> None:
    """Make the given_ tables of one slice: some of the households, with everything about them.

    In slices the memory used does not grow with the batch.
    """
    mine = "TRUE" if parts == 1 else f"hash(lower(household_id)) % {parts} = {part}"
    bench.execute(_GIVEN.replace("$mine", mine))


def _look_at_file(bench: relations.Bench, path: Path, name: str, columns: tuple[str, ...]) -> int:
    """Make a view of one file; return its rows."""
    chosen = ", ".join(f"{column}::VARCHAR AS {column}" for column in columns)
    rows = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}', file_row_number = true)"
    try:
        bench.execute(f"CREATE OR REPLACE TEMP VIEW raw_{name} AS SELECT file_row_number AS n, {chosen} FROM {rows}")
        return int(bench.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0])
    except duckdb.Error as error:
        words = {"file": path.name, "columns": ", ".join(columns), "error": str(error).splitlines()[0]}
        message = _("%(file)s cannot be read as Parquet with the columns %(columns)s: %(error)s") % words
        raise BatchUnreadable(message) from error


def _rows(batch: Batch, name: str) -> Iterator[tuple[Any, ...]]:
    if name == "households":
        return ((str(row.key), row.place, row.name) for row in batch.households)
    if name == "persons":
        return ((str(row.key), str(row.household), row.name, str(row.ordinal)) for row in batch.persons)
    return (
        (str(row.instance_id), str(row.household), row.source, row.reporter, str(row.observed_on), _body_text(row))
        for row in batch.observations
    )


def _body_text(row: ObservationRow) -> str:
    text = json.dumps(row.body, ensure_ascii=False, default=_said)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: escaped, it is refused as malformed instead of failing here
        return json.dumps(row.body, default=_said)
    return text


def _said(value: object) -> str:
    if isinstance(value, date | Decimal):
        return str(value)
    raise TypeError(f"not a value of an observation: {value!r}")


_GIVEN = r"""
CREATE OR REPLACE TEMP TABLE given_households AS
SELECT n, household_id AS key_text, TRY_CAST(household_id AS UUID) AS key,
       coalesce(place, '') AS place, coalesce(name, '') AS name
FROM raw_households WHERE $mine;
CREATE OR REPLACE TEMP TABLE given_persons AS
SELECT n, person_id AS key_text, TRY_CAST(person_id AS UUID) AS key,
       household_id AS household_text, TRY_CAST(household_id AS UUID) AS household,
       coalesce(name, '') AS name, coalesce(ordinal, '0') AS ordinal_text,
       CASE WHEN regexp_full_match(coalesce(ordinal, '0'), '[0-9]{1,6}') THEN coalesce(ordinal, '0')::INTEGER END AS ordinal
FROM raw_persons WHERE $mine;
CREATE OR REPLACE TEMP TABLE given_observations AS
SELECT n, instance_id AS key_text, TRY_CAST(instance_id AS UUID) AS key,
       household_id AS household_text, TRY_CAST(household_id AS UUID) AS household,
       coalesce(source, '') AS source, coalesce(reporter, '') AS reporter, observed_on AS observed_text,
       CASE WHEN regexp_full_match(observed_on, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(observed_on AS DATE) END
         AS observed_on,
       CASE WHEN contains(body, '\u0000') THEN NULL ELSE TRY_CAST(body AS JSON) END AS body
FROM raw_observations WHERE $mine;
"""

SHAPE = (
    "TRY_CAST(body->'household' AS MAP(VARCHAR, JSON)) AS of_household, "
    "TRY_CAST(body->'persons' AS MAP(VARCHAR, MAP(VARCHAR, JSON))) AS of_persons"
)


def statements(observations: str) -> str:
    """SQL that takes the JSON bodies of a table apart into one row per value named.

    Rows: n (of the observation), person_text (NULL for the household), variable, value (JSON; NULL says nothing).
    Bodies of another shape yield no rows.
    """
    return f"""
        WITH shaped AS (SELECT n, {SHAPE} FROM {observations}),
        said_of_household AS (SELECT n, unnest(map_entries(of_household)) AS said FROM shaped),
        persons AS (SELECT n, unnest(map_entries(of_persons)) AS said FROM shaped),
        said_of_person AS (SELECT n, said.key AS person_text, unnest(map_entries(said.value)) AS said FROM persons)
        SELECT n, NULL::VARCHAR AS person_text, said.key AS variable, said.value AS value FROM said_of_household
        UNION ALL
        SELECT n, person_text, said.key, said.value FROM said_of_person"""


def bring_dictionary(bench: relations.Bench, pack: Dictionary, also: Sequence[str] = ()) -> None:
    """Make the tables dictionary (variable, entity, type, limits, identifiers), code_list and precedence (rank 0 wins)."""
    variables = list(pack.variables.values())
    columns = {
        "variable": "VARCHAR",
        "entity": "VARCHAR",
        "type": "VARCHAR",
        "min_text": "VARCHAR",
        "max_text": "VARCHAR",
        "scheme": "VARCHAR",
        "read_from": "VARCHAR",
    }
    rows = [
        (v.name, v.entity, v.type, _limit(v.min), _limit(v.max), v.scheme, v.read_from and v.read_from.identifier)
        for v in variables
    ]
    relations.fill(bench, "dictionary", columns, rows)
    codes = ((v.name, code) for v in variables for code in (v.codes or ()))
    relations.fill(bench, "code_list", {"variable": "VARCHAR", "code": "VARCHAR"}, codes)
    ranks = [(v.name, source, rank) for v in variables for rank, source in enumerate(v.sources)]
    ranks += [(v.name, CORRECTION, -1) for v in variables]  # a person's correction goes before every source
    relations.fill(bench, "precedence", {"variable": "VARCHAR", "source": "VARCHAR", "rank": "INTEGER"}, ranks)
    sources = {source for v in variables for source in v.sources} | set(getattr(pack, "sources", ()))
    sources = (sources - {CORRECTION}) | set(also)
    relations.fill(bench, "sources", {"source": "VARCHAR"}, ((source,) for source in sorted(sources)))


def _limit(value: object) -> str | None:
    return None if value is None else str(value)
