"""One trial carried out: the packs laid out, the engine's run, and what is to be told of it."""

import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from diguan import engine, rulebook
from diguan.engine import proposal, sides, trying
from diguan.planning import queries
from diguan.planning.models import Trial
from diguan.rulebook import what_if as rulebook_what_if
from diguan.rulebook.problems import N_, Problem
from diguan.screening import comparing, packs


class TrialRefused(Exception):
    """A trial that is not possible; `problem` says why, as a template and its values."""

    def __init__(self, template: str, values: dict[str, Any]) -> None:
        self.problem: dict[str, Any] = {
            "template": template,
            "values": {name: _plain(value) for name, value in values.items()},
        }
        super().__init__(template)


def carry_out(trial: Trial, progress: Callable[[str], None]) -> dict[str, Any]:
    """Try a what-if over one screening and return what is told of it; its files stand in the trial's folder then.

    The first trial is counted by group and searched for who stands near the edge; of the others, which make the series, the
    counts by place are enough. Raises: TrialRefused.
    """
    asked, is_first = trial.what_if, trial.number == 0
    try:
        before = comparing.side(trial.screening)
        wanted = proposal.Proposal(
            values=asked.values,
            instead=packs.pack(asked.pack_id) if asked.pack_id else None,
            numbers_of=asked.numbers_of,
            near=asked.near / Decimal(100) if is_first else Decimal(0),
            groups=tuple(asked.groups) if is_first else (),
        )
        with tempfile.TemporaryDirectory() as scratch:
            order = proposal.prepare(wanted, before.rules, Path(scratch))
            found = trying.try_out(
                before, order, queries.folder(trial), engine.Options(progress=engine.Steps(progress))
            )
    except rulebook_what_if.ValuesRefused as refused:
        name, problem = next(iter(refused.problems.items()))
        raise _refused(problem, name) from refused
    except rulebook.PackProblems as refused:
        raise _refused(refused.problems[0], asked.pack_id) from refused
    except rulebook.RulesRefused as refused:
        raise TrialRefused(refused.template, refused.values) from refused
    except packs.PackUnknown as refused:
        raise TrialRefused(N_("There is no pack {pack} any more."), {"pack": asked.pack_id}) from refused
    return _told(found, trial)


def _refused(problem: Problem, where: str) -> TrialRefused:
    return TrialRefused("{where}: " + problem.template, {"where": where, **problem.values})


def _told(found: trying.Tried, trial: Trial) -> dict[str, Any]:
    """Counts of the whole, and every number that was set with what it stands for."""
    out = queries.folder(trial) / trying.TRIAL
    after = sides.side(out).rules
    numbers = {name: after.parameters[name] for name in trial.what_if.values if name in after.parameters}
    values = [
        {"name": name, "value": str(each.value), "was": None if each.instead_of is None else str(each.instead_of)}
        for name, each in numbers.items()
    ]
    return {
        "pack": after.pack.extends[-1], "values": values, "households": found.households, "persons": found.persons,
        "changed": found.changed, "refused": found.refused_households, "lacking": found.lacking, "nudges": found.nudges,
    }  # fmt: skip


def _plain(value: object) -> object:
    return value if isinstance(value, str | int) else str(value)
