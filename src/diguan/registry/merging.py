"""From what was said to what holds: one statement for any number of households.

The latest date of observation wins; on the same date the source that the variable's precedence names first; on the
same date and precedence what was recorded first stands, and the observations that say otherwise are listed beside it
as a conflict until somebody settles it. A statement of a source without precedence ranks behind all that have one. What a
person corrected or settled goes before every source of its date, and of two corrections the later.

What is said of a person counts wherever they lived when it was said, and what is said of somebody found twice, of one.
"""

import json
from collections.abc import Iterable
from typing import Any

from diguan.registry import relations, staging, validation

SAYINGS = {
    "household_id": "BIGINT",
    "person_id": "BIGINT",  # NULL for the household itself
    "variable": "VARCHAR",
    "canonical": "VARCHAR",
    "observed_on": "DATE",
    "source": "VARCHAR",
    "observation": "BIGINT",
}
PERSONS = {"id": "BIGINT", "key": "UUID", "same_as": "BIGINT"}
PERSON_COLUMNS = ("id", "key", "same_as_id")
OBSERVATIONS = {"n": "BIGINT", "household_id": "BIGINT", "source": "VARCHAR", "observed_on": "DATE", "body": "JSON"}


def add_observations(bench: relations.Bench, observations: Iterable[relations.Row]) -> None:
    """Add what observations on file say to the table sayings; rows as OBSERVATIONS names them.

    Needs the tables dictionary (staging.bring_dictionary), persons (PERSONS) and sayings.
    """
    relations.fill(bench, "filed", OBSERVATIONS, observations)
    validation.read_values(bench, "filed", "filed_spoken")
    bench.execute(f"""
        INSERT INTO sayings
        SELECT f.household_id, coalesce(p.same_as, p.id), s.variable, coalesce(s.canonical, 'null'), f.observed_on, f.source, f.n
        FROM filed_spoken s JOIN filed f USING (n) LEFT JOIN persons p ON p.key = TRY_CAST(s.person_text AS UUID)
        WHERE (s.value IS NOT NULL OR f.source = '{staging.CORRECTION}') AND (s.person_text IS NULL OR p.id IS NOT NULL)""")


def merge(bench: relations.Bench) -> None:
    """Make the table facts from sayings: household_id or person_id, and facts (the document as JSON text)."""
    bench.execute(_MERGE)


def documents(bench: relations.Bench) -> tuple[dict[int, Any], dict[int, Any]]:
    """The merged documents of a few households: those of households by id, and those of people by id."""
    rows = bench.execute("SELECT household_id, person_id, facts FROM facts").fetchall()
    homes = {household: json.loads(facts) for household, person, facts in rows if person is None}
    return homes, {person: json.loads(facts) for _household, person, facts in rows if person is not None}


# Every step groups by plain columns, with 0 for the household itself, and 0 for the household of a person: joins and
# groups on NULL are several times slower.
_MERGE = f"""
CREATE OR REPLACE TEMP TABLE ranked AS
SELECT CASE WHEN person_id IS NULL THEN household_id ELSE 0 END AS household_id, coalesce(person_id, 0) AS person_id,
       variable, canonical, observation, source = '{staging.CORRECTION}' AS corrected,
       (DATE '9999-12-31' - observed_on) * 100000 + coalesce(rank + 1, 99999) AS standing
FROM sayings LEFT JOIN precedence USING (variable, source);
DELETE FROM ranked USING ranked AS later
WHERE ranked.corrected AND later.corrected AND later.observation > ranked.observation AND later.standing = ranked.standing
  AND (later.household_id, later.person_id, later.variable) = (ranked.household_id, ranked.person_id, ranked.variable);
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
SELECT nullif(household_id, 0) AS household_id, nullif(person_id, 0) AS person_id,
       '{{' || coalesce(array_to_string(list_sort(list(
           '"' || variable || '":{{"v":' || value || ',"o":' || observation
           || coalesce(',"c":[' || array_to_string(others, ',') || ']', '') || '}}') FILTER (value <> 'null')), ','), '') || '}}' AS facts
FROM winners LEFT JOIN conflicts USING (household_id, person_id, variable)
GROUP BY household_id, person_id
"""
