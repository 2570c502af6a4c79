"""Expressions to DuckDB SQL, by the tree; the meaning is that of diguan.rulebook.reference.

Numbers are DECIMAL(18,6) throughout. Member aggregates and computed parameters are columns that the plan has
made beforehand; `columns` says under which name.
"""

from collections.abc import Callable, Iterable, Mapping
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


def former(name: str, months: int) -> str:
    """The column with a variable's former value; no variable has blanks in its name."""
    return f"{name} {months} months before"


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
    value, choices = emit(node.value, context), [choice.value for choice in node.choices]
    if all(isinstance(choice, str) for choice in choices):
        return among(value, (str(choice) for choice in choices))
    return f"({value} IN ({', '.join(literal(choice) for choice in choices)}))"


def among(value: str, choices: Iterable[str]) -> str:
    """SQL: whether a text is one of several; NULL for NULL. A function, unlike IN, looks once at each entry of a dictionary-encoded column."""
    return f"map_contains(MAP {{{', '.join(f'{text(choice)}: TRUE' for choice in dict.fromkeys(choices))}}}, {value})"


def _sum(node: tree.Sum, context: Context) -> str:
    signed = [
        ("- " if minus else "+ ") + emit(term, context) for term, minus in zip(node.terms, node.negative, strict=True)
    ]
    signed[0] = signed[0].removeprefix("+ ")
    return f"TRY_CAST({' '.join(signed)} AS {NUMBER})"


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
    tree.Previous: lambda node, context: quoted(former(node.name, node.months)),
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
