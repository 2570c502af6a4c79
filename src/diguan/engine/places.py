"""Which places a household counts for: its own and every place above it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from diguan.engine.connection import rows
from diguan.engine.files import Table, open_table
from diguan.engine.problems import DataRefused
from diguan.rulebook.problems import N_

_DIGITS = (2, 4, 6, 9, 12)


def read_tree(connection: duckdb.DuckDBPyConnection, file: Path, scratch: Path) -> None:
    """Make `tree` (code, name, parent, number) and `place_paths` (code, level, path from the root) of a file of places.

    Raises: DataRefused when the file lacks a column, names a place twice or has a circle.
    """
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


def lay(connection: duckdb.DuckDBPyConnection, by_tree: bool) -> None:
    """Make `place_levels` (leaf, level, place, place_name, place_number): a row per leaf of `leaves` and place above it;
    and `place_numbers` (leaf, place_number): the leaf's own number.

    By the tree that was read; without one by the digits of 12-digit codes; else every place stands directly below
    the whole. Level 0 is the whole, and takes in those without a place; the roots of a tree, or the first two digits
    of codes, are level 1.
    """
    whole = "SELECT leaf, 0::INTEGER AS level, '' AS place, NULL::VARCHAR AS place_name, NULL::BIGINT AS place_number FROM leaves"
    each = _BY_TREE if by_tree else " UNION ALL ".join(_by_codes(connection))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE place_levels AS {whole} UNION ALL {each}")
    own = "SELECT leaf, place_number FROM place_levels WHERE leaf = place AND level > 0"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW place_numbers AS {own}")


_BY_TREE = """
    SELECT leaf, CAST(step.level AS INTEGER), step.place, tree.name, tree.number
    FROM (SELECT code AS leaf, unnest(path) AS place, generate_subscripts(path, 1) AS level FROM place_paths
          WHERE code IN (SELECT leaf FROM leaves)) AS step
    JOIN tree ON tree.code = step.place"""


def _by_codes(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    shaped = "SELECT coalesce(bool_and(regexp_full_match(leaf, '[0-9]{12}')), FALSE) FROM leaves WHERE leaf IS NOT NULL"
    if not rows(connection, shaped)[0][0]:
        yield "SELECT leaf, 1, leaf, NULL, NULL FROM leaves WHERE leaf IS NOT NULL"
        return
    for level, digits in enumerate(_DIGITS, start=1):
        number = f"CAST(rpad(left(leaf, {digits}), 12, '0') AS BIGINT)"
        yield f"SELECT leaf, {level}, left(leaf, {digits}), NULL, {number} FROM leaves WHERE leaf IS NOT NULL"


def outside(connection: duckdb.DuckDBPyConnection) -> int:
    """Households without a place, or whose place is not in the tree: they count in the whole and nowhere else."""
    laid = "SELECT leaf FROM place_levels WHERE level > 0"
    found = rows(connection, f"SELECT coalesce(sum(h0), 0) FROM leaves WHERE leaf IS NULL OR leaf NOT IN ({laid})")
    return int(str(found[0][0]))
