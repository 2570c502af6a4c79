"""The rows of a file's sheets as one table of lines: whose household, whose person, and every value read or refused.

Set-based, in DuckDB: nothing of a file is walked through in Python, and what does not fit into memory lies on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from diguan.engine.sql import quoted, text
from diguan.intake import cells
from diguan.intake.columns import Column, Sheet
from diguan.intake.vocabulary import PERSON, Vocabulary

Bench = duckdb.DuckDBPyConnection

AT_ONCE = 8  # columns read by one statement
ROWS_OF_SHEET = 100_000_000  # n of a line is its sheet's number times this, and its row
# Columns that are no variables: in the file's words, and as they stand in `lines`.
PLAIN = {
    "household_id": "number", "household_name": "household_name", "person_id": "person_number",
    "person_name": "person_name", "ordinal": "ordinal", "reporter": "reporter", "observed_on": "observed_on",
}  # fmt: skip
FAULTS = {
    "g": "BIGINT", "n": "BIGINT", "place": "INTEGER", "name": "VARCHAR", "value": "VARCHAR", "reason": "VARCHAR",
    "more": "VARCHAR",
}  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """What was read. Table `lines`: n, is_person, number, place_text, the plain columns, and v_<variable> as JSON text.

    Table `faults`: of a line, the column (from 0), what it means, the value as typed, the reason.
    """

    household: tuple[str, ...]  # variables of households that any sheet states, in the dictionary's order
    persons: tuple[str, ...]
    has_places: bool  # every sheet that numbers households names their places too


def bring(bench: Bench, folder: Path, sheets: Sequence[Sheet], words: Vocabulary) -> Lines:
    """Make the tables `lines` and `faults` of the sheets that are read."""
    read = [sheet for sheet in sheets if sheet.is_read]
    stated = {column.target for sheet in read for column in sheet.used}
    order = [name for name, target in words.targets.items() if target.variable is not None and name in stated]
    bench.execute(f"CREATE OR REPLACE TEMP TABLE faults ({', '.join(f'{n} {t}' for n, t in FAULTS.items())})")
    for place, sheet in enumerate(read):
        _read_sheet(bench, folder, place, sheet, words)
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM read_{place}" for place in range(len(read)))
    bench.execute(f"CREATE OR REPLACE TEMP TABLE lines AS {union}")
    for place in range(len(read)):
        bench.execute(f"DROP TABLE read_{place}")
    numbered = [sheet for sheet in read if any(column.target == "household_id" for column in sheet.used)]
    return Lines(
        household=tuple(name for name in order if words.targets[name].of != PERSON),
        persons=tuple(name for name in order if words.targets[name].of == PERSON),
        has_places=all(any(column.target == "place" for column in sheet.used) for sheet in numbered),
    )


def raw_table(folder: Path, sheet: Sheet) -> str:
    """SQL of a sheet's rows below its heading: row, c0, c1 …, all text."""
    columns = ", ".join([f"'row': 'BIGINT'", *(f"'c{place}': 'VARCHAR'" for place in range(max(sheet.width, 1)))])  # noqa: F541
    file = text(str(folder / f"file-{sheet.file}" / f"sheet-{sheet.number}.csv"))
    return (
        f"(SELECT * FROM read_csv({file}, auto_detect = false, columns = {{{columns}}}, header = false, delim = ',', "
        "quote = '\"', escape = '\"', null_padding = true, strict_mode = true, parallel = false, new_line = '\\n', "
        f"max_line_size = 8000000) WHERE row > {sheet.heading_last})"
    )


def _read_sheet(bench: Bench, folder: Path, place: int, sheet: Sheet, words: Vocabulary) -> None:
    """Make the table read_<place>: the lines of one sheet. Its columns are read some at a time: the memory that DuckDB
    takes for an expression does not depend on the rows, and an expression for a hundred columns took half a gigabyte."""
    variables = [column for column in sheet.used if words.targets[column.target].variable is not None]
    wanted = sorted({column.place for column in sheet.used})
    bench.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT row, {', '.join(f'c{each}' for each in wanted)} "
        f"FROM {raw_table(folder, sheet)}"
    )
    bench.execute(f"CREATE OR REPLACE TEMP TABLE plain AS SELECT row, {', '.join(plain_columns(sheet))} FROM raw")
    parts = [variables[start : start + AT_ONCE] for start in range(0, len(variables), AT_ONCE)]
    for number, some in enumerate(parts):
        read_columns(bench, f"part_{number}", some, words)
        _note_faults(bench, place, f"part_{number}", some)
    bench.execute(_lines_of(place, sheet, parts))
    for table in ("raw", "plain", *(f"part_{number}" for number in range(len(parts)))):
        bench.execute(f"DROP TABLE {table}")


def read_columns(bench: Bench, table: str, variables: Sequence[Column], words: Vocabulary) -> None:
    """Make a table of some columns of `raw`, read: row, v_ and w_ of each, and whether any says something of person or
    household. Each word of a column is read once, however many rows have it: most cells hold one of few words."""
    for column in variables:
        _read_words(bench, column, words)
    named = [column.target for column in variables]
    kept = ", ".join(quoted(f"{letter}_{name}") for name in named for letter in "vw")
    joins = " ".join(
        f"LEFT JOIN words_{place} ON words_{place}.cell = raw.c{place}" for place in (c.place for c in variables)
    )
    of_person = _any([name for name in named if words.targets[name].of == PERSON])
    of_home = _any([name for name in named if words.targets[name].of != PERSON])
    bench.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS "
        f"SELECT row, {of_person} AS of_person, {of_home} AS of_home{', ' * bool(kept)}{kept} FROM raw {joins}"
    )
    for column in variables:
        bench.execute(f"DROP TABLE words_{column.place}")


def _read_words(bench: Bench, column: Column, words: Vocabulary) -> None:
    """Make the table words_<place>: the different cells of a column, and what each says (s_), is (v_), or is wrong with (w_)."""
    variable, name = words.targets[column.target].variable, column.target
    assert variable is not None
    names = cells.Names(*(quoted(f"{letter}_{name}") for letter in "spw"))
    reading = cells.reading(variable, column, "cell", names)
    relation = f"(SELECT DISTINCT c{column.place} AS cell FROM raw WHERE c{column.place} IS NOT NULL)"
    for sql, letter in zip((reading.said, reading.parsed, reading.reason, reading.value), "spwv", strict=True):
        relation = f"(SELECT *, {sql} AS {quoted(f'{letter}_{name}')} FROM {relation})"
    bench.execute(f"CREATE OR REPLACE TEMP TABLE words_{column.place} AS FROM {relation}")


def _any(variables: Sequence[str]) -> str:
    """SQL of whether any of these cells says something, be it right or wrong."""
    said = ", ".join(quoted(f"s_{name}") for name in variables)
    return f"coalesce({said}) IS NOT NULL" if said else "FALSE"


def plain_columns(sheet: Sheet) -> list[str]:
    """The columns that are no variables, absent ones as NULL; the levels of a place joined, the highest first."""
    by_target = {column.target: f"c{column.place}" for column in sheet.used}
    made = []
    for target, name in PLAIN.items():
        cell = by_target.get(target)
        kept = "NULL" if cell is None else cells.tidy(cell) if "name" not in target else f"nullif(trim({cell}), '')"
        made.append(f"CAST({kept} AS VARCHAR) AS {name}")
    levels = ", ".join(cells.tidy(f"c{column.place}") for column in sheet.used if column.target == "place")
    made.append(
        f"nullif(concat_ws(chr(31), {levels}), '') AS place_text" if levels else "CAST(NULL AS VARCHAR) AS place_text"
    )
    return made


def _note_faults(bench: Bench, place: int, part: str, variables: Sequence[Column]) -> None:
    """One row per cell that cannot be read; columns without any are found in one pass and left alone."""
    counted = bench.execute(
        "SELECT " + ", ".join(f"count({quoted(f'w_{c.target}')})" for c in variables) + f" FROM {part}"
    )
    for column, count in zip(variables, counted.fetchone() or (), strict=True):
        if count:
            bench.execute(
                f"INSERT INTO faults SELECT NULL, {place * ROWS_OF_SHEET} + row, {column.place}, {text(column.target)}, "
                f"c{column.place}, {quoted(f'w_{column.target}')}, NULL FROM {part} JOIN raw USING (row) "
                f"WHERE {quoted(f'w_{column.target}')} IS NOT NULL"
            )


def _lines_of(place: int, sheet: Sheet, parts: Sequence[Sequence[Column]]) -> str:
    """The lines of a sheet. Below a merged cell the household of the row above goes on, where the row says nothing of any."""
    numbers = range(len(parts))
    of_person = ["coalesce(person_number, person_name, ordinal) IS NOT NULL", *(f"part_{n}.of_person" for n in numbers)]
    of_home = ["coalesce(number, place_text, household_name, observed_on, reporter) IS NOT NULL"]
    of_home += [f"part_{n}.of_home" for n in numbers]
    others = [name for name in PLAIN.values() if name != "number"]
    kept = ", ".join([*others, *(quoted(f"v_{column.target}") for some in parts for column in some)])
    return f"""
        CREATE OR REPLACE TEMP TABLE read_{place} AS
        WITH said AS (
          SELECT *, {" OR ".join(of_person) if sheet.of == PERSON else "FALSE"} AS is_person,
                 {" OR ".join(of_home)} AS says_household
          FROM plain {" ".join(f"JOIN part_{n} USING (row)" for n in numbers)}),
        told AS (
          SELECT *, is_person AND NOT says_household AS goes_on, last_value(CASE WHEN says_household
            THEN struct_pack(number := number, place_text := place_text) END IGNORE NULLS) OVER (ORDER BY row) AS above
          FROM said)
        SELECT {place * ROWS_OF_SHEET} + row AS n, is_person,
               CASE WHEN goes_on THEN above.place_text ELSE place_text END AS place_text,
               CASE WHEN goes_on THEN above.number ELSE number END AS number, {kept}
        FROM told"""
