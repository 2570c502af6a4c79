"""A household on file under rules: its facts as the reference evaluator wants them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from diguan import rulebook
from diguan.registry.models import Household, Observation, Person

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


def facts(document: Mapping[str, Any], pack: rulebook.Pack) -> dict[str, Value]:
    """The values of a facts document, without their provenance."""
    known = pack.variables
    return {name: typed(fact["v"], known[name].type) for name, fact in document.items() if name in known}


def under(rules: rulebook.Rules, household: Household, members: Sequence[Person]) -> rulebook.Household:
    """The household as it stands on file now, to be judged under the rules."""
    people = [facts(person.facts, rules.pack) for person in members]
    return rulebook.Household(rules, facts(household.facts, rules.pack), people)


def as_said(rules: rulebook.Rules, observation: Observation) -> rulebook.Household:
    """What one observation alone says, counted by the rules as if on its day."""
    known = rules.pack.variables
    body = observation.body

    def read(values: Mapping[str, Any]) -> dict[str, Value]:
        return {name: typed(value, known[name].type) for name, value in values.items() if name in known}

    people = [read(values) for values in body.get("persons", {}).values()]
    return rulebook.Household(replace(rules, as_of=observation.observed_on), read(body.get("household", {})), people)
