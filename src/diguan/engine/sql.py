"""Expressions to DuckDB SQL, by the tree; the meaning is that of diguan.rulebook.reference.

Numbers are DECIMAL(18,6) throughout. Member aggregates and computed parameters are columns that the plan has
made beforehand; `columns` says under which name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from diguan.rulebook import tree
from diguan.rulebook.pack import Value
from diguan.rulebook.rules import Rules

NUMBER = "DECIMAL(18, 6)"


@dataclass(frozen=True)
class Context:
    rules: Rules
    aggregates: Mapping[tree.Aggregate, str] = field(default_factory=dict)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def literal(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | Decimal):
        return f"CAST({Decimal(value):f} AS {NUMBER})"
    return f"DATE '{value.isoformat()}'" if isinstance(value, date) else text(value)


def emit(node: tree.Expression, context: Context) -> str:
    """SQL of an expression, in parentheses where needed."""
    return _EMIT[type(node)](node, context)


def _parameter(node: tree.Parameter, context: Context) -> str:
    if context.rules.is_computed(node.name):
        return f"(SELECT value FROM {quoted('computed ' + node.name)})"
    return literal(context.rules.value_of(node.name))


def _joined(word: str) -> Callable[[tree.And | tree.Or, Context], str]:
    return lambda node, context: "(" + f" {word} ".join(emit(part, context) for part in node.parts) + ")"


def _in(node: tree.In, context: Context) -> str:
    return f"({emit(node.value, context)} IN ({', '.join(literal(choice.value) for choice in node.choices)}))"


def _sum(node: tree.Sum, context: Context) -> str:
    signed = [
        ("- " if minus else "+ ") + emit(term, context) for term, minus in zip(node.terms, node.negative, strict=True)
    ]
    return f"TRY_CAST(CAST(0 AS {NUMBER}) {' '.join(signed)} AS {NUMBER})"


def _case(node: tree.Case, context: Context) -> str:
    # Unlike SQL's own CASE, an unknown condition makes the whole unknown: it might have been the one.
    branches = []
    for condition, value in zip(node.conditions, node.values, strict=True):
        test = emit(condition, context)
        branches.append(f"WHEN {test} THEN {emit(value, context)} WHEN {test} IS NULL THEN NULL")
    return f"(CASE {' '.join(branches)} ELSE {emit(node.otherwise, context)} END)"


def _call(node: tree.Call, context: Context) -> str:
    arguments = [emit(argument, context) for argument in node.arguments]
    if node.function in ("least", "greatest"):
        unknown = " OR ".join(f"{argument} IS NULL" for argument in arguments)
        return f"(CASE WHEN {unknown} THEN NULL ELSE {node.function}({', '.join(arguments)}) END)"
    if node.function == "abs":
        return f"abs({arguments[0]})"
    if node.function == "round":
        places = node.arguments[1] if len(node.arguments) == 2 else tree.Literal(0)
        assert isinstance(places, tree.Literal)
        return f"rule_round({arguments[0]}, {places.value})"
    return f"rule_{node.function}({', '.join(arguments)})"


_EMIT: dict[type[tree.Expression], Callable[..., str]] = {
    tree.Literal: lambda node, context: literal(node.value),
    tree.Name: lambda node, context: quoted(node.name),
    tree.Parameter: _parameter,
    tree.ScreeningDate: lambda node, context: literal(context.rules.as_of),
    tree.Met: lambda node, context: quoted(node.standard),
    tree.Compare: lambda node, context: f"({emit(node.left, context)} {node.operator} {emit(node.right, context)})",
    tree.And: _joined("AND"),
    tree.Or: _joined("OR"),
    tree.Not: lambda node, context: f"(NOT {emit(node.part, context)})",
    tree.In: _in,
    tree.IsUnknown: lambda node, context: f"({emit(node.value, context)} IS NULL)",
    tree.Sum: _sum,
    tree.Product: lambda node, context: f"rule_product({emit(node.left, context)}, {emit(node.right, context)})",
    tree.Case: _case,
    tree.Call: _call,
    tree.Aggregate: lambda node, context: quoted(context.aggregates[node]),
}


def aggregate(node: tree.Aggregate, value: str, where: str) -> str:
    """SQL that makes a member aggregate from a value and a condition, both columns of one member.

    Kleene: one unknown member leaves a sum, a count, a smallest unknown; it leaves any and all unknown unless
    another member settles them.
    """
    picked = f"({where} AND {value})"
    if node.function == "any":
        return f"CASE WHEN coalesce(bool_or({picked}), FALSE) THEN TRUE WHEN count({picked}) < count(*) THEN NULL ELSE FALSE END"
    passed = f"(NOT {where} OR {value})"
    if node.function == "all":
        return f"CASE WHEN NOT coalesce(bool_and({passed}), TRUE) THEN FALSE WHEN count({passed}) < count(*) THEN NULL ELSE TRUE END"
    if node.function == "count":
        return (
            f"CASE WHEN count({value}) < count(*) THEN NULL ELSE CAST(count(*) FILTER (WHERE {value}) AS {NUMBER}) END"
        )
    unknown = f"count({where}) < count(*) OR count({value}) FILTER (WHERE {where}) < count(*) FILTER (WHERE {where})"
    if where == "TRUE":
        unknown = f"count({value}) < count(*)"
    chosen = f"{node.function}({value}) FILTER (WHERE {where})" if where != "TRUE" else f"{node.function}({value})"
    if node.function == "sum":
        chosen = f"TRY_CAST(coalesce({chosen}, 0) AS {NUMBER})"
    return f"CASE WHEN {unknown} THEN NULL ELSE {chosen} END"
