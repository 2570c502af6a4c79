"""Which facts of a household differ between two screenings, and which of them an outcome that moved rests on."""

from pathlib import Path

import duckdb

from diguan.engine.connection import rows
from diguan.engine.sides import Side, table
from diguan.engine.sql import quoted, text
from diguan.engine.values import select, variables
from diguan.rulebook import resting, tree
from diguan.rulebook.resting import COHORT, MEMBERS
from diguan.rulebook.rules import Rules

EARLIER = "*earlier"  # the past that rules look back at, and nothing of the present


def differing(db: duckdb.DuckDBPyConnection, before: Side, after: Side, scratch: Path) -> None:
    """Make `differing`: of each household concerned the names of the facts that are not what they were, as `facts`.

    Facts of persons count where any member has another value; `members` stands for somebody who came or left.
    Raises: DataRefused when the data of either screening are gone.
    """
    rules = before.rules.without_checks()
    named = {
        name: [v.name for v in variables(name, rules) if v.name in rules.used] for name in ("households", "persons")
    }
    for when, each in (("before", before), ("after", after)):
        for name in named:
            found = table(db, each, name, scratch)
            if found is not None:
                of_them = f"SELECT * FROM ({select(name, found, rules)}) WHERE household_id IN (SELECT household_id FROM concerned)"
                db.execute(f"CREATE OR REPLACE TEMP TABLE {name}_{when} AS {of_them}")
    parts = [_of_households(named["households"])]
    if (
        rows(db, "SELECT count(*) FROM duckdb_tables() WHERE table_name IN ('persons_before', 'persons_after')")[0][0]
        == 2
    ):
        parts.append(_of_persons(named["persons"]))
    together = " UNION ALL ".join(parts)
    db.execute(
        f"CREATE TEMP TABLE differing AS SELECT household_id, flatten(list(facts)) AS facts FROM ({together}) GROUP BY household_id"
    )


def _of_households(names: list[str]) -> str:
    each = ", ".join(f"CASE WHEN b.{quoted(n)} IS DISTINCT FROM a.{quoted(n)} THEN {text(n)} END" for n in names)
    return f"SELECT household_id, {_known(each)} AS facts FROM households_before b JOIN households_after a USING (household_id)"


def _of_persons(names: list[str]) -> str:
    there = "b.person_id IS NOT NULL AND a.person_id IS NOT NULL"
    each = [f"bool_or({there} AND b.{quoted(n)} IS DISTINCT FROM a.{quoted(n)}) AS {quoted(n)}" for n in names]
    each.append(f"bool_or(NOT ({there})) AS {quoted(MEMBERS + ' changed')}")
    told = ", ".join(
        [
            *(f"CASE WHEN {quoted(n)} THEN {text(n)} END" for n in names),
            f"CASE WHEN {quoted(MEMBERS + ' changed')} THEN {text(MEMBERS)} END",
        ]
    )
    joined = (
        "persons_before b FULL JOIN persons_after a ON b.person_id = a.person_id AND b.household_id = a.household_id"
    )
    found = (
        f"SELECT coalesce(a.household_id, b.household_id) AS household_id, {', '.join(each)} FROM {joined} GROUP BY 1"
    )
    return f"SELECT household_id, {_known(told)} AS facts FROM ({found})"


def _known(each: str) -> str:
    return f"list_filter(CAST([{each}] AS VARCHAR[]), lambda x: x IS NOT NULL)"


def column(kind: str, name: str) -> str:
    """The column of `narrowed` for a subject."""
    return quoted(f"facts of {kind} {name}")


def narrowed(rules: Rules) -> str:
    """One SELECT over the earlier outcomes `was` and those under `first`: per household and subject the facts that the tests that moved read."""
    standards = list(rules.pack.standards)
    of_standards = [f"{_of_standard(rules, name)} AS {column(resting.STANDARD, name)}" for name in standards]
    moved = [f"b.{quoted(name)} <> f.{quoted(name)} AS {quoted(f'moved {name}')}" for name in standards]
    asked = resting.of(rules.pack, *(cohort.member_when.tree for cohort in rules.pack.cohorts.values()))
    parts = [_list(asked.facts)]
    parts += [
        f"CASE WHEN {quoted(f'moved {n}')} THEN {column(resting.STANDARD, n)} ELSE {_list([])} END"
        for n in sorted(asked.standards)
    ]
    inner = ", ".join(["household_id", *of_standards, *moved])
    return f"SELECT *, flatten([{', '.join(parts)}]) AS {column(COHORT, COHORT)} FROM (SELECT {inner} FROM was b JOIN first f USING (household_id))"


def _of_standard(rules: Rules, name: str) -> str:
    """SQL: the facts of the single tests that came out otherwise, and of whether the standard applies."""
    parts = []
    for number, (test, _) in enumerate(rules.tests_of(name)):
        bits = [
            f"(b.{quoted(c)} & {1 << number}) <> (f.{quoted(c)} & {1 << number})"
            for c in (f"{name}__leaves_not_met", f"{name}__leaves_unknown")
        ]
        parts.append(f"CASE WHEN {' OR '.join(bits)} THEN {_list(_facts(rules, test))} ELSE {_list([])} END")
    applies = rules.pack.standards[name].applies_when
    if applies is not None:
        flag = quoted(f"{name}__applies")
        parts.append(
            f"CASE WHEN b.{flag} IS DISTINCT FROM f.{flag} THEN {_list(_facts(rules, applies.tree))} ELSE {_list([])} END"
        )
    return f"flatten([{', '.join(parts)}])"


def _facts(rules: Rules, root: tree.Expression) -> set[str]:
    """All facts an expression rests on, those of the standards it asks included."""
    pack, found, waiting, seen = rules.pack, set[str](), [root], set[str]()
    while waiting:
        rests = resting.of(pack, waiting.pop())
        found |= rests.facts
        for name in rests.standards - seen:
            seen.add(name)
            rule = pack.standards[name]
            waiting += [f.tree for f in (rule.met_when, rule.applies_when) if f is not None]
    return found


def _list(names: set[str] | frozenset[str] | list[str]) -> str:
    return f"CAST([{', '.join(text(name) for name in sorted(names))}] AS VARCHAR[])"
