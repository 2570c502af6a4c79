"""The slow reference evaluator: one household, every rule, plainly.

It is what the fast engines are compared with, and what explains a household on a page. Values are Python's:
bool, Decimal (all numbers), date, str; None is unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from diguan.rulebook import numbers, tree
from diguan.rulebook.rules import Rules

Value = bool | Decimal | date | str | None
Facts = Mapping[str, Value]

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
RAISED, NOT_RAISED = "raised", "not_raised"
NONE = "none"


def outcome(truth: Value) -> str:
    return UNKNOWN if truth is None else MET if truth else NOT_MET


@dataclass(frozen=True)
class Past:
    """How things stood some months ago: the household, and each of today's members in the household of that time.

    None: not there then. That may be another household than today's, with other members.
    """

    on: date
    home: "Household | None" = None
    members: "Sequence[tuple[Household, int] | None]" = ()


@dataclass
class Household:
    """One household under rules: its facts, its members' facts, its past, and what has been computed so far.

    `past` has what is known by how many months ago; of other times, nothing is known.
    """

    rules: Rules
    facts: Facts
    members: Sequence[Facts]
    computed: Mapping[str, Decimal | None] = field(default_factory=dict)
    past: Mapping[int, Past] = field(default_factory=dict)
    _values: dict[str, Value] = field(default_factory=dict)
    _member_values: dict[tuple[int, str], Value] = field(default_factory=dict)

    def value(self, name: str, member: int | None = None) -> Value:
        """A dictionary or derived variable, of the household or of its member number `member`."""
        pack = self.rules.pack
        if name in pack.variables:
            person = pack.variables[name].entity == "person"
            return plain(self.members[member].get(name) if person and member is not None else self.facts.get(name))
        derived = pack.derived[name]
        if derived.entity == "household":
            if name not in self._values:
                self._values[name] = evaluate(derived.formula.tree, self)
            return self._values[name]
        assert member is not None
        if (member, name) not in self._member_values:
            self._member_values[member, name] = evaluate(derived.formula.tree, self, member)
        return self._member_values[member, name]

    def former(self, name: str, months: int, member: int | None = None) -> Value:
        """What a variable was some months ago; unknown where the household, or the member, was not there."""
        past = self.past.get(months)
        if past is None:
            return None
        if self.rules.pack.entity_of(name) == "household":
            return None if past.home is None else past.home.value(name)
        assert member is not None
        stood = past.members[member]
        return None if stood is None else stood[0].value(name, stood[1])

    def parameter(self, name: str) -> Value:
        if self.rules.is_computed(name):
            return self.computed.get(name)
        return plain(self.rules.value_of(name))

    def met(self, standard: str) -> bool | None:
        """Whether a standard is met; a standard that does not apply is met."""
        key = "met " + standard
        if key not in self._values:
            rule = self.rules.pack.standards[standard]
            test = rule.met_when.tree
            if rule.applies_when is not None:
                test = tree.Or((tree.Not(rule.applies_when.tree), test))
            self._values[key] = evaluate(test, self)
        return _truth(self._values[key])

    def applies(self, standard: str) -> bool | None:
        rule = self.rules.pack.standards[standard].applies_when
        return True if rule is None else _truth(evaluate(rule.tree, self))

    def outcomes(self) -> dict[str, str]:
        return {name: outcome(self.met(name)) for name in self.rules.pack.standards}

    def cohort(self) -> str:
        """The first cohort that is true; unknown when one before it is unknown; none when all are false."""
        for name, cohort in self.rules.pack.cohorts.items():
            member = evaluate(cohort.member_when.tree, self)
            if member is None:
                return UNKNOWN
            if member:
                return name
        return NONE

    def fault(self, check: str, member: int | None = None) -> bool | None:
        """Whether a check finds a fault in the household, or in its member number `member`."""
        return _truth(evaluate(self.rules.pack.checks[check].fault_when.tree, self, member))

    def raised(self, check: str) -> str:
        """What a check says of the household: raised, not_raised or unknown; one about persons as `any_member` would."""
        if self.rules.pack.checks[check].entity == "household":
            truth = self.fault(check)
        else:
            found = [self.fault(check, index) for index in range(len(self.members))]
            truth = _any_true(found) if found else None
        return UNKNOWN if truth is None else RAISED if truth else NOT_RAISED

    def checks(self) -> dict[str, str]:
        return {name: self.raised(name) for name in self.rules.checks}


def plain(value: object) -> Value:
    """A value as the evaluator holds it: every number a Decimal."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    assert value is None or isinstance(value, bool | Decimal | date | str)
    return value


def evaluate(node: tree.Expression, household: Household, member: int | None = None) -> Value:
    """The value of an expression for a household, or for one of its members."""
    return _EVALUATE[type(node)](node, household, member)


def _truth(value: Value) -> bool | None:
    assert value is None or isinstance(value, bool)
    return value


def _all_true(truths: Sequence[bool | None]) -> bool | None:
    return False if False in truths else None if None in truths else True


def _any_true(truths: Sequence[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False


def _truths(node: tree.And | tree.Or, household: Household, member: int | None) -> list[bool | None]:
    return [_truth(evaluate(part, household, member)) for part in node.parts]


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


_ORDER: dict[str, Callable[[Value, Value], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
}


def _compare(node: tree.Compare, household: Household, member: int | None) -> Value:
    left, right = evaluate(node.left, household, member), evaluate(node.right, household, member)
    return None if left is None or right is None else _ORDER[node.operator](left, right)


def _in(node: tree.In, household: Household, member: int | None) -> Value:
    value = evaluate(node.value, household, member)
    return None if value is None else value in [plain(choice.value) for choice in node.choices]


def _sum(node: tree.Sum, household: Household, member: int | None) -> Value:
    total = Decimal(0)
    for term, negative in zip(node.terms, node.negative, strict=True):
        value = evaluate(term, household, member)
        if value is None:
            return None
        assert isinstance(value, Decimal)
        total += -value if negative else value
    return numbers.kept(total)


def _product(node: tree.Product, household: Household, member: int | None) -> Value:
    left, right = evaluate(node.left, household, member), evaluate(node.right, household, member)
    if left is None or right is None:
        return None
    assert isinstance(left, Decimal)
    assert isinstance(right, Decimal)
    return numbers.product(left, right)


def _case(node: tree.Case, household: Household, member: int | None) -> Value:
    for condition, value in zip(node.conditions, node.values, strict=True):
        truth = evaluate(condition, household, member)
        if truth is None:
            return None
        if truth:
            return evaluate(value, household, member)
    return evaluate(node.otherwise, household, member)


_FUNCTIONS: dict[str, Callable[..., Value | int]] = {
    "safe_div": numbers.safe_div,
    "age_on": numbers.age_on,
    "years_between": numbers.years_between,
    "months_between": numbers.months_between,
    "days_between": lambda start, end: (end - start) // timedelta(days=1),
    "least": min,
    "greatest": max,
    "abs": abs,
    "floor": numbers.floor,
    "round": lambda number, places=Decimal(0): numbers.rounded(number, int(places)),
}


def _call(node: tree.Call, household: Household, member: int | None) -> Value:
    arguments = [evaluate(argument, household, member) for argument in node.arguments]
    return None if None in arguments else plain(_FUNCTIONS[node.function](*arguments))


def _aggregate(node: tree.Aggregate, household: Household, _: int | None) -> Value:
    everybody = range(len(household.members))
    if not everybody:
        return None  # nobody on file: who lives there is not known
    picked = [True if node.where is None else _truth(evaluate(node.where, household, i)) for i in everybody]
    values = [True if node.value is None else evaluate(node.value, household, i) for i in everybody]
    if node.function == "any":
        return _any_true([_all_true((p, _truth(v))) for p, v in zip(picked, values, strict=True)])
    if node.function == "all":
        return _all_true([_any_true((_not(p), _truth(v))) for p, v in zip(picked, values, strict=True)])
    if node.function == "count":
        return None if None in values else Decimal(values.count(True))
    chosen = [value for pick, value in zip(picked, values, strict=True) if pick]
    if None in picked or None in chosen:
        return None
    if node.function == "sum":
        return numbers.kept(sum((value for value in chosen if isinstance(value, Decimal)), Decimal(0)))
    if not chosen:
        return None
    return min(chosen) if node.function == "min" else max(chosen)  # type: ignore[type-var]


_EVALUATE: dict[type[tree.Expression], Callable[..., Value]] = {
    tree.Literal: lambda node, household, member: plain(node.value),
    tree.Name: lambda node, household, member: household.value(node.name, member),
    tree.Previous: lambda node, household, member: household.former(node.name, node.months, member),
    tree.Parameter: lambda node, household, member: household.parameter(node.name),
    tree.ScreeningDate: lambda node, household, member: household.rules.as_of,
    tree.Met: lambda node, household, member: household.met(node.standard),
    tree.Compare: _compare,
    tree.And: lambda node, household, member: _all_true(_truths(node, household, member)),
    tree.Or: lambda node, household, member: _any_true(_truths(node, household, member)),
    tree.Not: lambda node, household, member: _not(_truth(evaluate(node.part, household, member))),
    tree.In: _in,
    tree.IsUnknown: lambda node, household, member: evaluate(node.value, household, member) is None,
    tree.Sum: _sum,
    tree.Product: _product,
    tree.Case: _case,
    tree.Call: _call,
    tree.Aggregate: _aggregate,
}
