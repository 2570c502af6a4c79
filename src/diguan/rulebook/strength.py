"""Whether one rule asks at least as much as another, told from their text alone, for every household there could be.

Truths are ordered: false, unknown, true. Everything below says “at most”: whatever the household, the first expression
comes out no higher than the second. What cannot be shown this way is left open; nothing is guessed from examples.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import NamedTuple

from diguan.rulebook import tree
from diguan.rulebook.pack import Pack, Standard, Variable
from diguan.rulebook.reference import Household, Value, evaluate
from diguan.rulebook.rules import Rules

TRUE, FALSE = tree.Literal(True), tree.Literal(False)
_FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_OPEN = (tree.Name, tree.Previous, tree.Met, tree.Aggregate, tree.Quantile, tree.ScreeningDate)


class Side(NamedTuple):
    """An expression under the rules it belongs to."""

    node: tree.Expression
    rules: Rules

    def with_node(self, node: tree.Expression) -> "Side":
        return Side(node, self.rules)

    def each(self, nodes: tuple[tree.Expression, ...]) -> "list[Side]":
        return [Side(node, self.rules) for node in nodes]


@dataclass(frozen=True)
class Order:
    """How an expression compares with another: never above it, never below it; both if they are one."""

    never_higher: bool
    never_lower: bool

    @property
    def same(self) -> bool:
        return self.never_higher and self.never_lower


def outcome(standard: Standard) -> tree.Expression:
    """The whole of a standard as one truth: met where it does not apply."""
    if standard.applies_when is None:
        return standard.met_when.tree
    return tree.Or((tree.Not(standard.applies_when.tree), standard.met_when.tree))


class Comparison:
    """Two sets of rules held against each other, with what was found so far kept."""

    def __init__(self, before: Rules, after: Rules) -> None:
        self._before, self._after = before, after
        self._found: dict[object, bool] = {}
        self._same_door = before.pack.variables == after.pack.variables or _doors(before.pack) == _doors(after.pack)

    def order(self, before: tree.Expression, after: tree.Expression) -> Order:
        """How the truth `after`, under the later rules, compares with `before` under the earlier ones."""
        old, new = Side(before, self._before), Side(after, self._after)
        return Order(never_higher=self.at_most(new, old), never_lower=self.at_most(old, new))

    def _kept(self, kind: str, x: Side, y: Side, find: Callable[[Side, Side], bool]) -> bool:
        key = (kind, x.node, y.node, x.rules is self._before, y.rules is self._before)
        if key not in self._found:
            self._found[key] = find(x, y)
        return self._found[key]

    # ---- truths ----

    def at_most(self, x: Side, y: Side) -> bool:
        """Whether the truth x is, for every household, no higher than y."""
        return self._kept("truth", x, y, self._truth_at_most)

    def _truth_at_most(self, x: Side, y: Side) -> bool:
        if self.same(x, y) or constant(x) is False or constant(y) is True:
            return True
        x, y = _opened(x), _opened(y)
        if isinstance(y.node, tree.And):
            return all(self.at_most(x, part) for part in y.each(y.node.parts))
        if isinstance(x.node, tree.Or):
            return all(self.at_most(part, y) for part in x.each(x.node.parts))
        if isinstance(y.node, tree.Or) and any(self.at_most(x, part) for part in y.each(y.node.parts)):
            return True
        if isinstance(x.node, tree.And) and any(self.at_most(part, y) for part in x.each(x.node.parts)):
            return True
        return self._test_at_most(x, y)

    def _test_at_most(self, x: Side, y: Side) -> bool:
        """Two single tests."""
        a, b = x.node, y.node
        if isinstance(a, tree.Not) and isinstance(b, tree.Not):
            return self.at_most(y.with_node(b.part), x.with_node(a.part))
        if isinstance(a, tree.In) and isinstance(b, tree.In):
            chosen = {choice.value for choice in a.choices}
            return chosen <= {choice.value for choice in b.choices} and self._same_nodes(x, y, a.value, b.value)
        if isinstance(a, tree.Compare) and isinstance(b, tree.Compare):
            return self._comparison_at_most(x, y, a, b)
        if isinstance(a, tree.Aggregate) and isinstance(b, tree.Aggregate) and a.function == b.function:
            return self._members_at_most(x, y, a, b)
        if isinstance(a, tree.Case) and isinstance(b, tree.Case):
            return self._cases(x, y, a, b, self.at_most)
        return False

    def _comparison_at_most(self, x: Side, y: Side, a: tree.Compare, b: tree.Compare) -> bool:
        """`small < large` holds the more often the smaller the one side and the larger the other."""
        if a.operator not in _FLIPPED or b.operator not in _FLIPPED:
            return False
        small_a, large_a = (x.with_node(node) for node in _ascending(a))
        small_b, large_b = (y.with_node(node) for node in _ascending(b))
        if not (self.number_at_most(small_b, small_a) and self.number_at_most(large_a, large_b)):
            return False
        return _strict(a) or not _strict(b) or _surely_below(small_b, small_a) or _surely_below(large_a, large_b)

    def _members_at_most(self, x: Side, y: Side, a: tree.Aggregate, b: tree.Aggregate) -> bool:
        if a.function not in ("any", "all") or a.value is None or b.value is None:
            return False
        picked_a, picked_b = x.with_node(a.where or TRUE), y.with_node(b.where or TRUE)
        # Whoever is picked more has the more to show where all must, and the better chance where any may.
        picked = self.at_most(*((picked_b, picked_a) if a.function == "all" else (picked_a, picked_b)))
        return picked and self.at_most(x.with_node(a.value), y.with_node(b.value))

    def _cases(self, x: Side, y: Side, a: tree.Case, b: tree.Case, values: Callable[[Side, Side], bool]) -> bool:
        """The same conditions, and value by value in order."""
        if len(a.conditions) != len(b.conditions):
            return False
        pairs = zip((*a.values, a.otherwise), (*b.values, b.otherwise), strict=True)
        return all(self._same_nodes(x, y, p, q) for p, q in zip(a.conditions, b.conditions, strict=True)) and all(
            values(x.with_node(p), y.with_node(q)) for p, q in pairs
        )

    # ---- numbers and dates ----

    def number_at_most(self, x: Side, y: Side) -> bool:
        """Whether the number x is, for every household, no greater than y, and known exactly where y is known."""
        return self._kept("number", x, y, self._number_at_most)

    def _number_at_most(self, x: Side, y: Side) -> bool:
        if self.same(x, y):
            return True
        low, high = constant(x), constant(y)
        if low is not None and high is not None:
            return _no_greater(low, high)
        x, y = _opened(x), _opened(y)
        a, b = x.node, y.node
        if isinstance(a, tree.Call) and isinstance(b, tree.Call) and a.function == b.function:
            alike = a.function in ("least", "greatest", "floor") and len(a.arguments) == len(b.arguments)
            pairs = zip(x.each(a.arguments), y.each(b.arguments), strict=alike)
            return alike and all(self.number_at_most(p, q) for p, q in pairs)
        if isinstance(a, tree.Case) and isinstance(b, tree.Case):
            return self._cases(x, y, a, b, self.number_at_most)
        if isinstance(a, tree.Aggregate) and isinstance(b, tree.Aggregate) and a.function == b.function:
            return self._gathered_at_most(x, y, a, b)
        # A sum or product with a moved part may overflow, and be unknown, on one side only: left open.
        return False

    def _gathered_at_most(self, x: Side, y: Side, a: tree.Aggregate, b: tree.Aggregate) -> bool:
        if a.value is None or b.value is None:
            return False
        value_a, value_b = x.with_node(a.value), y.with_node(b.value)
        if a.function == "count":
            return self.at_most(value_a, value_b) and self._known_alike(value_a, value_b)
        if a.function in ("min", "max"):
            picked = self._same_nodes(x, y, a.where or TRUE, b.where or TRUE)
            return picked and self.number_at_most(value_a, value_b)
        return False

    def _known_alike(self, x: Side, y: Side) -> bool:
        """Whether two truths are unknown of exactly the same households (or persons)."""
        if self.same(x, y):
            return True
        x, y = _opened(x), _opened(y)
        a, b = x.node, y.node
        if isinstance(a, tree.Not) and isinstance(b, tree.Not):
            return self._known_alike(x.with_node(a.part), y.with_node(b.part))
        if isinstance(a, tree.In) and isinstance(b, tree.In):
            return self._same_nodes(x, y, a.value, b.value)
        if isinstance(a, tree.Compare) and isinstance(b, tree.Compare):
            pairs = ((a.left, b.left), (a.right, b.right))
            return all(self._numbers_known_alike(x.with_node(p), y.with_node(q)) for p, q in pairs)
        return False

    def _numbers_known_alike(self, x: Side, y: Side) -> bool:
        return self.number_at_most(x, y) or self.number_at_most(y, x)

    # ---- one and the same ----

    def same(self, x: Side, y: Side) -> bool:
        """Whether two expressions give the same value for every household."""
        return self._kept("same", x, y, self._is_same)

    def _same_nodes(self, x: Side, y: Side, a: tree.Expression, b: tree.Expression) -> bool:
        return self.same(x.with_node(a), y.with_node(b))

    def _is_same(self, x: Side, y: Side) -> bool:
        one, other = constant(x), constant(y)
        if one is not None and other is not None:
            return type_of(one) == type_of(other) and one == other
        a, b = x.node, y.node
        if isinstance(a, tree.Name) and isinstance(b, tree.Name):
            variables = x.rules.pack.variables, y.rules.pack.variables
            if a.name in variables[0] and b.name in variables[1]:
                return a.name == b.name and _meaning(variables[0][a.name]) == _meaning(variables[1][b.name])
        if _is_named(x) or _is_named(y):
            return self.same(_unnamed(x), _unnamed(y))
        if isinstance(a, tree.Previous) and isinstance(b, tree.Previous):
            return a.months == b.months and self._same_nodes(x, y, tree.Name(a.name), tree.Name(b.name))
        if isinstance(a, tree.Quantile) and not self._same_door:
            return False  # another population is counted
        return self._same_shape(x, y)

    def _same_shape(self, x: Side, y: Side) -> bool:
        a, b = x.node, y.node
        if type(a) is not type(b):
            return False
        own, other = list(a.children()), list(b.children())
        if isinstance(a, tree.And | tree.Or):
            return all(any(self._same_nodes(x, y, p, q) for q in other) for p in own) and all(
                any(self._same_nodes(x, y, p, q) for p in own) for q in other
            )
        if (
            isinstance(a, tree.Parameter | tree.Name | tree.Previous | tree.Literal)
            or len(own) != len(other)
            or _rest(a) != _rest(b)
        ):
            return False
        return all(self._same_nodes(x, y, p, q) for p, q in zip(own, other, strict=True))


def constant(side: Side) -> Value:
    """The value of an expression that no household has a part in; None where it depends on one, or is unknown."""
    if any(isinstance(node, _OPEN) for node in side.node.walk()):
        return None
    if any(isinstance(node, tree.Parameter) and node.name not in side.rules.parameters for node in side.node.walk()):
        return None
    return evaluate(side.node, Household(side.rules, {}, (), {}))


def type_of(value: Value) -> type:
    return Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _no_greater(low: Value, high: Value) -> bool:
    return type_of(low) == type_of(high) and low <= high  # type: ignore[operator]


def _surely_below(x: Side, y: Side) -> bool:
    low, high = constant(x), constant(y)
    return low is not None and high is not None and low != high and _no_greater(low, high)


def _ascending(node: tree.Compare) -> tuple[tree.Expression, tree.Expression]:
    return (node.left, node.right) if node.operator in ("<", "<=") else (node.right, node.left)


def _strict(node: tree.Compare) -> bool:
    return node.operator in ("<", ">")


def _is_named(side: Side) -> bool:
    """Whether it only names what stands elsewhere: a derived variable, a standard, a computed parameter."""
    return _unnamed(side) is not side


def _unnamed(side: Side) -> Side:
    node, pack = side.node, side.rules.pack
    if isinstance(node, tree.Name) and node.name in pack.derived:
        return side.with_node(pack.derived[node.name].formula.tree)
    if isinstance(node, tree.Met):
        return side.with_node(outcome(pack.standards[node.standard]))
    if isinstance(node, tree.Parameter) and node.name not in side.rules.parameters:
        computed = pack.parameters[node.name].computed
        return side.with_node(computed.tree) if computed is not None else side
    return side


def _opened(side: Side) -> Side:
    """Names followed to what they stand for, and NOT pushed down to the single tests."""
    while True:
        named = _unnamed(side)
        node = _pushed(named.node) if isinstance(named.node, tree.Not) else _as_list(named.node)
        inner = _unnamed(named.with_node(node.part)) if isinstance(node, tree.Not) else None
        if inner is not None and isinstance(node, tree.Not) and inner.node is not node.part:
            node = tree.Not(inner.node)
        if node is side.node:
            return side
        side = side.with_node(node)


def _pushed(node: tree.Not) -> tree.Expression:
    part = node.part
    if isinstance(part, tree.Not):
        return part.part
    if isinstance(part, tree.And):
        return tree.Or(tuple(tree.Not(each) for each in part.parts))
    if isinstance(part, tree.Or):
        return tree.And(tuple(tree.Not(each) for each in part.parts))
    if isinstance(part, tree.Compare) and part.operator in _FLIPPED:
        return tree.Compare(_FLIPPED[part.operator], part.left, part.right)
    listed = _as_list(part)
    return node if listed is part else tree.Not(listed)


def _as_list(node: tree.Expression) -> tree.Expression:
    """`code = 'a'` as a list of one, so that it compares with longer lists."""
    if isinstance(node, tree.Compare) and isinstance(node.right, tree.Literal) and node.operator in ("=", "<>"):
        listed = tree.In(node.left, (node.right,))
        return listed if node.operator == "=" else tree.Not(listed)
    return node


def _rest(node: tree.Expression) -> list[object]:
    """What a node holds beside its parts; which parts are absent counts too."""
    held: list[object] = []
    for item in fields(node):
        value = getattr(node, item.name)
        if item.name != "at" and not isinstance(value, tree.Expression):
            parts = isinstance(value, tuple) and any(isinstance(part, tree.Expression) for part in value)
            held.append((item.name, None if parts else value))
    return held


def _meaning(variable: Variable) -> tuple[object, ...]:
    return variable.entity, variable.type, variable.scheme, variable.read_from


def _doors(pack: Pack) -> dict[str, object]:
    """What decides which rows are taken in."""
    return {name: (_meaning(v), frozenset(v.codes), v.min, v.max) for name, v in pack.variables.items()}
