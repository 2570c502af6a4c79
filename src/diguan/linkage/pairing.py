"""Pairs that may be one person: by equal numbers first, then by all that is known. Rows in, rows out; nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from diguan.engine.sql import text
from diguan.linkage import matching, people
from diguan.registry import relations

# A number that so many people have is nobody's: a placeholder, or that of whoever typed it.
MOST_OF_ONE_NUMBER = 8
# With an equal number, what says that somebody typed another's.
_ODD = "c.name IN ('different', 'only_surname') AND c.date IN ('different', 'year', 'month', 'unknown')"
_WEIGHED = tuple(matching.COMPARISONS)
_WEIGHTS = (*(f"{name}_weight" for name in _WEIGHED), "household_weight", "rivals_weight", "start_weight")


def find(bench: relations.Bench, folder: Path, *, across: bool, progress: Callable[[str], None]) -> int:
    """Make the table pairs of those within register, or across listed and register; return how many were compared.

    Rows: one per pair. l and r are ids, l the older of two people, or the one on the list; `pair` names both, `agrees`
    says that there is no doubt, `levels` (JSON text) what the comparison said. A pair with an equal number is decided by it
    where name or date of birth are the same, whatever else is.
    """
    register = people.write(bench, "register", folder / "register.parquet")
    others = people.write(bench, "listed", folder / "list.parquet") if across else None
    _find_equal_numbers(bench, across)
    out = folder / "found"
    found = matching.find(register, out, others, matching.Options(progress=progress, scratch=folder))
    bench.execute(f"CREATE OR REPLACE TEMP TABLE compared AS {_compared(out / matching.PAIRS, across)}")
    left = "listed" if across else "register"
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE pairs AS
        SELECT l, r, {_pair("a.key", "b.key")} AS pair, a.number AS left_number, b.number AS right_number, a.home AS left_home,
               b.home AS right_home, coalesce(c.probability, 0) AS probability,
               CASE WHEN e.l IS NOT NULL THEN 'number' ELSE c.decision END AS decision,
               coalesce(a.name = b.name OR a.born = b.born, FALSE) AND e.l IS NOT NULL
                 OR coalesce(c.decision IN ('same', 'through') AND NOT (e.l IS NOT NULL AND {_ODD}), FALSE) AS agrees,
               coalesce(c.levels, '{{"identity": "same"}}') AS levels
        FROM compared c FULL JOIN equal_numbers e USING (l, r) JOIN {left} a ON a.id = l JOIN register b ON b.id = r""")
    return found.compared


def _find_equal_numbers(bench: relations.Bench, across: bool) -> None:
    """The table equal_numbers: pairs of whom one number of one scheme is known of both."""
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE told AS
        SELECT person, scheme, mac FROM standing
        QUALIFY count(*) OVER (PARTITION BY scheme, mac) <= {MOST_OF_ONE_NUMBER}""")
    ours = "SELECT id AS person, scheme, mac FROM listed WHERE mac IS NOT NULL" if across else "SELECT * FROM told"
    order = "" if across else "AND a.person < b.person"
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE equal_numbers AS
        SELECT DISTINCT a.person AS l, b.person AS r
        FROM ({ours}) a JOIN told b ON a.scheme = b.scheme AND a.mac = b.mac {order}""")


def _compared(file: Path, across: bool) -> str:
    """SQL of what matching found, with what it says of each pair as one document."""
    said = ", ".join(f"{text(name)}, {name}" for name in (*_WEIGHED, *_WEIGHTS))
    sides = ("right_key", "left_key") if across else ("left_key", "right_key")
    left, right = (f"CAST({side} AS BIGINT)" for side in sides)
    ends = (left, right) if across else (f"least({left}, {right})", f"greatest({left}, {right})")
    wanted = "left_source = 'register' AND right_source = 'list'" if across else "TRUE"
    return (
        f"SELECT {ends[0]} AS l, {ends[1]} AS r, decision, probability, CAST(json_object({said}) AS VARCHAR) AS levels, name, date "
        f"FROM read_parquet({text(str(file))}) WHERE {wanted}"
    )


def _pair(left: str, right: str) -> str:
    """SQL of the name of a pair, the same whichever side stands first."""
    # Keys are written with dashes by one store and without by another.
    left, right = (f"replace({side}, '-', '')" for side in (left, right))
    digest = f"sha256(concat(least({left}, {right}), '|', greatest({left}, {right})))"
    return f"CAST(substr({digest}, 1, 32) AS UUID)"
