"""A second, independent way from observations to a snapshot: the latest date wins, then the pack's precedence."""

from __future__ import annotations

from pathlib import Path

import duckdb

from diguan.rulebook import Pack

_TYPES = {
    "boolean": "BOOLEAN", "integer": "BIGINT", "decimal": "DECIMAL(18,6)", "money": "DECIMAL(18,6)", "date": "DATE",
    "code": "VARCHAR", "text": "VARCHAR", "identifier": "VARCHAR",
}  # fmt: skip
_FACTS = """
CREATE TABLE facts AS
WITH seen AS (SELECT row_number() OVER () AS n, * REPLACE (body::JSON AS body) FROM read_parquet('{folder}/observations.parquet')),
of_households AS (SELECT n, source, observed_on, household_id AS key, unnest(map_entries((body->'household')::MAP(VARCHAR, VARCHAR))) AS e FROM seen),
people AS (SELECT n, source, observed_on, unnest(map_entries((body->'persons')::MAP(VARCHAR, MAP(VARCHAR, VARCHAR)))) AS p FROM seen),
of_people AS (SELECT n, source, observed_on, p.key AS key, unnest(map_entries(p.value)) AS e FROM people),
said AS (SELECT n, source, observed_on, key, e.key AS variable, e.value AS value FROM of_households
         UNION ALL SELECT n, source, observed_on, key, e.key, e.value FROM of_people)
SELECT key, variable,
       first(value ORDER BY observed_on DESC, rank, n) AS value, first(source ORDER BY observed_on DESC, rank, n) AS source
FROM said JOIN ranks USING (variable, source) GROUP BY ALL
"""


def write_snapshot(folder: Path, out: Path, pack: Pack) -> None:
    """Write households.parquet and persons.parquet as screening reads them, from the files of a demo province."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE ranks (variable VARCHAR, source VARCHAR, rank INTEGER)")
        ranks = [(v.name, source, rank) for v in pack.variables.values() for rank, source in enumerate(v.sources)]
        connection.executemany("INSERT INTO ranks VALUES (?, ?, ?)", ranks)
        connection.execute(_FACTS.format(folder=folder))
        for entity in ("household", "person"):
            variables = [v for v in pack.variables.values() if v.entity == entity and v.read_from is None]
            columns = ", ".join(
                f"max(value) FILTER (variable = '{v.name}')::{_TYPES[v.type]} AS {v.name}" for v in variables
            )
            keys = "h.household_id, h.place" if entity == "household" else "h.person_id, h.household_id"
            connection.execute(
                f"COPY (SELECT {keys}, {columns} FROM read_parquet('{folder}/{entity}s.parquet') h "
                f"LEFT JOIN facts ON key = h.{entity}_id GROUP BY ALL) TO '{out}/{entity}s.parquet' (FORMAT parquet)"
            )
