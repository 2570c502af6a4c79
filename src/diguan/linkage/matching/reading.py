"""Files of people as one table: every row with its file's values as text, faulty ones told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from diguan.engine.connection import rows
from diguan.engine.files import Table, open_table
from diguan.engine.problems import DataRefused
from diguan.engine.sql import quoted, text
from diguan.linkage.matching import dates
from diguan.linkage.matching.problems import SET_ASIDE, Fault
from diguan.rulebook.problems import N_

NEEDED = ("person_key", "name")
OPTIONAL = ("sex", "birth_date", "place", "household_key", "relation", "id_mac")
# Besides male and female: the letters, the codes of GB/T 2261.1, and how forms write them.
_MALE, _FEMALE = ("male", "m", "1", "男", "男性"), ("female", "f", "2", "女", "女性")
_WIDE, _NARROW = "０１２３４５６７８９－／．：　ＭＦｍｆ", "0123456789-/.: MFmf"  # as Chinese keyboards write them
_UNKNOWN = ("", "NA", "N/A", "NULL", "-", "—", "无", "不详", "未知")


@dataclass(frozen=True)
class Read:
    """What one file gave: rows read, rows refused, values set aside, columns that mean nothing here or that are not there."""

    file: str
    rows: int
    refused: int
    set_aside: int
    ignored: list[str]
    missing: list[str]
    faults: list[Fault]


def read(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], scratch: Path) -> list[Read]:
    """Make the table `entry` of all files; the register is side 0, a list of others side 1.

    Rows: one per accepted row; `id` counts from 1, register first. `female` says the sex. Dates stay as written, and the table
    `written_date` says what they mean.
    Raises: DataRefused when a file is missing, cannot be read, or lacks person_key or name.
    """
    tables = [_given(connection, side, path, scratch) for side, path in enumerate(files)]
    accepted = " UNION ALL ".join(
        f"SELECT {side} AS side, * FROM given_{side} WHERE person_key IS NOT NULL AND name IS NOT NULL "
        f"AND person_key NOT IN (SELECT person_key FROM repeated_{side})"
        for side in range(len(files))
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE entry AS SELECT CAST(row_number() OVER (ORDER BY side, row) AS INTEGER) AS id, * FROM ({accepted})"
    )
    dates.make(connection)
    return [_report(connection, side, table) for side, table in enumerate(tables)]


def _given(connection: duckdb.DuckDBPyConnection, side: int, path: Path, scratch: Path) -> Table:
    """`given_<side>`: the rows of a file with its values as text; `repeated_<side>`: keys that stand more than once."""
    if not path.exists():
        raise DataRefused(N_("There is no file {file}."), file=path)
    table = open_table(connection, path, scratch)
    missing = [column for column in NEEDED if column not in table.columns]
    if missing:
        raise DataRefused(
            N_(
                "{file} lacks {missing}; its columns are: {columns}. Write {needed} above the columns with a key of each row and "
                "with names, and, for what else is known, {optional}."
            ),
            file=path.name, missing=", ".join(missing), columns=", ".join(list(table.columns)[:30]),
            needed=", ".join(NEEDED), optional=", ".join(OPTIONAL),
        )  # fmt: skip
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE given_{side} AS SELECT {_values(table.columns)} FROM {table.relation}"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated_{side} AS SELECT person_key FROM given_{side} "
        "WHERE person_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    )
    return table


def _values(columns: dict[str, str]) -> str:
    def cell(name: str) -> str:
        written = f"CAST({quoted(name)} AS VARCHAR)"
        if name in ("sex", "birth_date", "place"):
            written = f"translate({written}, '{_WIDE}', '{_NARROW}')"
        return f"trim({written})" if name in columns else "CAST(NULL AS VARCHAR)"

    def known(name: str) -> str:
        return f"CASE WHEN upper({cell(name)}) NOT IN {_UNKNOWN} THEN {cell(name)} END"

    sex = f"lower({cell('sex')})"
    made = [f"nullif({cell(name)}, '') AS {name}" for name in NEEDED]
    made += [f"{known(name)} AS {name}" for name in ("birth_date", "place", "household_key", "id_mac")]
    made.append(f"CASE WHEN {sex} IN {_FEMALE} THEN TRUE WHEN {sex} IN {_MALE} THEN FALSE END AS female")
    made.append(f"CASE WHEN female IS NULL AND {sex} NOT IN ('0', '9') THEN {known('sex')} END AS unread_sex")
    return ", ".join([*made, "row_number() OVER () AS row"])


def _report(connection: duckdb.DuckDBPyConnection, side: int, table: Table) -> Read:
    """What is wrong in a file, counted and listed."""
    parts = {
        "no_key": ("NULL", "person_key IS NULL"),
        "repeated": ("person_key", f"person_key IN (SELECT person_key FROM repeated_{side})"),
        "no_name": ("NULL", "name IS NULL"),
        "not_a_date": ("birth_date", "birth_date IN (SELECT written FROM written_date WHERE y IS NULL)"),
        "not_a_sex": ("unread_sex", "unread_sex IS NOT NULL"),
    }
    found = " UNION ALL ".join(
        f"SELECT row, person_key, {value} AS value, {text(reason)} AS reason FROM given_{side} WHERE {condition}"
        for reason, (value, condition) in parts.items()
    )
    listed = rows(connection, f"SELECT row, person_key, value, reason FROM ({found}) ORDER BY row, reason")
    faults = [
        Fault(table.path.name, int(str(row)), str(key or ""), str(value or ""), str(reason))
        for row, key, value, reason in listed
    ]
    total, kept = (
        int(str(rows(connection, statement)[0][0]))
        for statement in (f"SELECT count(*) FROM given_{side}", f"SELECT count(*) FROM entry WHERE side = {side}")
    )
    aside = sum(fault.reason in SET_ASIDE for fault in faults)
    ignored = [column for column in table.columns if column not in (*NEEDED, *OPTIONAL)]
    missing = [column for column in OPTIONAL if column not in table.columns and column not in ("relation", "id_mac")]
    return Read(table.path.name, total, total - kept, aside, ignored, missing, faults)
