"""A household on file under rules: its facts as the reference evaluator wants them."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from diguan import rulebook
from diguan.registry.models import Household, Identifier, Observation, Person
from diguan.rulebook.pack import Variable

Value = bool | Decimal | dt.date | str | None


def typed(value: Any, kind: str) -> Value:
    """A stored value as its dictionary type; unknown when it cannot be read as that."""
    if value is None or isinstance(value, bool):
        return value
    try:
        if kind in ("integer", "decimal", "money"):
            return Decimal(str(value))
        return dt.date.fromisoformat(value) if kind == "date" else str(value)
    except (InvalidOperation, ValueError):
        return None


Numbers = Mapping[int, Identifier]


def facts(document: Mapping[str, Any], pack: rulebook.Pack, numbers: Numbers) -> dict[str, Value]:
    """The values of a facts document, without their provenance; of identifiers the state, and what is read from them."""
    known = pack.variables
    found = {name: typed(fact["v"], known[name].type) for name, fact in document.items() if name in known}
    for name, variable in known.items():
        source = name if variable.type == "identifier" else variable.read_from and variable.read_from.identifier
        if source and source in document:
            kept = numbers.get(document[source]["v"])
            told = None if kept is None else kept.state if source == name else kept.told.get(_part(variable))
            found[name] = told if source == name else typed(told, variable.type)
    return found


def _part(variable: Variable) -> str:
    return variable.read_from.part if variable.read_from else ""


def under(
    rules: rulebook.Rules,
    household: Household,
    members: Sequence[Person],
    numbers: Numbers,
    past: Mapping[int, rulebook.Past],
) -> rulebook.Household:
    """The household as it stands on file now, with its past, to be judged under the rules; `numbers` are its identifiers by id."""
    people = [facts(person.facts, rules.pack, numbers) for person in members]
    return rulebook.Household(rules, facts(household.facts, rules.pack, numbers), people, past=past)


def over_time(
    rules: rulebook.Rules, said: Sequence[Observation], told: Collection[str]
) -> Iterator[rulebook.Household]:
    """The household as known after each observation that tells one of the variables `told`, oldest first.

    Ages are those of the day; everything else is counted by the rules given. A later word replaces an earlier one.
    """
    known = {name: variable for name, variable in rules.pack.variables.items() if variable.type != "identifier"}
    home: dict[str, Value] = {}
    people: dict[str, dict[str, Value]] = {}
    for observation in sorted(said, key=lambda each: (each.observed_on, each.pk)):
        body = observation.body
        home |= {n: typed(v, known[n].type) for n, v in body.get("household", {}).items() if n in known}
        for key, values in body.get("persons", {}).items():
            told_of = {n: typed(v, known[n].type) for n, v in values.items() if n in known}
            people[key] = {**people.get(key, {}), **told_of}
        if not body.get("household", {}).keys().isdisjoint(told):
            of_the_day = replace(rules, as_of=observation.observed_on)
            yield rulebook.Household(of_the_day, dict(home), [dict(person) for person in people.values()])
