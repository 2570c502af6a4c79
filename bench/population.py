"""A random population in Parquet, for benchmarks: shaped by a pack's dictionary, drawn by DuckDB."""

from pathlib import Path

import duckdb

from diguan.engine.connection import TYPES
from diguan.rulebook import Pack
from diguan.rulebook.pack import Variable

UNKNOWN_SHARE = 0.01
_STRIDE = 7919  # a prime that divides no number of households asked for: every key comes once
MEAN_MEMBERS = "CASE (hash(i) % 100) // 10 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 2 WHEN 3 THEN 3 WHEN 4 THEN 3 WHEN 5 THEN 4 WHEN 6 THEN 4 WHEN 7 THEN 4 WHEN 8 THEN 5 ELSE 5 END"


def write(pack: Pack, folder: Path, households: int, *, layout: str = "", scattered: bool = False) -> tuple[int, int]:
    """households.parquet and persons.parquet with every variable of the dictionary; about 3.3 persons a household.

    By place, or `scattered`: in no order of keys at all, which is quicker written. Returns the numbers of households and persons. The same call gives the same population.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"memory_limit": "6GB", "temp_directory": str(folder / "spill")}) as connection:
        connection.execute(f"CREATE TABLE base AS SELECT i, {MEAN_MEMBERS} AS members FROM range({households}) AS t(i)")
        key = f"i * {_STRIDE} % {households}" if scattered else "i"
        by_place, by_person = ("", "") if scattered else (" ORDER BY place, i", " ORDER BY place, i, j")
        own = [_drawn(v, "i") for v in pack.variables.values() if v.entity == "household"]
        place = "CAST(220000000000 + (1 + hash(i, 'p') % 9) * 100000000 + (1 + hash(i, 'c') % 8) * 1000000 + (1 + hash(i, 't') % 15) * 1000 + 1 + hash(i, 'v') % 12 AS VARCHAR)"
        connection.execute(
            f"COPY (SELECT printf('h%09d', {key}) AS household_id, {place} AS place, {', '.join(own)} FROM base{by_place}) "
            f"TO '{folder}/households.parquet' (FORMAT parquet{layout})"
        )
        of_person = [_drawn(v, "i * 16 + j") for v in pack.variables.values() if v.entity == "person"]
        connection.execute(
            f"COPY (SELECT printf('p%09d.%d', i, j) AS person_id, printf('h%09d', {key}) AS household_id, {', '.join(of_person)} "
            f"FROM (SELECT i, {place} AS place, unnest(range(members)) AS j FROM base){by_person}) TO '{folder}/persons.parquet' (FORMAT parquet{layout})"
        )
        counted = connection.execute("SELECT count(*), sum(members) FROM base").fetchall()[0]
    return int(counted[0]), int(counted[1])


def _drawn(variable: Variable, key: str) -> str:
    draw = f"(hash({key}, '{variable.name}') % 1000000)"
    if variable.type == "boolean":
        value = f"{draw} % 100 < 93"
    elif variable.type == "code":
        codes = ", ".join(f"'{code}'" for code in variable.codes)
        # Early codes are commoner, so that most households come out well.
        value = (
            f"list_extract([{codes}], 1 + CAST(floor(pow({draw} / 1000000.0, 3) * {len(variable.codes)}) AS INTEGER))"
        )
    elif variable.type == "date":
        value = f"DATE '1935-01-01' + CAST({draw} % 30000 AS INTEGER)"
    elif variable.type == "text":
        value = f"'t' || {draw}"
    else:
        low, high = int(variable.min or 0), int(variable.max or 6000)
        value = f"{low} + {draw} % {max(min(high, low + 6000) - low, 1)}"
        value += "" if variable.type == "integer" else f" + ({draw} % 100) / 100.0"
    share = int(UNKNOWN_SHARE * 1000)
    return f"CASE WHEN hash({key}, '{variable.name}', 'u') % 1000 >= {share} THEN CAST({value} AS {TYPES[variable.type]}) END AS \"{variable.name}\""
