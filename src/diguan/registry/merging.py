"""From what was said to what holds: one statement for any number of households.

The latest date of observation wins; on the same date the source that the variable's precedence names first; on the
same date and precedence what was recorded first stands, and the observations that say otherwise are listed beside it
as a conflict until somebody settles it. A statement of a source without precedence ranks behind all that have one.
"""

import json
from collections.abc import Iterable
from typing import Any

from diguan.registry import relations, validation

SAYINGS = {
    "household_id": "BIGINT",
    "person_id": "BIGINT",  # NULL for the household itself
    "variable": "VARCHAR",
    "canonical": "VARCHAR",
    "observed_on": "DATE",
    "source": "VARCHAR",
    "observation": "BIGINT",
}
OBSERVATIONS = {"n": "BIGINT", "household_id": "BIGINT", "source": "VARCHAR", "observed_on": "DATE", "body": "JSON"}


def add_observations(bench: relations.Bench, observations: Iterable[relations.Row]) -> None:
    """Add what observations on file say to the table sayings; rows as OBSERVATIONS names them.

    Needs the tables dictionary (staging.bring_dictionary), persons (id, key) and sayings.
    """
    relations.fill(bench, "filed", OBSERVATIONS, observations)
    validation.read_values(bench, "filed", "filed_spoken")
    bench.execute("""
        INSERT INTO sayings
        SELECT f.household_id, p.id, s.variable, s.canonical, f.observed_on, f.source, f.n
        FROM filed_spoken s JOIN filed f USING (n) LEFT JOIN persons p ON p.key = TRY_CAST(s.person_text AS UUID)
        WHERE s.value IS NOT NULL AND (s.person_text IS NULL OR p.id IS NOT NULL)""")


def merge(bench: relations.Bench) -> None:
    """Make the table facts from sayings: household_id, person_id, facts (the document as JSON text)."""
    bench.execute(_MERGE)


def documents(bench: relations.Bench) -> dict[tuple[int, int | None], Any]:
    """The merged documents of a few households by (household id, person id or None)."""
    rows = bench.execute("SELECT household_id, person_id, facts FROM facts").fetchall()
    return {(household, person): json.loads(facts) for household, person, facts in rows}


# Every step groups by plain columns, with 0 for the household itself: joins and groups on NULL are several times slower.
_MERGE = """
CREATE OR REPLACE TEMP TABLE ranked AS
SELECT household_id, coalesce(person_id, 0) AS person_id, variable, canonical, observation,
       (DATE '9999-12-31' - observed_on) * 100000 + coalesce(rank, 99999) AS standing
FROM sayings LEFT JOIN precedence USING (variable, source);
CREATE OR REPLACE TEMP TABLE winners AS
WITH equals AS (
  SELECT household_id, person_id, variable, standing, min(observation) AS observation,
         arg_min(canonical, observation) AS value, min(canonical) <> max(canonical) AS disputed
  FROM ranked GROUP BY ALL),
best AS (
  SELECT household_id, person_id, variable,
         arg_min(struct_pack(standing := standing, observation := observation, value := value, disputed := disputed),
                 standing) AS winner
  FROM equals GROUP BY ALL)
SELECT household_id, person_id, variable, unnest(winner) FROM best;
CREATE OR REPLACE TEMP TABLE facts AS
WITH conflicts AS (
  SELECT household_id, person_id, variable, list_sort(list(DISTINCT r.observation)) AS others
  FROM winners w JOIN ranked r USING (household_id, person_id, variable, standing)
  WHERE w.disputed AND r.canonical <> w.value GROUP BY ALL)
SELECT household_id, nullif(person_id, 0) AS person_id,
       '{' || array_to_string(list_sort(list(
           '"' || variable || '":{"v":' || value || ',"o":' || observation
           || coalesce(',"c":[' || array_to_string(others, ',') || ']', '') || '}')), ',') || '}' AS facts
FROM winners LEFT JOIN conflicts USING (household_id, person_id, variable)
GROUP BY household_id, person_id
"""
