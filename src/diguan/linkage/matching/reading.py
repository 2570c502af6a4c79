"""Files of people as one table: every row with its file's values as text, faulty ones told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from diguan.engine.connection import rows
from diguan.engine.files import open_table
from diguan.engine.problems import DataRefused
from diguan.engine.sql import quoted, text
from diguan.linkage.matching.problems import Fault
from diguan.rulebook.problems import N_

NEEDED = ("person_key", "name")
OPTIONAL = ("sex", "birth_date", "place", "household_key", "relation", "id_mac")
# Besides male and female: the letters, the codes of GB/T 2261.1, and how forms write them.
_MALE, _FEMALE = ("male", "m", "1", "男", "男性"), ("female", "f", "2", "女", "女性")
_UNKNOWN = "('', 'NA', 'N/A', 'NULL', '-', '—', '无', '不详', '未知', '0', '9')"


@dataclass(frozen=True)
class Read:
    """What one file gave: rows read, rows refused, values set aside, columns that mean nothing here."""

    file: str
    rows: int
    refused: int
    set_aside: int
    ignored: list[str]
    faults: list[Fault]


def read(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], scratch: Path) -> list[Read]:
    """Make the table `entry` of all files; the register is side 0, a list of others side 1.

    Rows: one per accepted row; `id` counts from 1, register first. Sex is TRUE for female. Dates stay as written.
    Raises: DataRefused when a file is missing, cannot be read, or lacks person_key or name.
    """
    parts = []
    for side, path in enumerate(files):
        if not path.exists():
            raise DataRefused(N_("There is no file {file}."), file=path)
        opened = open_table(connection, path, scratch)
        missing = [column for column in NEEDED if column not in opened.columns]
        if missing:
            raise DataRefused(
                N_("{file} has no column {column}; its columns are: {columns}."),
                file=path.name, column=missing[0], columns=", ".join(list(opened.columns)[:30]),
            )  # fmt: skip
        connection.execute(f"CREATE TEMP TABLE given_{side} AS SELECT {_values(opened.columns)} FROM {opened.relation}")
        parts.append(
            f"SELECT {side} AS side, * FROM given_{side} WHERE person_key IS NOT NULL AND name IS NOT NULL "
            f"AND person_key NOT IN (SELECT person_key FROM repeated_{side})"
        )
        connection.execute(
            f"CREATE TEMP TABLE repeated_{side} AS SELECT person_key FROM given_{side} "
            "WHERE person_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
        )
    connection.execute(
        "CREATE TEMP TABLE entry AS SELECT CAST(row_number() OVER (ORDER BY side, row) AS INTEGER) AS id, * FROM "
        f"({' UNION ALL '.join(parts)})"
    )
    return [_report(connection, side, path) for side, path in enumerate(files)]


def _values(columns: dict[str, str]) -> str:
    def cell(name: str) -> str:
        return f"trim(CAST({quoted(name)} AS VARCHAR))" if name in columns else "CAST(NULL AS VARCHAR)"

    sex = f"lower({cell('sex')})"
    made = [f"nullif({cell(name)}, '') AS {name}" for name in NEEDED]
    made += [
        f"CASE WHEN {cell(name)} NOT IN {_UNKNOWN} THEN {cell(name)} END AS {name}"
        for name in OPTIONAL
        if name not in ("sex", "relation")
    ]
    made.append(f"CASE WHEN {sex} IN {_FEMALE} THEN TRUE WHEN {sex} IN {_MALE} THEN FALSE END AS female")
    made.append(f"CASE WHEN upper({sex}) NOT IN {_UNKNOWN} THEN {cell('sex')} END AS sex_written")
    return ", ".join([*made, "row_number() OVER () AS row"])


def _report(connection: duckdb.DuckDBPyConnection, side: int, path: Path) -> Read:
    """Count and list what is wrong; `written_date` says which dates can be read."""
    from diguan.linkage.matching import dates

    dates.make(connection)
    parts = {
        "no_key": ("''", "person_key IS NULL"),
        "repeated": ("person_key", f"person_key IN (SELECT person_key FROM repeated_{side})"),
        "no_name": ("''", "name IS NULL"),
        "not_a_date": ("birth_date", "birth_date IN (SELECT written FROM written_date WHERE y IS NULL)"),
        "not_a_sex": ("sex_written", "female IS NULL AND sex_written IS NOT NULL"),
    }
    found = " UNION ALL ".join(
        f"SELECT row, person_key, {value} AS value, {text(reason)} AS reason FROM given_{side} WHERE {condition}"
        for reason, (value, condition) in parts.items()
    )
    listed = rows(connection, f"SELECT row, person_key, value, reason FROM ({found}) ORDER BY row, reason")
    faults = [Fault(path.name, int(str(row)), str(k or ""), str(v or ""), str(why)) for row, k, v, why in listed]
    total = int(str(rows(connection, f"SELECT count(*) FROM given_{side}")[0][0]))
    kept = int(str(rows(connection, f"SELECT count(*) FROM entry WHERE side = {side}")[0][0]))
    known = {*NEEDED, *OPTIONAL}
    described = rows(connection, f"DESCRIBE SELECT * FROM given_{side}")
    del described
    aside = sum(fault.reason in ("not_a_date", "not_a_sex") for fault in faults)
    return Read(path.name, total, total - kept, aside, sorted(known & set()), faults)
