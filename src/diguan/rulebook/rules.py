"""A pack on one date: what an evaluator works from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from diguan.rulebook import order, tree
from diguan.rulebook.pack import Check, DatedValue, Pack, Value
from diguan.rulebook.problems import N_, PeriodNotCovered


@dataclass(frozen=True)
class Rules:
    pack: Pack
    as_of: date
    parameters: Mapping[str, DatedValue]
    # Values given for computed parameters, such as those of an earlier screening.
    given: Mapping[str, Decimal]
    with_checks: bool = True
    # Variables wanted though no rule reads them, of rules that stand for the past of others.
    asked: frozenset[str] = frozenset()

    def without_checks(self) -> "Rules":
        """The same rules, which leave the data's own faults alone; no outcome is another."""
        return replace(self, with_checks=False)

    @property
    def checks(self) -> Mapping[str, Check]:
        return self.pack.checks if self.with_checks else {}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Derived variables, standards and :computed parameters, each after what it needs."""
        known = {":" + name for name in self.given}
        return tuple(name for name in order.evaluation_order(self.pack) if name not in known)

    @cached_property
    def reaches_members(self) -> bool:
        """Whether some rule asks for a household's members."""
        return any(isinstance(node, tree.Aggregate) for root in _decisions(self.pack) for node in root.walk())

    @cached_property
    def former(self) -> Mapping[int, frozenset[str]]:
        """The names whose former values the rules read, by how many months back; what only checks ask for included."""
        return order.former([*_decisions(self.pack), *(check.fault_when.tree for check in self.checks.values())])

    @cached_property
    def former_needed(self) -> frozenset[int]:
        """The months of `former` that outcomes, cohorts and derived values rest on."""
        return frozenset(order.former(_decisions(self.pack)))

    def before(self, months: int, on: date) -> "Rules":
        """What the rules ask of the past, as rules of their own: for households as they stood on the day `on`.

        Ages are those of that day; formulas and the numbers of parameters are the present ones.
        """
        asked = self.former[months]
        names = order.closure(self.pack, asked)
        pack = replace(
            self.pack,
            derived={name: item for name, item in self.pack.derived.items() if name in names},
            standards={name: item for name, item in self.pack.standards.items() if name in names},
            parameters={name: item for name, item in self.pack.parameters.items() if item.computed is None},
            cohorts={}, checks={}, weight=None,
        )  # fmt: skip
        return Rules(pack, on, self.parameters, {}, asked=frozenset(asked & self.pack.variables.keys()))

    @cached_property
    def needed(self) -> frozenset[str]:
        """Dictionary variables that outcomes, cohorts and derived values rest on."""
        return self._read(_decisions(self.pack)) | self.asked

    @cached_property
    def used(self) -> frozenset[str]:
        """Dictionary variables that the rules really read, those that only a check asks for included."""
        return self.needed | self._read(check.fault_when.tree for check in self.checks.values())

    def _read(self, roots: Iterable[tree.Expression]) -> frozenset[str]:
        return frozenset(name for root in roots for name in order.needs(root) if name in self.pack.variables)

    def is_computed(self, parameter: str) -> bool:
        """Whether a parameter has to be computed over the snapshot."""
        return self.pack.parameters[parameter].computed is not None and parameter not in self.given

    def value_of(self, parameter: str) -> Value:
        return self.given[parameter] if parameter in self.given else self.parameters[parameter].value

    def tests_of(self, standard: str) -> list[tuple[tree.Expression, bool]]:
        """The single tests of a standard, in the order of their bits, each with whether it is negated."""
        return list(tree.leaves(self.pack.standards[standard].met_when.tree))


def _decisions(pack: Pack) -> list[tree.Expression]:
    """Every expression that an outcome, a cohort, a derived value or a weight comes from."""
    roots = [expression for _, expression in order.expressions(pack)]
    roots += [cohort.member_when.tree for cohort in pack.cohorts.values()]
    return roots + ([pack.weight.tree] if pack.weight else [])


def at(pack: Pack, as_of: date, given: Mapping[str, Decimal] = {}) -> Rules:
    """The rules of a pack on a date; `given` are values for computed parameters.

    Raises: PeriodNotCovered when the pack, or a parameter that its rules use, has no validity on that date.
    """
    check_in_force(pack, as_of)
    roots = [*_decisions(pack), *(check.fault_when.tree for check in pack.checks.values())]
    wanted = {name[1:] for root in roots for name in order.needs(root) if name.startswith(":")}
    found: dict[str, DatedValue] = {}
    for name in sorted(wanted):
        parameter = pack.parameters[name]
        if parameter.computed is not None:
            continue
        value = dated(parameter.values, as_of)
        if value is None:
            raise PeriodNotCovered(
                N_("The parameter {name} of the pack {pack} has no value on {date}."),
                name=name,
                pack=pack.id,
                date=as_of,
            )
        found[name] = value
    return Rules(pack, as_of, found, given)


def check_in_force(pack: Pack, as_of: date) -> None:
    """Raises: PeriodNotCovered when the date lies outside the pack's time."""
    if as_of < pack.starts or (pack.ends is not None and as_of > pack.ends):
        raise PeriodNotCovered(
            N_("The pack {pack} is in force from {starts} to {ends}; {date} lies outside."),
            pack=pack.id, starts=pack.starts, ends=pack.ends or "…", date=as_of,
        )  # fmt: skip


def dated(values: tuple[DatedValue, ...], on: date) -> DatedValue | None:
    """The value in force on a date, if any."""
    return next((v for v in values if v.starts <= on and (v.ends is None or on <= v.ends)), None)
