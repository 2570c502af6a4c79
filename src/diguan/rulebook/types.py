"""Types of expressions: checked against the dictionary before anything runs, with no implicit casts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal as OneOf

from diguan.rulebook import tree
from diguan.rulebook.parsing import ExpressionRefused
from diguan.rulebook.problems import N_, suggestion

Entity = OneOf["household", "person"]


@dataclass(frozen=True)
class Type:
    """What kind of value; for codes also which are allowed."""

    kind: OneOf["boolean", "integer", "decimal", "date", "code", "text"]
    codes: frozenset[str] | None = None

    @property
    def is_number(self) -> bool:
        return self.kind in ("integer", "decimal")

    def accepts(self, other: "Type") -> bool:
        """Whether a value of type `other` may stand where this type is declared."""
        if self.kind == "decimal":
            return other.is_number
        return self.kind == other.kind or {self.kind, other.kind} == {"code", "text"}


BOOLEAN, INTEGER, DECIMAL, DATE, TEXT = (Type("boolean"), Type("integer"), Type("decimal"), Type("date"), Type("text"))

_FUNCTION_RESULTS: dict[str, tuple[Type, Type]] = {
    # function → (type of every argument, type of the result)
    "safe_div": (DECIMAL, DECIMAL),
    "age_on": (DATE, INTEGER),
    "years_between": (DATE, INTEGER),
    "months_between": (DATE, INTEGER),
    "days_between": (DATE, INTEGER),
    "floor": (DECIMAL, INTEGER),
    "round": (DECIMAL, DECIMAL),
}


@dataclass(frozen=True)
class Names:
    """What an expression may mention, and where it stands."""

    entity: Entity
    values: Mapping[str, tuple[Entity, Type]]
    parameters: Mapping[str, Type]
    standards: frozenset[str]
    snapshot: bool = False  # a computed parameter: quantiles over the whole snapshot are allowed
    in_member: bool = False

    def of_member(self) -> "Names":
        return replace(self, entity="person", in_member=True)


def check(node: tree.Expression, names: Names) -> Type:
    """The type of an expression.

    Raises: ExpressionRefused at the first part that names something unknown, mixes types, compares a code with
    a text outside its list, or reaches for members or the snapshot where it may not.
    """
    return _CHECKS[type(node)](node, names)


def _literal(node: tree.Literal, _: Names) -> Type:
    value = node.value
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, Decimal):
        return DECIMAL
    return DATE if isinstance(value, date) else TEXT


def _name(node: tree.Name, names: Names) -> Type:
    found = names.values.get(node.name)
    if found is None:
        raise ExpressionRefused(
            node.at, N_("There is no variable “{word}”."), N_("declare it in dictionary.yaml or derived.yaml, or did you mean: {choices}"),
            **suggestion(node.name, names.values),
        )  # fmt: skip
    entity, kind = found
    if names.snapshot and not names.in_member:
        raise ExpressionRefused(
            node.at,
            N_("“{word}” belongs to one household, a computed parameter to all."),
            N_("write weighted_median({word}, weight)"),
            word=node.name,
        )
    if entity == "person" and names.entity == "household":
        raise ExpressionRefused(
            node.at, N_("“{word}” belongs to a person, and this is about a household."),
            N_("write any_member({word}), all_members({word}), sum_members({word}) …"), word=node.name,
        )  # fmt: skip
    return kind


def _previous(node: tree.Previous, names: Names) -> Type:
    return _name(tree.Name(node.name, at=node.at), names)


def _parameter(node: tree.Parameter, names: Names) -> Type:
    if node.name not in names.parameters:
        raise ExpressionRefused(
            node.at, N_("There is no parameter “:{word}”."), N_("declare it in parameters.yaml, or did you mean: {choices}"),
            **suggestion(node.name, names.parameters),
        )  # fmt: skip
    return names.parameters[node.name]


def _met(node: tree.Met, names: Names) -> Type:
    if node.standard not in names.standards:
        raise ExpressionRefused(
            node.at,
            N_("There is no standard “{word}”."),
            N_("did you mean: {choices}"),
            **suggestion(node.standard, names.standards),
        )
    if names.entity == "person":
        raise ExpressionRefused(node.at, N_("met() is about a household, not about one person."))
    return BOOLEAN


def _compare(node: tree.Compare, names: Names) -> Type:
    left, right = check(node.left, names), check(node.right, names)
    if not (left.is_number and right.is_number) and not (left.accepts(right) or right.accepts(left)):
        raise ExpressionRefused(
            node.at, N_("A value of type {left} is compared with one of type {right}."), N_("compare values of one type"),
            left=left.kind, right=right.kind,
        )  # fmt: skip
    if node.operator not in ("=", "<>") and not (left.is_number or left.kind == "date"):
        raise ExpressionRefused(node.at, N_("Values of type {left} have no order."), N_("use = or <>"), left=left.kind)
    for known, other in ((left, node.right), (right, node.left)):
        _check_code(known, other)
    return BOOLEAN


def _check_code(known: Type, other: tree.Expression) -> None:
    if known.codes is None or not isinstance(other, tree.Literal) or other.value in known.codes:
        return
    raise ExpressionRefused(
        other.at,
        N_("“{word}” is not in the code list."),
        N_("write one of: {choices}"),
        **suggestion(str(other.value), known.codes),
    )


def _truths(node: tree.And | tree.Or | tree.Not, names: Names) -> Type:
    for part in node.children():
        _expect(part, BOOLEAN, names)
    return BOOLEAN


def _in(node: tree.In, names: Names) -> Type:
    kind = check(node.value, names)
    for choice in node.choices:
        other = _literal(choice, names)
        if not (kind.accepts(other) or (kind.is_number and other.is_number)):
            raise ExpressionRefused(
                choice.at,
                N_("A value of type {left} is compared with one of type {right}."),
                left=kind.kind,
                right=other.kind,
            )
        _check_code(kind, choice)
    return BOOLEAN


def _is_unknown(node: tree.IsUnknown, names: Names) -> Type:
    check(node.value, names)
    return BOOLEAN


def _sum(node: tree.Sum, names: Names) -> Type:
    kinds = [_expect(term, DECIMAL, names) for term in node.terms]
    return INTEGER if all(kind == INTEGER for kind in kinds) else DECIMAL


def _product(node: tree.Product, names: Names) -> Type:
    kinds = [_expect(node.left, DECIMAL, names), _expect(node.right, DECIMAL, names)]
    return INTEGER if kinds == [INTEGER, INTEGER] else DECIMAL


def _case(node: tree.Case, names: Names) -> Type:
    for condition in node.conditions:
        _expect(condition, BOOLEAN, names)
    return _one_type([*node.values, node.otherwise], names)


def _one_type(parts: list[tree.Expression], names: Names) -> Type:
    kinds = [check(part, names) for part in parts]
    first = kinds[0]
    for part, kind in zip(parts, kinds, strict=True):
        if not ((first.is_number and kind.is_number) or first.accepts(kind)):
            raise ExpressionRefused(
                part.at, N_("The branches have different types: {left} and {right}."), left=first.kind, right=kind.kind
            )
    if first.is_number:
        return INTEGER if all(kind == INTEGER for kind in kinds) else DECIMAL
    codes = [kind.codes for kind in kinds if kind.codes is not None]
    return replace(first, codes=frozenset().union(*codes)) if codes and len(codes) == len(kinds) else Type(first.kind)


def _call(node: tree.Call, names: Names) -> Type:
    if node.function in ("least", "greatest"):
        kind = _one_type(list(node.arguments), names)
        if not (kind.is_number or kind.kind == "date"):
            raise ExpressionRefused(node.at, N_("Values of type {left} have no order."), left=kind.kind)
        return kind
    if node.function == "abs":
        return _expect(node.arguments[0], DECIMAL, names)
    if node.function == "round" and len(node.arguments) == 2:
        places = node.arguments[1]
        if not (isinstance(places, tree.Literal) and isinstance(places.value, int) and 0 <= places.value <= 6):
            raise ExpressionRefused(places.at, N_("round() takes a whole number of places, 0 to 6."))
    wanted, result = _FUNCTION_RESULTS[node.function]
    for argument in node.arguments:
        _expect(argument, wanted, names)
    return result


def _aggregate(node: tree.Aggregate, names: Names) -> Type:
    if names.entity == "person" or (names.snapshot and not names.in_member):
        raise ExpressionRefused(node.at, N_("Members can be reached only from a household expression."))
    inside = names.of_member()
    if node.where is not None:
        _expect(node.where, BOOLEAN, inside)
    if node.function in ("any", "all") or (node.function == "count" and node.value is not None):
        _expect(_given(node), BOOLEAN, inside)
    if node.function in ("any", "all"):
        return BOOLEAN
    if node.function == "count":
        return INTEGER
    kind = check(_given(node), inside)
    if not (kind.is_number or (kind.kind == "date" and node.function != "sum")):
        raise ExpressionRefused(node.at, N_("A value of type {left} cannot be added up or ordered."), left=kind.kind)
    return kind


def _given(node: tree.Aggregate) -> tree.Expression:
    assert node.value is not None
    return node.value


def _quantile(node: tree.Quantile, names: Names) -> Type:
    if not names.snapshot or names.in_member:
        raise ExpressionRefused(
            node.at,
            N_("A quantile over all households can stand only in a computed parameter."),
            N_("declare it in parameters.yaml with computed:"),
        )
    inside = replace(names, snapshot=False)
    _expect(node.value, DECIMAL, inside)
    _expect(node.weight, DECIMAL, inside)
    return DECIMAL


def _expect(node: tree.Expression, wanted: Type, names: Names) -> Type:
    kind = check(node, names)
    if not wanted.accepts(kind):
        expected = "number" if wanted.is_number else wanted.kind
        raise ExpressionRefused(
            node.at, N_("A {expected} is needed here, and this is of type {found}."), expected=expected, found=kind.kind
        )
    return kind


_CHECKS: dict[type[tree.Expression], Callable[..., Type]] = {
    tree.Literal: _literal,
    tree.Name: _name,
    tree.Previous: _previous,
    tree.Parameter: _parameter,
    tree.ScreeningDate: lambda node, names: DATE,
    tree.Met: _met,
    tree.Compare: _compare,
    tree.And: _truths,
    tree.Or: _truths,
    tree.Not: _truths,
    tree.In: _in,
    tree.IsUnknown: _is_unknown,
    tree.Sum: _sum,
    tree.Product: _product,
    tree.Case: _case,
    tree.Call: _call,
    tree.Aggregate: _aggregate,
    tree.Quantile: _quantile,
}
