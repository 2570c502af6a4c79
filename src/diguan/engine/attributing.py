"""For which reason a household's cohort or outcome is another: a fact, the day, or the policy.

Whoever changed is screened twice more, each time with one thing more taken from the later screening: first the facts,
under the earlier rules of the earlier day; then the later day; what is left was done by the policy. The step at which
the outcome moves is the reason.
"""

from dataclasses import replace
from pathlib import Path

import duckdb

from diguan.engine import causes
from diguan.engine.connection import rows
from diguan.engine.intake import Checks
from diguan.engine.options import Options
from diguan.engine.progress import Inner
from diguan.engine.screening import screen
from diguan.engine.sides import ABSENT, Side, columns, subjects, table
from diguan.engine.sql import text
from diguan.engine.values import key
from diguan.rulebook import resting
from diguan.rulebook.problems import N_
from diguan.rulebook.reference import UNKNOWN
from diguan.rulebook.resting import COHORT
from diguan.rulebook.rules import Rules

REGISTERED, LEFT, MOVED = "registered", "left", "moved"
FACT, BECAME_UNKNOWN, BECAME_KNOWN, TIME, POLICY, LINE, SEVERAL = (
    "fact", "became_unknown", "became_known", "time", "policy", "line", "several",
)  # fmt: skip
REASONS = {
    REGISTERED: N_("newly registered"), LEFT: N_("left the registry"), MOVED: N_("moved"), FACT: N_("a fact changed"),
    BECAME_UNKNOWN: N_("became unknown"), BECAME_KNOWN: N_("became known"), TIME: N_("time passed"),
    POLICY: N_("the policy changed"), LINE: N_("a line computed over all households moved"), SEVERAL: N_("several things changed"),
}  # fmt: skip


def attribute(db: duckdb.DuckDBPyConnection, before: Side, after: Side, scratch: Path, options: Options) -> None:
    """Make `reasoned` out of `changed`: a row per change with its reason, and the names of what it lies in.

    Raises: DataRefused when the data of either screening are gone.
    """
    db.execute(
        "CREATE TEMP TABLE concerned AS SELECT DISTINCT household_id FROM changed WHERE stayed AND before <> after"
    )
    if not rows(db, "SELECT count(*) FROM concerned")[0][0]:
        reason = _reason("NULL", "NULL", "NULL")
        db.execute(
            f"CREATE TEMP TABLE reasoned AS SELECT * EXCLUDE (stayed), {reason} AS reason, CAST([] AS VARCHAR[]) AS causes FROM changed"
        )
        return
    if _differ_by_policy_alone(before, after):
        db.execute(f"CREATE TEMP TABLE reasoned AS {_by_policy(before, after)}")
        return
    _write_facts(db, after, scratch)
    first = before.rules.without_checks()
    second = replace(first, as_of=after.rules.as_of)
    for name, rules in (("first", first), ("second", second)):
        out = _screened(rules, after, name, scratch, options)
        db.execute(f"CREATE VIEW {name} AS FROM read_parquet({text(str(out))})")
    results = text(str(before.out / "outcomes.parquet"))
    db.execute(f"CREATE VIEW was AS FROM read_parquet({results})")
    db.execute(f"CREATE TEMP TABLE traced AS {_traced(before.rules, after.rules)}")
    causes.differing(db, before, after, scratch)
    db.execute(f"CREATE TEMP TABLE reasoned AS {_reasoned(before, after)}")


def _differ_by_policy_alone(before: Side, after: Side) -> bool:
    """Whether both screenings are of the same data on the same day, looking back at the same earlier ones."""
    shared = before.history.keys() & after.history.keys()
    same_past = all(before.history[months] == after.history[months] for months in shared)
    same_data = before.data.resolve() == after.data.resolve()
    return same_data and same_past and before.rules.as_of == after.rules.as_of


def _by_policy(before: Side, after: Side) -> str:
    """A row per change, without trying anything: neither a fact nor the day is another."""
    policy, lists = _of_policy(before, after)
    named = f"CASE WHEN before = after OR {text(ABSENT)} IN (before, after) THEN {_list([])} ELSE {lists} END"
    return f"SELECT * EXCLUDE (stayed), {_reason('before', 'before', policy)} AS reason, {named} AS causes FROM changed"


def _write_facts(db: duckdb.DuckDBPyConnection, after: Side, scratch: Path) -> None:
    """The later facts of the households that changed, as a folder of data."""
    (scratch / "facts").mkdir()
    for name in ("households", "persons"):
        found = table(db, after, name, scratch)
        if found is not None:
            some = f"SELECT * FROM {found.relation} WHERE {key('household_id', found)} IN (SELECT household_id FROM concerned)"
            file = text(str(scratch / "facts" / f"{name}.parquet"))
            db.execute(f"COPY ({some}) TO {file} (FORMAT parquet)")


def _screened(rules: Rules, after: Side, name: str, scratch: Path, options: Options) -> Path:
    """The outcomes of the households concerned, with their later facts, under other rules."""
    history = {months: each for months, each in after.history.items() if months in rules.former}
    told = Options(
        history=history,
        checks=Checks(missing_as_unknown=True),
        memory=options.memory,
        threads=options.threads,
        progress=Inner(options.progress),
    )
    screen(rules, scratch / "facts", scratch / name, told)
    return scratch / name / "outcomes.parquet"


def _traced(before: Rules, after: Rules) -> str:
    """A row per change with what comes out under each step; nothing where the earlier pack refuses the later facts."""
    wanted = subjects(before, after)
    found = columns(before, wanted)
    pairs = ", ".join(
        f"{{'kind': {text(kind)}, 'name': {text(name)}, 'first': {_of('first', sql)}, 'second': {_of('second', sql)}}}"
        for (kind, name), sql in zip(wanted, found, strict=True)
    )
    steps = f"SELECT household_id, unnest([{pairs}]) AS step FROM first JOIN second USING (household_id)"
    return (
        f"SELECT changed.*, step.first AS first, step.second AS second FROM changed LEFT JOIN ({steps}) AS steps "
        "ON steps.household_id = changed.household_id AND step.kind = changed.kind AND step.name = changed.name"
    )


def _of(view: str, column: str) -> str:
    """The SQL of a column of `first` or `second`, both of which have it."""
    return column.replace("CAST(", f"CAST({view}.", 1)


def _reason(first: str, second: str, policy: str) -> str:
    """SQL: the step at which an outcome moved."""
    steps = f"CAST(before <> {first} AS INTEGER) + CAST({first} <> {second} AS INTEGER) + CAST({second} <> after AS INTEGER)"
    return f"""CASE WHEN before = {text(ABSENT)} THEN {text(REGISTERED)} WHEN after = {text(ABSENT)} THEN {text(LEFT)}
        WHEN before = after THEN {text(MOVED)} WHEN {first} IS NULL THEN {text(POLICY)} WHEN {steps} > 1 THEN {text(SEVERAL)}
        WHEN before <> {first} AND after = {text(UNKNOWN)} THEN {text(BECAME_UNKNOWN)}
        WHEN before <> {first} AND before = {text(UNKNOWN)} THEN {text(BECAME_KNOWN)}
        WHEN before <> {first} THEN {text(FACT)} WHEN {first} <> {second} THEN {text(TIME)} ELSE {policy} END"""


def _reasoned(before: Side, after: Side) -> str:
    policy, lists = _of_policy(before, after)
    asked = [s for s in subjects(before.rules, after.rules) if s[0] == COHORT or s[1] in before.rules.pack.standards]
    facts = _by_subject({s: causes.column(*s) for s in asked})
    earlier = _list([causes.EARLIER]) if before.rules.former else _list([])
    named = f"list_sort(list_intersect(coalesce(facts, {_list([])}), coalesce({facts}, {_list([])})))"
    by_fact = f"CASE WHEN len({named}) > 0 THEN {named} ELSE {earlier} END"
    made = f"""CASE WHEN before = after OR {text(ABSENT)} IN (before, after) THEN {_list([])} ELSE list_concat(
        CASE WHEN before <> first THEN {by_fact} ELSE {_list([])} END,
        CASE WHEN first IS NULL OR second <> after THEN {lists} ELSE {_list([])} END) END"""
    return f"""SELECT household_id, kind, name, before, after, {_reason("first", "second", policy)} AS reason, {made} AS causes
        FROM traced LEFT JOIN differing USING (household_id) LEFT JOIN ({causes.narrowed(before.rules)}) USING (household_id)"""


def _of_policy(before: Side, after: Side) -> tuple[str, str]:
    """SQL: what the policy did to an outcome, and the numbers and rules of it that differ."""
    rules = before.rules, after.rules
    computed = {":" + name for each in rules for name, p in each.pack.parameters.items() if p.computed is not None}
    others = {subject: resting.changed(*rules, *subject) for subject in subjects(*rules)}
    policy = _by_subject({s: text(LINE if names and set(names) <= computed else POLICY) for s, names in others.items()})
    return policy, _by_subject({s: _list(names) for s, names in others.items()})


def _by_subject(sql: dict[tuple[str, str], str]) -> str:
    each = " ".join(
        f"WHEN kind = {text(kind)} AND name = {text(name)} THEN {value}" for (kind, name), value in sql.items()
    )
    return f"CASE {each} END"


def _list(names: list[str]) -> str:
    return f"CAST([{', '.join(text(name) for name in names)}] AS VARCHAR[])"
