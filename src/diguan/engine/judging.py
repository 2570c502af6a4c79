"""Every household judged: the table `screened`, made at once, or part by part where what was done is to be kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from diguan.engine import computed, intake, outcomes, parts, plan
from diguan.engine.intake import Intake
from diguan.engine.options import Options
from diguan.engine.session import Session
from diguan.engine.sql import text
from diguan.engine.stages import Stages

_WHOLE = "whole.parquet"


@dataclass(frozen=True)
class Judged:
    """What had to be worked out over everybody: values of computed parameters, and over how many households."""

    computed: dict[str, Decimal | None]
    known: dict[str, int]


def judge(session: Session, the_plan: plan.Plan, taken: Intake, stages: Stages, options: Options) -> Judged:
    """Make `screened`, a row per accepted household; what the intake left open is settled.

    What looks at everybody (computed parameters, keys that repeat, rows refused) is known before, so that parts can be judged
    by themselves.
    """
    found = _computed(session, the_plan, taken, stages)
    cut = _cut(session, the_plan, taken, stages, options)
    _make(session, the_plan, taken, stages, cut)
    if (taken.hopeful or cut) and not _all_found(session, taken):
        # Persons who were not found may also lie in another part: the files are not in one order after all.
        stages.keep_fact("parts", [])
        stages.forget([part.file for part in cut] or [_WHOLE])
        if taken.hopeful:
            # In this order: cut off in between, it is all found out again.
            stages.keep_fact("computed", None)
            intake.settle(session, the_plan.rules, taken)
            intake.keep(stages, session, taken)
            found = _computed(session, the_plan, taken, stages)
        _make(session, the_plan, taken, stages, [])
    return found


def _computed(session: Session, the_plan: plan.Plan, taken: Intake, stages: Stages) -> Judged:
    kept = stages.fact("computed")
    if kept is None:
        values, known = computed.computed_values(session, the_plan.rules, the_plan, taken.has_persons)
        written = {name: None if value is None else f"{value:f}" for name, value in values.items()}
        stages.keep_fact("computed", {"values": written, "known": known})
    else:
        values = {name: None if value is None else Decimal(value) for name, value in kept["values"].items()}
        known = kept["known"]
    computed.lay(session, values)
    return Judged(values, known)


def _cut(session: Session, the_plan: plan.Plan, taken: Intake, stages: Stages, options: Options) -> list[parts.Part]:
    """The parts to be judged one after another; none where they are judged at once.

    Rules that look back join the former values of everybody: that is done once.
    """
    if not stages.are_kept or the_plan.rules.former:
        return []
    kept = stages.fact("parts")
    if kept is None:
        found = parts.cut(session, taken, options.part)
        stages.keep_fact("parts", [dict(part.ranges) for part in found])
        return found
    return [
        parts.Part(number, {name: (at[0], at[1]) for name, at in ranges.items()}) for number, ranges in enumerate(kept)
    ]


def _make(session: Session, the_plan: plan.Plan, taken: Intake, stages: Stages, cut: list[parts.Part]) -> None:
    rules = the_plan.rules
    if not stages.are_kept:
        session.expect(2)
        session.table("screened", outcomes.screened(the_plan, taken))
        return
    session.expect(1 + len(cut))
    ordered = outcomes.screened(the_plan, taken, order=parts.ROW)
    for part in cut:
        if stages.file(part.file) is None:
            tables = {name: part.table(name, table) for name, table in taken.tables.items()}
            intake.lay(session, rules, taken, tables)
            stages.keep_file(part.file, partial(session.write, ordered))
        else:
            session.pass_over()
    intake.lay(session, rules, taken, taken.tables)
    if not cut:
        stages.keep_file(_WHOLE, partial(session.write, outcomes.screened(the_plan, taken)))
    files = _listed(str(stages.folder / name) for name in ([part.file for part in cut] or [_WHOLE]))
    session.view("screened", outcomes.again(rules, f"read_parquet({files})", with_persons=taken.has_persons))


def _listed(files: Iterable[str]) -> str:
    return f"[{', '.join(text(file) for file in files)}]"


def _all_found(session: Session, taken: Intake) -> bool:
    """Whether the persons of all households together are all persons."""
    return int(str(session.rows("SELECT coalesce(sum(persons), 0) FROM screened")[0][0])) == taken.persons
