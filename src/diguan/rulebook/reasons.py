"""Why an outcome is what it is: a tree from the rule down to single values.

Each value names its variable, and for a person the member, so that a caller who holds observations can add who
said so and when.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal as OneOf

from diguan.rulebook import numbers, tree
from diguan.rulebook.pack import Cohort, Source, Standard
from diguan.rulebook.reference import Household, Past, Value, evaluate, outcome

Kind = OneOf["all", "any", "not", "test", "derived", "standard", "members", "member"]


@dataclass(frozen=True)
class Figure:
    """A value that a test rests on: a fact, or something computed with its parts."""

    expression: tree.Expression
    value: Value
    name: str = ""  # variable, derived variable or parameter; empty for a member aggregate
    member: int | None = None
    parts: tuple["Figure", ...] = ()
    then: date | None = None  # of a former value: the day it is of
    gone: bool = False  # of a member of that time who is none today

    @property
    def is_parameter(self) -> bool:
        return isinstance(self.expression, tree.Parameter)

    def facts(self) -> Iterator["Figure"]:
        """The dictionary facts below, this one included."""
        if self.name and not self.parts and not self.is_parameter:
            yield self
        for part in self.parts:
            yield from part.facts()


@dataclass(frozen=True)
class Reason:
    """One node: its truth, what it rests on, and the reasons below it."""

    kind: Kind
    expression: tree.Expression
    truth: bool | None
    figures: tuple[Figure, ...] = ()
    children: tuple["Reason", ...] = ()
    member: int | None = None
    gap: Decimal | None = None  # of an order between numbers: left minus right

    @property
    def outcome(self) -> str:
        return outcome(self.truth)

    def facts(self) -> Iterator[Figure]:
        """The dictionary facts that this rests on, with those of the reasons below."""
        for reason in self.walk():
            for figure in reason.figures:
                yield from figure.facts()

    def walk(self) -> Iterator["Reason"]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Explanation:
    """The outcome of one standard, or membership of one cohort, with its reasons."""

    name: str
    outcome: str
    applies: bool | None
    source: Source
    verified: bool
    reason: Reason
    applicability: Reason | None = None


def standard(household: Household, name: str) -> Explanation:
    """Why a standard is met, not met or unknown for a household."""
    rule: Standard = household.rules.pack.standards[name]
    applicability = None if rule.applies_when is None else explain(rule.applies_when.tree, household)
    return Explanation(
        name, outcome(household.met(name)), household.applies(name), rule.source, rule.verified,
        explain(rule.met_when.tree, household), applicability,
    )  # fmt: skip


def cohort(household: Household, name: str) -> Explanation:
    """Why a household fulfils the condition of a cohort or not; cohorts before it are not looked at."""
    rule: Cohort = household.rules.pack.cohorts[name]
    reason = explain(rule.member_when.tree, household)
    return Explanation(name, reason.outcome, True, rule.source, True, reason)


def checked(household: Household, name: str) -> Iterator[Reason]:
    """Why a check is raised: one reason for the household, or one for each member in whom it finds a fault."""
    rule = household.rules.pack.checks[name]
    whom = [None] if rule.entity == "household" else range(len(household.members))
    found = (explain(rule.fault_when.tree, household, member) for member in whom)
    yield from (reason for reason in found if reason.truth)


def explain(node: tree.Expression, household: Household, member: int | None = None) -> Reason:
    """The reason tree of a yes-or-no expression."""
    truth = evaluate(node, household, member)
    assert truth is None or isinstance(truth, bool)
    if isinstance(node, tree.And | tree.Or):
        children = tuple(explain(part, household, member) for part in node.parts)
        return Reason("all" if isinstance(node, tree.And) else "any", node, truth, children=children, member=member)
    if isinstance(node, tree.Not):
        return Reason("not", node, truth, children=(explain(node.part, household, member),), member=member)
    if isinstance(node, tree.Met):
        return Reason("standard", node, truth, children=_standard_parts(node.standard, household))
    if isinstance(node, tree.Name) and node.name in household.rules.pack.derived:
        formula = household.rules.pack.derived[node.name].formula.tree
        return Reason("derived", node, truth, children=(explain(formula, household, member),), member=member)
    if isinstance(node, tree.Aggregate):
        return Reason("members", node, truth, children=tuple(_members(node, household)))
    return Reason(
        "test", node, truth, tuple(_figures(node, household, member)), member=member, gap=_gap(node, household, member)
    )


def _standard_parts(name: str, household: Household) -> tuple[Reason, ...]:
    if household.applies(name) is False:
        applies = household.rules.pack.standards[name].applies_when
        assert applies is not None
        return (explain(tree.Not(applies.tree), household),)
    return (explain(household.rules.pack.standards[name].met_when.tree, household),)


def _members(node: tree.Aggregate, household: Household) -> Iterator[Reason]:
    """One reason per member: what the aggregate asks of that member."""
    for index in range(len(household.members)):
        value, where = node.value or tree.Literal(True), node.where
        asked: tree.Expression = value
        if where is not None:
            asked = tree.And((where, value)) if node.function == "any" else tree.Or((tree.Not(where), value))
        inner = explain(asked, household, index)
        yield Reason("member", asked, inner.truth, children=(inner,), member=index)


def _figures(node: tree.Expression, household: Household, member: int | None) -> Iterator[Figure]:
    """The values an expression rests on, in the order written, each once."""
    seen: set[tuple[tree.Expression, int | None]] = set()
    for figure in _all_figures(node, household, member):
        if (figure.expression, figure.member) not in seen:
            seen.add((figure.expression, figure.member))
            yield figure


def _all_figures(node: tree.Expression, household: Household, member: int | None) -> Iterator[Figure]:
    if isinstance(node, tree.Name):
        yield _named(node, household, member)
    elif isinstance(node, tree.Previous):
        yield _named(tree.Name(node.name), household, member)
        yield _former(node, household, member)
    elif isinstance(node, tree.Parameter):
        yield Figure(node, household.parameter(node.name), node.name)
    elif isinstance(node, tree.Aggregate):
        parts = tuple(
            figure
            for index in range(len(household.members))
            for part in (node.where, node.value)
            if part is not None
            for figure in _figures(part, household, index)
        )
        yield Figure(node, evaluate(node, household), "", None, parts)
    else:
        for child in node.children():
            yield from _all_figures(child, household, member)


def _named(node: tree.Name, household: Household, member: int | None) -> Figure:
    pack = household.rules.pack
    value = household.value(node.name, member)
    if node.name in pack.variables:
        return Figure(node, value, node.name, member if pack.variables[node.name].entity == "person" else None)
    derived = pack.derived[node.name]
    inside = member if derived.entity == "person" else None
    return Figure(node, value, node.name, inside, tuple(_figures(derived.formula.tree, household, inside)))


def _former(node: tree.Previous, household: Household, member: int | None) -> Figure:
    """The former value, with what it was computed from at that time."""
    past, entity = household.past.get(node.months), household.rules.pack.entity_of(node.name)
    whose = member if entity == "person" else None
    on = past.on if past else numbers.months_before(household.rules.as_of, node.months)
    home, index = (past.home, None) if past else (None, None)
    if past is not None and whose is not None:
        home, index = past.members[whose] or (None, None)
    figure = Figure(node, household.former(node.name, node.months, member), node.name, whose, (), on)
    if past is None or home is None or node.name in household.rules.pack.variables:
        return figure
    formula = household.rules.pack.derived[node.name].formula.tree
    return replace(figure, parts=tuple(_of_then(part, past, home) for part in _figures(formula, home, index)))


def _of_then(figure: Figure, past: Past, home: Household) -> Figure:
    """A figure of a former household, its members numbered as today's are."""
    parts = tuple(_of_then(part, past, home) for part in figure.parts)
    if figure.member is None:
        return replace(figure, parts=parts, then=past.on)
    stood = ((i, m) for i, m in enumerate(past.members) if m is not None)
    today = next((i for i, (where, index) in stood if where is home and index == figure.member), None)
    return replace(figure, parts=parts, then=past.on, member=today, gone=today is None)


def _gap(node: tree.Expression, household: Household, member: int | None) -> Decimal | None:
    """By how much the left side of an order exceeds the right; negative when it falls short."""
    if not isinstance(node, tree.Compare) or node.operator in ("=", "<>"):
        return None
    left, right = evaluate(node.left, household, member), evaluate(node.right, household, member)
    return left - right if isinstance(left, Decimal) and isinstance(right, Decimal) else None
