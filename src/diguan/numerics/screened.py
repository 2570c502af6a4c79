"""A finished screening as a sample: each household a row that stands for its persons."""

from __future__ import annotations

from pathlib import Path

import duckdb

from diguan.numerics.problems import SampleRefused
from diguan.numerics.sample import quoted, text
from diguan.rulebook.problems import N_

PERSONS = "persons_weighted"
LACKING = "{standard}__not_met"
APPLIES = "__applies"


def relation(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """SQL of a screening's outcomes and derived variables; `folder` is what it wrote.

    Rows: one per household. `persons_weighted` is whom it stands for; each standard has a column `<standard>__not_met`
    besides: 1, 0, or unknown. Raises: SampleRefused if the files cannot be read.
    """
    outcomes, derived = (_file(folder / name) for name in ("outcomes.parquet", "derived.parquet"))
    columns = _columns(connection, folder)
    weighted = "persons * weight" if "weight" in columns else "persons"
    made = [f"CAST({weighted} AS DOUBLE) AS {PERSONS}"]
    made += [
        f"CASE {quoted(name)} WHEN 'not_met' THEN 1 WHEN 'met' THEN 0 END AS {quoted(LACKING.format(standard=name))}"
        for name in (column.removesuffix(APPLIES) for column in columns if column.endswith(APPLIES))
    ]
    return f"(SELECT *, {', '.join(made)} FROM {outcomes} AS outcomes JOIN {derived} AS derived USING (household_id))"


def _columns(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    found: list[str] = []
    for name in ("derived.parquet", "outcomes.parquet"):
        try:
            rows = connection.execute(f"DESCRIBE SELECT * FROM {_file(folder / name)}").fetchall()
        except duckdb.Error as error:
            template = N_("{file} of this screening is missing or cannot be read.")
            raise SampleRefused(template, file=folder / name) from error
        found = [str(row[0]) for row in rows]
    return found


def _file(path: Path) -> str:
    return f"read_parquet({text(str(path))})"
