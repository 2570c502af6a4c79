"""The same households under two sets of rules: whose outcome or cohort is another, counted and listed."""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from diguan.engine.connection import connect, rows
from diguan.engine.folders import scratch_folder
from diguan.engine.history import find
from diguan.engine.options import DEFAULT, Options
from diguan.engine.screening import screen
from diguan.engine.sql import quoted, text
from diguan.rulebook.problems import N_
from diguan.rulebook.reference import MET, NONE, UNKNOWN
from diguan.rulebook.rules import Rules

ABSENT = "absent"  # the pack has no such standard, and asks nothing
GAINED, LOST, BECAME_UNKNOWN, FOUND_SHORT = "gained", "lost", "became_unknown", "found_short"
DIRECTIONS = {
    GAINED: N_("met now"), LOST: N_("met no longer"), BECAME_UNKNOWN: N_("unknown now"),
    FOUND_SHORT: N_("was unknown, not met now"),
}  # fmt: skip


@dataclass(frozen=True)
class Touched:
    """How many households are touched. A household may be touched by several standards and once by its cohort."""

    households: int  # accepted under both
    touched: int  # with any outcome or the cohort another
    only_before: int  # refused under the later pack
    only_after: int
    by_standard: dict[tuple[str, str], tuple[int, int]]  # (standard, direction): households, persons
    by_cohort: dict[tuple[str, str], tuple[int, int]]  # (cohort before, cohort after): households, persons


def screen_both(
    rules: tuple[Rules, Rules], data: Path, listed: Path, history: Path | None = None, options: Options = DEFAULT
) -> Touched:
    """Screen the folder `data` twice, before and after, and write who is touched to the Parquet file `listed`.

    Rows of the file: one per household and standard with another outcome, and one per household with another cohort:
    household_id, place, persons, kind, name, before, after, direction (empty for cohorts).
    Unknown: an outcome of its own, neither met nor not met. A standard that one pack lacks is `absent` there, and counts
    as met: nothing is asked.
    Raises: DataRefused when either pack cannot screen the data.
    """
    before, after = rules
    with scratch_folder() as scratch, connect(memory=options.memory, threads=options.threads, spill=scratch) as db:
        for name, each in (("before", before), ("after", after)):
            alone = each.without_checks()
            past = find(history, alone, options.checks.missing_as_unknown) if history else {}
            screen(alone, data, scratch / name, replace(options, persons_too=False, history=past))
            source = db.read_parquet(str(scratch / name / "outcomes.parquet"))
            source.create_view(f"found_{name}")
        db.execute(f"CREATE TEMP TABLE touched AS {_touched(before, after)}")
        both, only_before, only_after = (int(str(n)) for n in rows(db, _COUNTS)[0])
        result = Touched(
            both, int(str(rows(db, "SELECT count(DISTINCT household_id) FROM touched")[0][0])), only_before, only_after,
            _counted(db, "standard", "name, direction"), _counted(db, "cohort", "before, after"),
        )  # fmt: skip
        listed.parent.mkdir(parents=True, exist_ok=True)
        db.execute(
            f"COPY (SELECT * FROM touched ORDER BY place, household_id, kind, name) TO {text(str(listed))} (FORMAT parquet)"
        )
    return result


_COUNTS = """
SELECT count(*) FILTER (b.household_id IS NOT NULL AND a.household_id IS NOT NULL),
  count(*) FILTER (a.household_id IS NULL), count(*) FILTER (b.household_id IS NULL)
FROM found_before b FULL JOIN found_after a USING (household_id)
"""


def _touched(before: Rules, after: Rules) -> str:
    names = dict.fromkeys([*before.pack.standards, *after.pack.standards])
    pairs = [
        _pair("standard", name, *(_outcome(r, side, name) for r, side in ((before, "b"), (after, "a"))))
        for name in names
    ]
    if before.pack.cohorts or after.pack.cohorts:
        pairs.append(_pair("cohort", "cohort", *(_cohort(r, side) for r, side in ((before, "b"), (after, "a")))))
    met = f"({text(MET)}, {text(ABSENT)})"
    direction = f"""CASE WHEN pair.kind = 'cohort' THEN ''
      WHEN pair.after IN {met} THEN {text(GAINED)} WHEN pair.after = {text(UNKNOWN)} THEN {text(BECAME_UNKNOWN)}
      WHEN pair.before = {text(UNKNOWN)} THEN {text(FOUND_SHORT)} ELSE {text(LOST)} END"""
    unlike = f"pair.before <> pair.after AND NOT (pair.before IN {met} AND pair.after IN {met})"
    return f"""SELECT household_id, place, persons, pair.kind AS kind, pair.name AS name, pair.before AS before,
      pair.after AS after, {direction} AS direction
    FROM (SELECT b.household_id, b.place, b.persons, unnest([{", ".join(pairs)}]) AS pair
      FROM found_before b JOIN found_after a USING (household_id))
    WHERE {unlike}"""


def _pair(kind: str, name: str, before: str, after: str) -> str:
    return f"{{'kind': {text(kind)}, 'name': {text(name)}, 'before': {before}, 'after': {after}}}"


def _outcome(rules: Rules, side: str, name: str) -> str:
    return f"CAST({side}.{quoted(name)} AS VARCHAR)" if name in rules.pack.standards else text(ABSENT)


def _cohort(rules: Rules, side: str) -> str:
    return f"CAST({side}.cohort AS VARCHAR)" if rules.pack.cohorts else text(NONE)


def _counted(db: duckdb.DuckDBPyConnection, kind: str, by: str) -> dict[tuple[str, str], tuple[int, int]]:
    found = rows(
        db, f"SELECT {by}, count(*), sum(persons) FROM touched WHERE kind = {text(kind)} GROUP BY ALL ORDER BY ALL"
    )
    return {(str(a), str(b)): (int(str(n)), int(str(p))) for a, b, n, p in found}
