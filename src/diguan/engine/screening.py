"""One run of a pack over households: outcomes, cohorts, derived values and totals, as files."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from diguan.engine import checks, kept, places, plan, room, totals
from diguan.engine.engines import DUCKDB, at_work
from diguan.engine.files import Location, size
from diguan.engine.folders import check_out, in_place_of
from diguan.engine.history import Brought, bring, lacking
from diguan.engine.intake import Intake, settle, take_in
from diguan.engine.options import DEFAULT, Options
from diguan.engine.problems import DataRefused
from diguan.engine.progress import begin, insist
from diguan.engine.refusals import write_refusals
from diguan.engine.session import Session, write
from diguan.engine.sql import quoted, text
from diguan.rulebook.problems import N_
from diguan.rulebook.rules import Rules

# How long each step takes beside the others, as far as can be said beforehand.
WEIGHTS = {"reading": 3.0, "screening": 5.0, "writing": 2.0}
NEEDS = 3  # times the size of the data is the room that results and what comes about on the way take, about
STEPS = {"reading": N_("reading and checking"), "screening": N_("screening"), "writing": N_("writing results")}


@dataclass(frozen=True)
class Screened:
    """What a run did; the same stands in screening.json beside the results."""

    pack: str
    version: str
    digest: str
    as_of: str
    households: int
    persons: int
    refused_households: int
    refused_persons: int
    refused_rows: int
    without_members: int
    exact_keys: bool  # every row names its household just as it is looked up
    outside_places: int
    without_weight: int
    rounded: int
    ignored_columns: list[str]
    absent_columns: list[str]
    computed: dict[str, str | None]
    known: dict[str, int]
    seconds: float
    history: dict[str, Brought] = field(default_factory=dict)  # what was read of earlier days, by months before


def screen(rules: Rules, data: Location, out: Path, options: Options = DEFAULT) -> Screened:
    """Screen the households in the folder `data` under `rules`; write the results to the folder `out`, whole or not at all.

    Rows: outcomes.parquet and derived.parquet one per accepted household, totals.parquet one per place, subject and
    outcome, refused.csv one per refused row, checks.parquet one per fault that a check of the data found.
    Unknown: a missing value is never 0 and never a pass.
    Raises: DataRefused when the data cannot be screened, or `out` holds something else; Stopped; Exhausted when memory,
    room or a right is lacking. It is then left as it was.
    """
    started = time.perf_counter()
    check_out(
        data, out, "screening.json",
        N_("{folder} holds files that are no results of a screening; name a new folder, or one with earlier results."),
    )  # fmt: skip
    with (
        room.in_words(out),
        in_place_of(out) as made,
        at_work(options.working, made.scratch, options.progress) as session,
        room.in_words(made.folder, NEEDS * size(data)),
    ):
        folder, scratch = made.results, made.scratch
        begin(options.progress, "reading")
        session.expect(6)
        if rules.former and options.engine != DUCKDB:
            raise DataRefused(N_("Rules that look back with previous(…) are screened on DuckDB; leave out --engine."))
        past = bring(session, rules, options.history, scratch, options.checks)
        intake = take_in(session, rules, data, scratch, options.checks)
        intake.absent += lacking(rules, options.history)
        if options.place_tree is not None:
            places.read_tree(session.desk, options.place_tree, scratch)
        begin(options.progress, "screening")
        session.expect(2)
        the_plan = plan.make(rules)
        session.table("screened", _screened(the_plan, intake))
        if intake.hopeful and not _all_found(session, intake):
            settle(session, rules, intake)
            session.table("screened", _screened(the_plan, intake))
        session.fetch("leaves", totals.leaves(rules))
        places.lay(session.desk, by_tree=options.place_tree is not None)
        begin(options.progress, "writing")
        session.expect(4)
        _write(session, rules, folder)
        if rules.checks:
            session.write(checks.statement(rules, intake.has_persons), folder / "checks.parquet")
        if options.persons_too and intake.has_persons:
            _write_persons(session, the_plan, folder)
        write_refusals(folder / "refused.csv", intake.refusals, options.translate)
        result = replace(_summary(session, rules, intake, the_plan, started), history=past)
        (folder / "screening.json").write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n", "utf-8")
        kept.keep(folder, rules, data, options)
        insist(options.progress)
    return result


def results_in(out: Path, data: Path) -> Screened | None:
    """What an earlier run found in `data`, whose results stand in `out` just as it wrote them; None if there are none."""
    if not kept.is_whole(out, data):
        return None
    return Screened(**json.loads((out / "screening.json").read_text("utf-8")))


def outcome_columns(rules: Rules) -> list[str]:
    """Columns of outcomes.parquet, in order."""
    columns = ["household_id", "place", "place_number", "persons"]
    columns += ["weight"] if rules.pack.weight is not None else []
    columns += ["cohort"] if rules.pack.cohorts else []
    for name in rules.pack.standards:
        columns += [name, f"{name}__applies", f"{name}__leaves_not_met", f"{name}__leaves_unknown"]
    return columns


def _screened(the_plan: plan.Plan, intake: Intake) -> str:
    """A row per household: keys, outcomes as booleans, bits of the single tests, cohort, derived values."""
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
    made += checks.columns(rules, intake.has_persons)
    return f"SELECT {', '.join(made)} FROM ({plan.statement(the_plan, intake.has_persons)})"


def _all_found(session: Session, intake: Intake) -> bool:
    """Whether the persons of all households together are all persons."""
    return int(str(session.rows("SELECT coalesce(sum(persons), 0) FROM screened")[0][0])) == intake.persons


def _outcome(truth: str) -> str:
    met, not_met, unknown = _of(("met", "not_met", "unknown"))
    return f"CASE WHEN {truth} THEN {met} WHEN NOT {truth} THEN {not_met} ELSE {unknown} END"


def _of(words: Sequence[str]) -> list[str]:
    """Constants of the enumeration of these words."""
    kind = f"ENUM ({', '.join(text(word) for word in words)})"
    return [f"CAST({text(word)} AS {kind})" for word in words]


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
    *members, unknown, none = _of([*rules.pack.cohorts, "unknown", "none"])
    for name, member in zip(rules.pack.cohorts, members, strict=True):
        column = quoted(plan.member_column(name))
        branches.append(f"WHEN {column} THEN {member} WHEN {column} IS NULL THEN {unknown}")
    return f"CASE {' '.join(branches)} ELSE {none} END"


def _write(session: Session, rules: Rules, folder: Path) -> None:
    made = [_written(column, rules) for column in outcome_columns(rules)]
    session.lend("place_numbers")
    numbered = "place_numbers AS levels ON levels.leaf = screened.place"
    session.write(f"SELECT {', '.join(made)} FROM screened LEFT JOIN {numbered}", folder / "outcomes.parquet")
    derived = [quoted(name) for name, item in rules.pack.derived.items() if item.entity == "household"]
    session.write(f"SELECT {', '.join(['household_id', *derived])} FROM screened", folder / "derived.parquet")
    write(session.desk, totals.statement(rules), folder / "totals.parquet")


def _written(column: str, rules: Rules) -> str:
    """SQL of a column of outcomes.parquet, in the type that is promised."""
    if column == "place_number":
        return "levels.place_number"
    standard, _, part = column.partition("__")
    if part == "applies" and rules.pack.standards[standard].applies_when is None:
        return f"TRUE AS {quoted(column)}"
    name = f"screened.{quoted(column)}"
    return f"CAST({name} AS BIGINT) AS {quoted(column)}" if part.startswith("leaves_") else name


def _write_persons(session: Session, the_plan: plan.Plan, folder: Path) -> None:
    derived = [quoted(name) for name, item in the_plan.rules.pack.derived.items() if item.entity == "person"]
    made = ", ".join(["person_id", "household_id", *derived])
    session.write(f"SELECT {made} FROM ({plan.persons_statement(the_plan)})", folder / "derived_persons.parquet")


def _summary(session: Session, rules: Rules, intake: Intake, the_plan: plan.Plan, started: float) -> Screened:
    computed, known = computed_values(session, rules, the_plan, intake)
    return Screened(
        pack=rules.pack.id,
        version=rules.pack.version,
        digest=rules.pack.digest,
        as_of=rules.as_of.isoformat(),
        households=intake.households,
        persons=intake.persons,
        refused_households=intake.refused_households,
        refused_persons=intake.refused_persons,
        refused_rows=len(intake.refusals),
        exact_keys=intake.exact_keys,
        without_members=_without_members(session, intake),
        outside_places=places.outside(session.desk) if intake.has_places else 0,
        without_weight=_without_weight(session, rules),
        rounded=intake.rounded,
        ignored_columns=intake.ignored,
        absent_columns=intake.absent,
        computed={name: None if value is None else f"{value:f}" for name, value in computed.items()},
        known=known,
        seconds=round(time.perf_counter() - started, 3),
    )


def _without_members(session: Session, intake: Intake) -> int:
    """Accepted households with nobody on file."""
    if not intake.has_persons:
        return 0
    return int(str(session.rows("SELECT count(*) FROM screened WHERE persons = 0")[0][0]))


def _without_weight(session: Session, rules: Rules) -> int:
    """Households whose weight is unknown: they are missing from weighted totals."""
    if rules.pack.weight is None:
        return 0
    return int(str(session.rows("SELECT count(*) FROM screened WHERE weight IS NULL")[0][0]))


def computed_values(
    session: Session, rules: Rules, the_plan: plan.Plan, intake: Intake
) -> tuple[dict[str, Decimal | None], dict[str, int]]:
    """Values of the parameters computed over the snapshot, and in how many households what they rest on was known."""
    found: dict[str, Decimal | None] = {}
    known: dict[str, int] = {}
    for name in rules.pack.parameters:
        if not rules.is_computed(name):
            continue
        statement = plan.computed_statement(the_plan, name, intake.has_persons)
        value, count = session.rows(statement)[0]
        assert value is None or isinstance(value, Decimal)
        found[name], known[name] = value, int(str(count))
    return found, known
