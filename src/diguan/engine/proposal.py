"""What somebody proposes to try, made into packs: the one that is tried, and those with its numbers moved a little further."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from diguan.engine.folders import scratch_folder
from diguan.engine.problems import DataRefused
from diguan.engine.trying import Nudge, Order
from diguan.rulebook import rules, what_if
from diguan.rulebook.pack import Pack, Variable
from diguan.rulebook.problems import N_, suggestion


@dataclass(frozen=True)
class Proposal:
    """Numbers of a pack set otherwise, another pack, or both.

    `near` is the share by which a number is moved further to find who stands near the edge (0: nobody is looked for);
    `groups` are variables of households that are counted apart.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    instead: Pack | None = None
    numbers_of: date | None = None
    near: Decimal = Decimal(0)
    groups: tuple[str, ...] = ()


def prepare(proposal: Proposal, before: rules.Rules, folder: Path) -> Order:
    """The packs of a proposal, written into `folder`, to be tried where the screening `before` was.

    Raises: what_if.ValuesRefused; PeriodNotCovered when a pack is not in force on the day whose numbers count;
    DataRefused when nothing would be otherwise, or a group is none.
    """
    pack = proposal.instead or before.pack
    if not proposal.values and pack.digest == before.pack.digest and proposal.numbers_of in (None, before.as_of):
        raise DataRefused(N_("Nothing would be otherwise: set a number, or name another pack."))
    check_groups(proposal.groups, before.pack)
    wanted = what_if.Wanted(before.as_of, proposal.values, proposal.numbers_of)
    tried = what_if.lay(pack, wanted, folder / "tried")
    nudges: list[Nudge] = []
    for name in _edges(proposal, tried):
        stands = what_if.now(tried, name, before.as_of)
        for value in what_if.nudged(tried.parameters[name], stands.value, proposal.near) if stands else ():
            moved = replace(wanted, values={**proposal.values, name: f"{value:f}"})
            nudges.append(Nudge(name, f"{value:f}", what_if.lay(pack, moved, folder / f"near-{len(nudges)}")))
    return Order(tried, tuple(nudges), proposal.groups)


def prepare_only(proposal: Proposal, before: rules.Rules) -> None:
    """Find out whether a proposal can be tried, and leave nothing. Raises: as `prepare`, and PeriodNotCovered for the day."""
    with scratch_folder() as folder:
        rules.at(prepare(proposal, before, folder).pack, before.as_of)


def _edges(proposal: Proposal, tried: Pack) -> list[str]:
    """The numbers that are moved: those that were set; without any, the line that the pack holds incomes against."""
    if not proposal.near:
        return []
    if proposal.values:
        return list(proposal.values)
    return [tried.income.line] if tried.income and what_if.decides(tried, tried.income.line) else []


def groupings(pack: Pack) -> dict[str, Variable]:
    """The variables by which households can be counted apart: those that say one of a few things of a household."""
    return {
        name: variable
        for name, variable in pack.variables.items()
        if variable.entity == "household" and variable.type in ("code", "boolean")
    }


def check_groups(groups: tuple[str, ...], pack: Pack) -> None:
    """Raises: DataRefused for a name that is no variable to group by."""
    known = groupings(pack)
    for name in groups:
        if name not in known:
            raise DataRefused(
                N_("Households cannot be grouped by “{word}”; variables of households with codes, or yes and no, are: {choices}."),
                word=name, choices=", ".join(map(str, suggestion(name, known)["choices"])),  # type: ignore[call-overload]
            )  # fmt: skip
