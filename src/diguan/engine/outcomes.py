"""The columns of a screened household, and the files that they are written to."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from diguan.engine import checks, plan, totals
from diguan.engine.intake import Intake
from diguan.engine.session import Session
from diguan.engine.session import write as write_file
from diguan.engine.sql import quoted, text
from diguan.rulebook.rules import Rules

OUTCOMES = ("met", "not_met", "unknown")


def outcome_columns(rules: Rules) -> list[str]:
    """Columns of outcomes.parquet, in order."""
    columns = ["household_id", "place", "place_number", "persons"]
    columns += ["weight"] if rules.pack.weight is not None else []
    columns += ["cohort"] if rules.pack.cohorts else []
    for name in rules.pack.standards:
        columns += [name, f"{name}__applies", f"{name}__leaves_not_met", f"{name}__leaves_unknown"]
    return columns


def screened(the_plan: plan.Plan, intake: Intake, *, order: str = "") -> str:
    """One SELECT: a row per household, with the number of its place from `place_numbers`; in the order of a column of the
    households, if one is named. Without that it comes in another order each time, because of the joins.
    """
    rows = _rows(the_plan, intake, [order] if order else [])
    made, ordered = (f"one.* EXCLUDE ({order})", f" ORDER BY one.{order}") if order else ("one.*", "")
    joined = f"({rows}) AS one LEFT JOIN place_numbers AS levels ON levels.leaf = one.place"
    return f"SELECT {made}, levels.place_number FROM {joined}{ordered}"


def _rows(the_plan: plan.Plan, intake: Intake, also: Sequence[str]) -> str:
    """One SELECT over the views of the intake, a row per household: keys, outcomes as booleans, bits of the single tests, cohort, derived values."""
    rules = the_plan.rules
    made = ["household_id", "place", "CAST(coalesce(persons, 0) AS INTEGER) AS persons"]
    made += ["weight"] if rules.pack.weight is not None else []
    for name, standard in rules.pack.standards.items():
        applies = quoted(plan.applies_column(name)) if standard.applies_when is not None else "TRUE"
        made += [f"{_outcome(quoted(name))} AS {quoted(name)}"]
        made += [applies] if standard.applies_when is not None else []
        made += [f"{bits} AS {quoted(column)}" for column, bits in _bits(rules, name, applies)]
    if rules.pack.cohorts:
        made.append(f"{_cohort(rules)} AS cohort")
    made += [quoted(name) for name, derived in rules.pack.derived.items() if derived.entity == "household"]
    made += [*checks.columns(rules, intake.has_persons), *also]
    return f"SELECT {', '.join(made)} FROM ({plan.statement(the_plan, intake.has_persons, apart=True)})"


def _outcome(truth: str) -> str:
    met, not_met, unknown = _of(OUTCOMES)
    return f"CASE WHEN {truth} THEN {met} WHEN NOT {truth} THEN {not_met} ELSE {unknown} END"


def _of(words: Sequence[str]) -> list[str]:
    """Constants of the enumeration of these words."""
    return [f"CAST({text(word)} AS {_enumeration(words)})" for word in words]


def _enumeration(words: Sequence[str]) -> str:
    return f"ENUM ({', '.join(text(word) for word in words)})"


def again(rules: Rules, relation: str, *, with_persons: bool) -> str:
    """One SELECT: what `screened` gave, from files that know no enumerations."""
    with_faults = with_persons and any(check.entity == "person" for check in rules.checks.values())
    kinds = {quoted(name): _enumeration(OUTCOMES) for name in rules.pack.standards}
    if rules.pack.cohorts:
        kinds["cohort"] = _enumeration(_cohorts(rules))
    changed = [f"CAST({name} AS {kind}) AS {name}" for name, kind in kinds.items()]
    if with_faults:
        changed.append(f"list_sort({plan.FAULTS}) AS {plan.FAULTS}")  # members come together in any order
    replaced = f" REPLACE ({', '.join(changed)})" if changed else ""
    return f"SELECT *{replaced} FROM {relation}"


def _cohorts(rules: Rules) -> list[str]:
    return [*rules.pack.cohorts, "unknown", "none"]


def _bits(rules: Rules, standard: str, applies: str) -> Iterator[tuple[str, str]]:
    """Bit n of each number says that single test n is not met, or unknown; 0 where the standard does not apply."""
    failed, unknown = [], []
    tests = rules.tests_of(standard)
    kind = "UTINYINT" if len(tests) <= 8 else "UINTEGER" if len(tests) <= 32 else "BIGINT"
    for number, (_, negated) in enumerate(tests):
        column = quoted(plan.leaf_column(standard, number))
        bit, none = f"CAST({1 << number} AS {kind})", f"CAST(0 AS {kind})"
        failed.append(f"CASE WHEN {column if negated else 'NOT ' + column} THEN {bit} ELSE {none} END")
        unknown.append(f"CASE WHEN {column} IS NULL THEN {bit} ELSE {none} END")
    for word, bits in (("not_met", failed), ("unknown", unknown)):
        yield f"{standard}__leaves_{word}", f"CASE WHEN {applies} IS FALSE THEN 0 ELSE {' + '.join(bits)} END"


def _cohort(rules: Rules) -> str:
    branches = []
    *members, unknown, none = _of(_cohorts(rules))
    for name, member in zip(rules.pack.cohorts, members, strict=True):
        column = quoted(plan.member_column(name))
        branches.append(f"WHEN {column} THEN {member} WHEN {column} IS NULL THEN {unknown}")
    return f"CASE {' '.join(branches)} ELSE {none} END"


def write(session: Session, rules: Rules, folder: Path, *, with_persons: bool) -> None:
    """Write what stands in `screened`, and what it sums up to, to the files of a screening."""
    made = [_written(column, rules) for column in outcome_columns(rules)]
    session.write(f"SELECT {', '.join(made)} FROM screened", folder / "outcomes.parquet")
    derived = [quoted(name) for name, item in rules.pack.derived.items() if item.entity == "household"]
    session.write(f"SELECT {', '.join(['household_id', *derived])} FROM screened", folder / "derived.parquet")
    write_file(session.desk, totals.statement(rules), folder / "totals.parquet")
    if rules.checks:
        session.write(checks.statement(rules, with_persons), folder / "checks.parquet")


def _written(column: str, rules: Rules) -> str:
    """SQL of a column of outcomes.parquet, in the type that is promised."""
    standard, _, part = column.partition("__")
    if part == "applies" and rules.pack.standards[standard].applies_when is None:
        return f"TRUE AS {quoted(column)}"
    name = f"screened.{quoted(column)}"
    return f"CAST({name} AS BIGINT) AS {quoted(column)}" if part.startswith("leaves_") else name


def write_persons(session: Session, the_plan: plan.Plan, folder: Path) -> None:
    """Write the derived values of every person."""
    derived = [quoted(name) for name, item in the_plan.rules.pack.derived.items() if item.entity == "person"]
    made = ", ".join(["person_id", "household_id", *derived])
    session.write(
        f"SELECT {made} FROM ({plan.persons_statement(the_plan, apart=True)})", folder / "derived_persons.parquet"
    )
