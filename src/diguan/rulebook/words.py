"""Expressions and values in words, in the reader's language, from the pack's own labels."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from diguan.rulebook import tree
from diguan.rulebook.pack import Pack
from diguan.rulebook.problems import N_
from diguan.rulebook.reference import Value
from diguan.rulebook.rules import Rules

Translate = Callable[[str], str]

_COMPARISONS = {
    "=": N_("{left} is {right}"),
    "<>": N_("{left} is not {right}"),
    "<": N_("{left} is below {right}"),
    "<=": N_("{left} is at most {right}"),
    ">": N_("{left} is above {right}"),
    ">=": N_("{left} is at least {right}"),
}
_FUNCTIONS = {
    "safe_div": N_("{0} ÷ {1}"),
    "age_on": N_("age on {1} by {0}"),
    "years_between": N_("full years from {0} to {1}"),
    "months_between": N_("full months from {0} to {1}"),
    "days_between": N_("days from {0} to {1}"),
    "abs": N_("size of {0}"),
    "floor": N_("{0}, rounded down"),
    "round": N_("{0}, rounded"),
}
_LISTS = {"least": N_("the least of {items}"), "greatest": N_("the greatest of {items}")}
_MEMBERS = {
    "any": (N_("at least one member: {value}"), N_("at least one member for whom {where}: {value}")),
    "all": (N_("every member: {value}"), N_("every member for whom {where}: {value}")),
    "sum": (N_("sum over all members of {value}"), N_("sum over members for whom {where} of {value}")),
    "min": (N_("the least over all members of {value}"), N_("the least over members for whom {where} of {value}")),
    "max": (
        N_("the greatest over all members of {value}"),
        N_("the greatest over members for whom {where} of {value}"),
    ),
}
UNITS = {
    "persons": N_("persons"), "years": N_("years"), "share": N_("share"), "days": N_("days"), "days/year": N_("days/year"),
    "minutes": N_("minutes"), "months": N_("months"), "times": N_("times"),
    "yuan": N_("yuan"), "yuan/year": N_("yuan/year"), "yuan/person/year": N_("yuan/person/year"),
    "litre/person/day": N_("litres/person/day"), "euro/year": N_("euro/year"),
    "mu": N_("mu"), "m²": N_("m²"), "eighteenths": N_("eighteenths"), "assets": N_("assets"),
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """Renders for one reader. With `rules`, parameters are shown with their value on that date."""

    pack: Pack
    language: str = "en"
    translate: Translate = str
    rules: Rules | None = None

    def say(self, template: str, *positional: str, **named: str) -> str:
        return self.translate(template).format(*positional, **named)

    def label(self, name: str) -> str:
        return self.pack.label_of(name).in_language(self.language)

    def unit(self, unit: str) -> str:
        return self.translate(UNITS[unit]) if unit in UNITS else unit

    def value(self, value: Value | int, name: str = "", unit: str | None = None) -> str:
        """A value in words; for a dictionary variable with its unit or the label of its code."""
        if value is None:
            return self.say(N_("unknown"))
        if isinstance(value, bool):
            return self.say(N_("yes")) if value else self.say(N_("no"))
        if isinstance(value, Decimal | int):
            unit = self.unit_of(name) if unit is None else unit
            if unit == "share":
                return f"{number(round(Decimal(value) * 100, 1))} %"
            shown = number(Decimal(value) if isinstance(value, int) else round(value, 2))
            return f"{shown} {self.unit(unit)}" if unit else shown
        if isinstance(value, date):
            return value.isoformat()
        variable = self.pack.variables.get(name)
        if variable is not None and value in variable.codes:
            return variable.codes[value].in_language(self.language)
        return value

    def unit_of(self, name: str) -> str:
        for group in (self.pack.variables, self.pack.derived, self.pack.parameters):
            if name in group:
                return group[name].unit
        return ""

    def of(self, node: tree.Expression) -> str:
        """The expression as a phrase."""
        return _PHRASES[type(node)](node, self)

    def joined(self, items: list[str], word: str) -> str:
        return self.translate(word).join(items)


def number(value: Decimal) -> str:
    """Digits grouped by three, without idle zeros."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _name(node: tree.Name, words: Words) -> str:
    return words.label(node.name)


def _previous(node: tree.Previous, words: Words) -> str:
    template = N_("{label} a month before") if node.months == 1 else N_("{label} {months} months before")
    return words.say(template, label=words.label(node.name), months=str(node.months))


def _parameter(node: tree.Parameter, words: Words) -> str:
    label = words.pack.parameters[node.name].label.in_language(words.language)
    rules = words.rules
    if rules is None or (node.name not in rules.parameters and node.name not in rules.given):
        return label
    value = rules.value_of(node.name)
    shown = words.value(value, unit=words.pack.parameters[node.name].unit)
    return words.say(N_("{label} ({value})"), label=label, value=shown)


def _coded(value: tree.Expression, other: tree.Expression, words: Words) -> str:
    """A literal beside a variable of type code is shown by the code's label."""
    if isinstance(value, tree.Literal) and isinstance(other, tree.Name | tree.Previous):
        return words.value(value.value, other.name, unit=None if isinstance(value.value, str) else "")
    return words.of(value)


def _compare(node: tree.Compare, words: Words) -> str:
    return words.say(
        _COMPARISONS[node.operator],
        left=_coded(node.left, node.right, words),
        right=_coded(node.right, node.left, words),
    )


def _junction(word: str) -> Callable[[tree.And | tree.Or, Words], str]:
    def phrase(node: tree.And | tree.Or, words: Words) -> str:
        parts = [words.of(part) for part in node.parts]
        nested = [
            f"({text})" if isinstance(part, tree.And | tree.Or) else text
            for text, part in zip(parts, node.parts, strict=True)
        ]
        return words.joined(nested, word)

    return phrase


def _in(node: tree.In, words: Words) -> str:
    choices = [_coded(choice, node.value, words) for choice in node.choices]
    return words.say(
        N_("{left} is one of: {choices}"), left=words.of(node.value), choices=words.joined(choices, N_(", "))
    )


def _sum(node: tree.Sum, words: Words) -> str:
    text = ""
    for term, negative in zip(node.terms, node.negative, strict=True):
        sign = "−" if negative else "+"
        text += f" {sign} {words.of(term)}" if text or negative else words.of(term)
    return text.strip()


def _case(node: tree.Case, words: Words) -> str:
    parts = [
        words.say(N_("where {condition}: {value}"), condition=words.of(condition), value=words.of(value))
        for condition, value in zip(node.conditions, node.values, strict=True)
    ]
    return words.joined([*parts, words.say(N_("otherwise: {value}"), value=words.of(node.otherwise))], N_("; "))


def _call(node: tree.Call, words: Words) -> str:
    arguments = [words.of(argument) for argument in node.arguments]
    if node.function in _LISTS:
        return words.say(_LISTS[node.function], items=words.joined(arguments, N_(", ")))
    return words.say(_FUNCTIONS[node.function], *arguments)


def _aggregate(node: tree.Aggregate, words: Words) -> str:
    value = "" if node.value is None else words.of(node.value)
    if node.function == "count":
        return (
            words.say(N_("number of members for whom {value}"), value=value)
            if value
            else words.say(N_("number of members"))
        )
    plain, picked = _MEMBERS[node.function]
    return (
        words.say(plain, value=value)
        if node.where is None
        else words.say(picked, value=value, where=words.of(node.where))
    )


def _quantile(node: tree.Quantile, words: Words) -> str:
    template = N_("weighted quantile {share} of {value}, weight {weight}")
    return words.say(template, share=number(node.share), value=words.of(node.value), weight=words.of(node.weight))


_PHRASES: dict[type[tree.Expression], Callable[..., str]] = {
    tree.Literal: lambda node, words: words.value(node.value),
    tree.Name: _name,
    tree.Previous: _previous,
    tree.Parameter: _parameter,
    tree.ScreeningDate: lambda node, words: (
        words.rules.as_of.isoformat() if words.rules else words.say(N_("the screening date"))
    ),
    tree.Met: lambda node, words: words.say(N_("standard met: {label}"), label=words.label(node.standard)),
    tree.Compare: _compare,
    tree.And: _junction(N_(" and ")),
    tree.Or: _junction(N_(" or ")),
    tree.Not: lambda node, words: words.say(N_("not: {part}"), part=words.of(node.part)),
    tree.In: _in,
    tree.IsUnknown: lambda node, words: words.say(N_("{value} is not known"), value=words.of(node.value)),
    tree.Sum: _sum,
    tree.Product: lambda node, words: f"{words.of(node.left)} × {words.of(node.right)}",
    tree.Case: _case,
    tree.Call: _call,
    tree.Aggregate: _aggregate,
    tree.Quantile: _quantile,
}
