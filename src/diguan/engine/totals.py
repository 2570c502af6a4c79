"""Totals by place at every level, from the screened households."""

from collections.abc import Iterator

from diguan.engine.sql import quoted, text
from diguan.rulebook.rules import Rules

COLUMNS = "level, place, place_name, place_number, kind, id, outcome, households, persons, weighted_persons"


def statement(rules: Rules) -> str:
    """One SELECT over `screened` and `place_levels`: a row per place, subject and outcome that occurs.

    Rows: kind `all` (every household), `standard` (met, not_met, unknown), `cohort` (member, or unknown under the id
    `unknown`), `to_check` (households with any standard unknown, or whose cohort is unknown).
    Units: households, persons, and persons times the pack's weight.
    """
    subjects = list(_subjects(rules))
    weighted = rules.pack.weight is not None
    numbers = range(len(subjects))
    # Much quicker than FILTER, which looks up the group of each row again for each count.
    counted = [
        f"count_if({s[3]}) AS h{i}, sum(CASE WHEN {s[3]} THEN persons ELSE 0 END) AS p{i}"
        for i, s in enumerate(subjects)
    ]
    counted += [f"sum(CASE WHEN {s[3]} THEN persons * weight END) AS w{i}" for i, s in enumerate(subjects) if weighted]
    added = [f"sum({letter}{i}) AS {letter}{i}" for letter in ("hpw" if weighted else "hp") for i in numbers]
    listed = ", ".join(
        f"{{'kind': {text(kind)}, 'id': {text(name)}, 'outcome': {text(outcome)}, 'households': CAST(h{i} AS BIGINT), "
        f"'persons': CAST(p{i} AS BIGINT), 'weighted_persons': CAST({f'w{i}' if weighted else 'NULL'} AS DECIMAL(24, 6))}}"
        for i, (kind, name, outcome, _) in enumerate(subjects)
    )
    # Counts are added up place by place, side by side, and only then set under each other.
    return f"""
        WITH leaves AS MATERIALIZED (SELECT place AS leaf, {", ".join(counted)} FROM screened GROUP BY place),
        places AS (
            SELECT 0::INTEGER AS level, '' AS place, NULL::VARCHAR AS place_name, NULL::BIGINT AS place_number, {", ".join(added)} FROM leaves
            UNION ALL
            SELECT CAST(level AS INTEGER), place, any_value(place_name), any_value(place_number), {", ".join(added)}
            FROM leaves JOIN place_levels USING (leaf) GROUP BY level, place)
        SELECT level, place, place_name, place_number, total.* FROM (
            SELECT level, place, place_name, place_number, unnest([{listed}]) AS total FROM (FROM places ORDER BY level, place))
        WHERE total.households > 0"""


def _subjects(rules: Rules) -> Iterator[tuple[str, str, str, str]]:
    """(kind, id, outcome, SQL condition on a screened household) of everything that is counted."""
    yield "all", "all", "all", "TRUE"
    for name in rules.pack.standards:
        for outcome in ("met", "not_met", "unknown"):
            yield "standard", name, outcome, f"{quoted(name)} = {text(outcome)}"
    for name in rules.pack.cohorts:
        yield "cohort", name, "member", f"cohort = {text(name)}"
    open_ends = [f"{quoted(name)} = 'unknown'" for name in rules.pack.standards]
    if rules.pack.cohorts:
        yield "cohort", "unknown", "unknown", "cohort = 'unknown'"
        open_ends.append("cohort = 'unknown'")
    if open_ends:
        yield "to_check", "all", "unknown", " OR ".join(open_ends)
