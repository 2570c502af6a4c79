"""Households and persons without a single unknown, since OpenFisca knows none; in the order of their keys, drawn by DuckDB."""

from pathlib import Path

import duckdb


def write(folder: Path, households: int) -> int:
    """households.parquet and persons.parquet, 3.3 persons a household; returns the number of persons."""
    folder.mkdir(parents=True)
    with duckdb.connect(config={"memory_limit": "6GB", "temp_directory": str(folder / "spill")}) as connection:
        connection.execute(f"""
            COPY (SELECT printf('h%09d', i) AS household_id,
                    CAST({_drawn("i", "income", 30_000)} + 2000 AS BIGINT) AS income,
                    CAST(CASE WHEN {_drawn("i", "ill", 10)} < 2 THEN {_drawn("i", "medical", 9000)} ELSE 0 END AS BIGINT) AS medical_spending,
                    {_drawn("i", "food", 100)} < 97 AS food_enough, {_drawn("i", "clothing", 100)} < 96 AS warm_clothing,
                    list_extract(['A', 'B', 'B', 'B', 'C', 'D'], 1 + {_drawn("i", "house", 6)}) AS house_grade,
                    {_drawn("i", "water", 100)} < 92 AS safe_water
                FROM range({households}) AS base(i)) TO '{folder}/households.parquet' (FORMAT parquet)""")
        members = f"1 + {_drawn('i', 'first', 3)} + {_drawn('i', 'second', 3)} + {_drawn('i', 'third', 10)} // 7"
        connection.execute(f"""
            COPY (SELECT printf('p%09d.%d', i, j) AS person_id, printf('h%09d', i) AS household_id,
                    CAST({_drawn("i * 16 + j", "age", 90)} AS BIGINT) AS age, {_drawn("i * 16 + j", "school", 100)} < 95 AS in_school,
                    {_drawn("i * 16 + j", "disabled", 100)} < 8 AS disabled, {_drawn("i * 16 + j", "disabled", 100)} < 2 AS severely_disabled,
                    {_drawn("i * 16 + j", "insured", 1000)} < 985 AS insured, {_drawn("i * 16 + j", "able", 100)} < 55 AS able_to_work
                FROM (SELECT i, unnest(range({members})) AS j FROM range({households}) AS base(i)))
            TO '{folder}/persons.parquet' (FORMAT parquet)""")
        found = connection.execute(f"SELECT count(*) FROM '{folder}/persons.parquet'").fetchall()
    return int(found[0][0])


def _drawn(key: str, name: str, below: int) -> str:
    return f"CAST(hash({key}, '{name}') % {below} AS INTEGER)"
