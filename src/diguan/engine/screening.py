"""One run of a pack over households: outcomes, cohorts, derived values and totals, as files."""

import json
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from diguan.engine import intake, kept, outcomes, places, plan, room, totals
from diguan.engine.engines import DUCKDB, at_work
from diguan.engine.files import Location, size
from diguan.engine.finished import MARK
from diguan.engine.folders import check_out, digest, in_place_of
from diguan.engine.history import Brought, bring, lacking
from diguan.engine.intake import Intake
from diguan.engine.judging import Judged, judge
from diguan.engine.options import DEFAULT, Options
from diguan.engine.problems import DataRefused
from diguan.engine.progress import begin, insist
from diguan.engine.refusals import write_refusals
from diguan.engine.session import Session
from diguan.engine.stages import Stages
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
        data, out, MARK,
        N_("{folder} holds files that are no results of a screening; name a new folder, or one with earlier results."),
    )  # fmt: skip
    with (
        room.in_words(out),
        in_place_of(out) as made,
        at_work(options.working, made.scratch, options.progress) as session,
        room.in_words(made.folder, NEEDS * size(data)),
        ThreadPoolExecutor(1, thread_name_prefix="digests") as beside,
    ):
        begin(options.progress, "reading")
        session.expect(6)
        if rules.former and options.engine != DUCKDB:
            raise DataRefused(N_("Rules that look back with previous(…) are screened on DuckDB; leave out --engine."))
        source = _Source(data, rules, options, beside)
        stages = Stages(made, source.described()) if source.is_kept else Stages()
        past = bring(session, rules, options.history, made.scratch, options.checks)
        taken = source.taken(stages, session, made.scratch)
        if options.place_tree is not None:
            places.read_tree(session.desk, options.place_tree, made.scratch)
        session.fetch("leaves", "SELECT DISTINCT place AS leaf FROM households")
        places.lay(session.desk, by_tree=options.place_tree is not None)
        session.lend("place_numbers")
        begin(options.progress, "screening")
        the_plan = plan.make(rules)
        judged = judge(session, the_plan, taken, stages, options)
        session.fetch("leaves", totals.leaves(rules))
        begin(options.progress, "writing")
        session.expect(4)
        outcomes.write(session, rules, made.results, with_persons=taken.has_persons)
        if options.persons_too and taken.has_persons:
            outcomes.write_persons(session, the_plan, made.results)
        write_refusals(made.results / "refused.csv", taken.refusals, options.translate)
        taken.absent += lacking(rules, options.history)
        result = replace(_summary(session, rules, taken, judged, started), history=past)
        (made.results / MARK).write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n", "utf-8")
        kept.keep(made.results, rules, data, options, source.unchanged())
        insist(options.progress)
    return result


def results_in(out: Path, data: Path) -> Screened | None:
    """What an earlier run found in `data`, whose results stand in `out` just as it wrote them; None if there are none."""
    if not kept.is_whole(out, data):
        return None
    return Screened(**json.loads((out / MARK).read_text("utf-8")))


class _Source:
    """The files that a run reads: whether they are so large that what was done is kept, and whether they stay what they are."""

    def __init__(self, data: Location, rules: Rules, options: Options, beside: Executor) -> None:
        self._data, self._rules, self._options = data, rules, options
        self.is_kept = (
            options.engine == DUCKDB and isinstance(data, Path) and data.is_dir() and size(data) >= options.keep_from
        )
        self._ages = kept.ages(data)
        self._inputs = beside.submit(kept.inputs, data)

    def described(self) -> dict[str, object]:
        """All that what is kept of a run depends on."""
        rules, options = self._rules, self._options
        return {
            "program": kept.PROGRAM,
            "pack": rules.pack.digest,
            "as_of": rules.as_of,
            "given": rules.given,
            "with_checks": rules.with_checks,
            "checks": options.checks,
            "part": options.part,
            "places": None if options.place_tree is None else digest(options.place_tree),
            "inputs": self._inputs.result(),
            "history": {months: (each.on, kept.inputs(each.folder)) for months, each in options.history.items()},
        }

    def taken(self, stages: Stages, session: Session, scratch: Path) -> intake.Intake:
        """The data as an earlier run that was cut off has taken them in, or taken in now."""
        taken = intake.take_up(stages, session, self._rules, self._data, scratch)
        if taken is None:
            taken = intake.take_in(session, self._rules, self._data, scratch, self._options.checks)
            intake.keep(stages, session, taken)
        return taken

    def unchanged(self) -> dict[str, str]:
        """Digests of the files, which must still be what they were when reading began. Raises: DataRefused."""
        inputs = self._inputs.result()
        if kept.ages(self._data) != self._ages:
            raise DataRefused(
                N_("The files in {folder} changed while they were read: screen them again."), folder=self._data
            )
        return inputs


def _summary(session: Session, rules: Rules, taken: Intake, judged: Judged, started: float) -> Screened:
    return Screened(
        pack=rules.pack.id,
        version=rules.pack.version,
        digest=rules.pack.digest,
        as_of=rules.as_of.isoformat(),
        households=taken.households,
        persons=taken.persons,
        refused_households=taken.refused_households,
        refused_persons=taken.refused_persons,
        refused_rows=len(taken.refusals),
        exact_keys=taken.exact_keys,
        without_members=_without_members(session, taken),
        outside_places=places.outside(session.desk) if taken.has_places else 0,
        without_weight=_without_weight(session, rules),
        rounded=taken.rounded,
        ignored_columns=taken.ignored,
        absent_columns=taken.absent,
        computed={name: None if value is None else f"{value:f}" for name, value in judged.computed.items()},
        known=judged.known,
        seconds=round(time.perf_counter() - started, 3),
    )


def _without_members(session: Session, taken: Intake) -> int:
    """Accepted households with nobody on file."""
    if not taken.has_persons:
        return 0
    return int(str(session.rows("SELECT count(*) FROM screened WHERE persons = 0")[0][0]))


def _without_weight(session: Session, rules: Rules) -> int:
    """Households whose weight is unknown: they are missing from weighted totals."""
    if rules.pack.weight is None:
        return 0
    return int(str(session.rows("SELECT count(*) FROM screened WHERE weight IS NULL")[0][0]))
