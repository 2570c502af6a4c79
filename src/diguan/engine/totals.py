"""Totals by place at every level, from the screened households."""

from diguan.engine.sql import quoted, text
from diguan.rulebook.rules import Rules

COLUMNS = "level, place, place_name, place_number, kind, id, outcome, households, persons, weighted_persons"


def statement(rules: Rules) -> str:
    """One SELECT over `screened` and `place_levels`: a row per place, subject and outcome that occurs.

    Rows: kind `all` (every household), `standard` (met, not_met, unknown), `cohort` (member, or unknown under the id
    `unknown`), `to_check` (households with any standard unknown, or whose cohort is unknown).
    Units: households, persons, and persons times the pack's weight.
    """
    standards, cohorts = list(rules.pack.standards), list(rules.pack.cohorts)
    keys = [quoted(name) for name in (*standards, *(["cohort"] if cohorts else []))]
    grouped = ", ".join(["place", *keys])
    weight = "sum(persons * weight)" if rules.pack.weight is not None else "NULL"
    patterns = (
        f"SELECT {grouped}, count(*) AS households, CAST(sum(persons) AS BIGINT) AS persons, "
        f"CAST({weight} AS DECIMAL(24, 6)) AS weighted_persons FROM screened GROUP BY {grouped}"
    )
    subjects = [_subject("all", "'all'", "'all'", "TRUE")]
    subjects += [_subject("standard", text(name), _outcome(name), "TRUE") for name in standards]
    if cohorts:
        subjects.append(
            _subject(
                "cohort", "cohort", "CASE WHEN cohort = 'unknown' THEN 'unknown' ELSE 'member' END", "cohort <> 'none'"
            )
        )
    unknown = " OR ".join(
        [f"{quoted(name)} IS NULL" for name in standards] + (["cohort = 'unknown'"] if cohorts else [])
    )
    if unknown:
        subjects.append(_subject("to_check", "'all'", "'unknown'", unknown))
    return f"""
        WITH patterns AS MATERIALIZED ({patterns}),
        at_places AS MATERIALIZED (
            SELECT place, kind, id, outcome, sum(households) AS households, sum(persons) AS persons, sum(weighted_persons) AS weighted_persons
            FROM ({" UNION ALL ".join(subjects)}) GROUP BY ALL),
        everywhere AS (
            SELECT 0 AS level, '' AS place, NULL::VARCHAR AS place_name, NULL::BIGINT AS place_number, kind, id, outcome,
                   households, persons, weighted_persons FROM at_places
            UNION ALL
            SELECT levels.level, levels.place, levels.place_name, levels.place_number, kind, id, outcome, households, persons, weighted_persons
            FROM at_places JOIN place_levels AS levels ON levels.leaf = at_places.place)
        SELECT CAST(level AS INTEGER) AS level, place, place_name, place_number, kind, id, outcome,
               CAST(sum(households) AS BIGINT) AS households, CAST(sum(persons) AS BIGINT) AS persons,
               CAST(sum(weighted_persons) AS DECIMAL(24, 6)) AS weighted_persons
        FROM everywhere GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY level, place, kind, id, outcome"""


def _subject(kind: str, id_sql: str, outcome_sql: str, condition: str) -> str:
    return (
        f"SELECT place, {text(kind)} AS kind, {id_sql} AS id, {outcome_sql} AS outcome, households, persons, weighted_persons "
        f"FROM patterns WHERE {condition}"
    )


def _outcome(name: str) -> str:
    return f"CASE WHEN {quoted(name)} THEN 'met' WHEN NOT {quoted(name)} THEN 'not_met' ELSE 'unknown' END"
