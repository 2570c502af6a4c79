"""Which places a household counts for: its own and every place above it."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from diguan.engine.connection import rows
from diguan.engine.files import Table, open_table
from diguan.engine.problems import DataRefused
from diguan.rulebook.problems import N_

_DIGITS = (2, 4, 6, 9, 12)


@dataclass(frozen=True)
class Tree:
    """Relation `place_levels` (leaf, level, place, place_name, place_number): one row per leaf and place above it.

    Level 0 is the whole; the roots of a given tree, or the first two digits of 12-digit codes, are level 1.
    """

    from_file: bool


def build(connection: duckdb.DuckDBPyConnection, file: Path | None, scratch: Path) -> Tree:
    """Make `place_levels` for the places that households name.

    With `file` (columns code, name, parent_code, and number when known) by its tree; without, by the digits of
    12-digit codes; else every place stands directly below the whole.
    Raises: DataRefused when the file lacks a column, names a place twice or has a circle.
    """
    if file is not None:
        _from_file(connection, file, scratch)
    else:
        _from_codes(connection)
    return Tree(from_file=file is not None)


def _from_file(connection: duckdb.DuckDBPyConnection, file: Path, scratch: Path) -> None:
    if not file.is_file():
        raise DataRefused(N_("There is no file {file}."), file=file)
    table = open_table(connection, file, scratch)
    lacking = [name for name in ("code", "name", "parent_code") if name not in table.columns]
    if lacking:
        raise DataRefused(
            N_("{file} has no column {column}; its columns are: {columns}."),
            file=file.name,
            column=lacking[0],
            columns=", ".join(table.columns),
        )
    number = "TRY_CAST(number AS BIGINT)" if "number" in table.columns else "CAST(NULL AS BIGINT)"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE tree AS SELECT trim(CAST(code AS VARCHAR)) AS code, CAST(name AS VARCHAR) AS name, "
        f"nullif(trim(CAST(parent_code AS VARCHAR)), '') AS parent, {number} AS number FROM {table.relation}"
    )
    _check_tree(connection, file, table)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE place_paths AS
        WITH RECURSIVE down AS (
            SELECT code, 1 AS level, [code] AS path FROM tree WHERE parent IS NULL
            UNION ALL
            SELECT tree.code, down.level + 1, list_append(down.path, tree.code)
            FROM tree JOIN down ON tree.parent = down.code WHERE down.level < 12
        ) SELECT * FROM down""")
    lost = rows(connection, "SELECT count(*) FROM tree WHERE code NOT IN (SELECT code FROM place_paths)")[0][0]
    if lost:
        raise DataRefused(
            N_("{file}: {count} places do not hang below a root (their parent is missing, or they stand in a circle)."),
            file=file.name,
            count=lost,
        )
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE place_levels AS
        WITH named AS (SELECT code AS leaf, unnest(path) AS place, generate_subscripts(path, 1) AS level FROM place_paths
                       WHERE code IN (SELECT DISTINCT place FROM households))
        SELECT leaf, CAST(level AS INTEGER) AS level, named.place, tree.name AS place_name, tree.number AS place_number
        FROM named JOIN tree ON tree.code = named.place""")


def _check_tree(connection: duckdb.DuckDBPyConnection, file: Path, table: Table) -> None:
    """A place that stands twice would count its households twice; one without a code, or whose number is none, helps nobody."""
    faults = [
        (
            "SELECT code FROM tree GROUP BY code HAVING count(*) > 1",
            N_("{file}: the place {code} stands more than once."),
        ),
        ("SELECT name FROM tree WHERE coalesce(code, '') = ''", N_("{file}: the place “{code}” has no code.")),
    ]
    if "number" in table.columns:
        written = f"SELECT number FROM {table.relation} WHERE number IS NOT NULL AND TRY_CAST(number AS BIGINT) IS NULL"
        faults.append((written, N_("{file}: “{code}” is not a whole number.")))
    for query, template in faults:
        found = rows(connection, f"{query} LIMIT 1")
        if found:
            raise DataRefused(template, file=file.name, code=found[0][0] or "")


def _from_codes(connection: duckdb.DuckDBPyConnection) -> None:
    shaped = rows(
        connection,
        "SELECT coalesce(bool_and(regexp_full_match(place, '[0-9]{12}')), FALSE) FROM households WHERE place IS NOT NULL",
    )[0][0]
    if shaped:
        each = " UNION ALL ".join(
            f"SELECT leaf, {level} AS level, left(leaf, {digits}) AS place, NULL::VARCHAR AS place_name, "
            f"CAST(rpad(left(leaf, {digits}), 12, '0') AS BIGINT) AS place_number FROM leaves"
            for level, digits in enumerate(_DIGITS, start=1)
        )
    else:
        each = "SELECT leaf, 1 AS level, leaf AS place, NULL::VARCHAR AS place_name, NULL::BIGINT AS place_number FROM leaves"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE place_levels AS WITH leaves AS (SELECT DISTINCT place AS leaf FROM households WHERE place IS NOT NULL) "
        + each
    )


def outside(connection: duckdb.DuckDBPyConnection) -> int:
    """Households without a place, or whose place is not in the tree: they count in the whole and nowhere else."""
    found = rows(
        connection,
        "SELECT count(*) FROM households WHERE place IS NULL OR place NOT IN (SELECT leaf FROM place_levels)",
    )
    return int(str(found[0][0]))
