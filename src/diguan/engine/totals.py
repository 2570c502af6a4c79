"""Totals by place at every level, from the screened households."""

from collections.abc import Iterator

from diguan.engine import checks
from diguan.engine.sql import quoted, text
from diguan.rulebook.rules import Rules

COLUMNS = "level, place, place_name, place_number, kind, id, outcome, households, persons, weighted_persons"


def leaves(rules: Rules) -> str:
    """One SELECT over `screened`: a row per place that households name (NULL too), with counts h0, p0, h1, p1 …

    In the order of the subjects: households, persons, and where the pack has a weight also w0, persons times weight.
    Much quicker than FILTER, which looks up the group of each row again for each count.
    """
    counted = [
        f"count_if({condition}) AS h{i}, sum(CASE WHEN {condition} THEN persons ELSE 0 END) AS p{i}"
        for i, (_, _, _, condition) in enumerate(_subjects(rules))
    ]
    if rules.pack.weight is not None:
        counted += [
            f"sum(CASE WHEN {condition} THEN persons * weight END) AS w{i}"
            for i, (_, _, _, condition) in enumerate(_subjects(rules))
        ]
    made = f"SELECT place AS leaf, {', '.join(counted)} FROM screened GROUP BY place"
    if not rules.checks:
        return made
    of_checks = checks.leaves(rules, first=len(_subjects(rules)))
    return f"SELECT * FROM ({made}) AS a JOIN ({of_checks}) AS b ON a.leaf IS NOT DISTINCT FROM b.leaf_of_checks"


def statement(rules: Rules) -> str:
    """One SELECT over `leaves` and `place_levels`: a row per place, subject and outcome that occurs.

    Rows: kind `all` (every household), `standard` (met, not_met, unknown), `cohort` (member, or unknown under the id
    `unknown`), `to_check` (households with any standard unknown, or whose cohort is unknown), `check` (raised, or
    unknown; under the id `all` raised by any) and `severity` (raised by a check of it).
    Units: households, persons, and persons times the pack's weight.
    """
    subjects = [*_subjects(rules), *checks.subjects(rules)]
    letters = "hpw" if rules.pack.weight is not None else "hp"
    added = [f"sum({letter}{i}) AS {letter}{i}" for letter in letters for i in range(len(subjects))]
    words = ", ".join(
        f"unnest([{', '.join(text(subject[part]) for subject in subjects)}]) AS {name}"
        for part, name in enumerate(("kind", "id", "outcome"))
    )
    counts = ", ".join(
        f"unnest([{', '.join(f'{letter}{i}' for i in range(len(subjects)))}]) AS {letter}" for letter in letters
    )
    # Counts are added up place by place, side by side, and only then set under each other.
    return f"""
        WITH places AS (
            SELECT level, place, any_value(place_name) AS place_name, any_value(place_number) AS place_number, {", ".join(added)}
            FROM leaves JOIN place_levels ON leaves.leaf IS NOT DISTINCT FROM place_levels.leaf GROUP BY level, place)
        SELECT {COLUMNS} FROM (
            SELECT *, CAST(h AS BIGINT) AS households, CAST(p AS BIGINT) AS persons,
                   CAST({"w" if "w" in letters else "NULL"} AS DECIMAL(24, 6)) AS weighted_persons
            FROM (SELECT level, place, place_name, place_number, {words}, {counts} FROM (FROM places ORDER BY level, place)))
        WHERE households > 0"""


def _subjects(rules: Rules) -> list[tuple[str, str, str, str]]:
    """(kind, id, outcome, SQL condition on a screened household) of everything that is counted, `all` first."""
    return sorted(_counted(rules))


def _counted(rules: Rules) -> Iterator[tuple[str, str, str, str]]:
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
