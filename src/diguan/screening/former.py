"""A household on file as it stood some months ago, for rules that look back and for the reasons on its page."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.registry import as_of
from diguan.registry.models import Household, Person
from diguan.registry.queries import Facts
from diguan.screening import evaluation


@dataclass(frozen=True)
class State:
    """The household as the reference evaluator wants it, and the documents that its values stand in.

    `persons` has a document for each of today's members, in their order; an empty one for who was not there.
    """

    past: rulebook.Past
    household: Facts
    persons: Sequence[Facts]

    @property
    def on(self) -> dt.date:
        return self.past.on


def states(
    scope: Scope, rules: rulebook.Rules, household: Household, members: Sequence[Person], numbers: evaluation.Numbers
) -> dict[int, State]:
    """What was known of a household by how many months ago, as far as the rules look back.

    Unknown: what lies outside the reader's scope, such as the former household of somebody who moved in.
    """
    return {
        months: _Day(scope, rules, months, numbers).state(household, members) for months in rules.former
    }  # fmt: skip


class _Day:
    def __init__(self, scope: Scope, rules: rulebook.Rules, months: int, numbers: evaluation.Numbers) -> None:
        self.scope, self.numbers = scope, numbers
        self.on = rulebook.numbers.months_before(rules.as_of, months)
        self.rules = rules.before(months, self.on)

    def state(self, household: Household, members: Sequence[Person]) -> State:
        then, home = self._stood(household)
        documents: dict[UUID, Facts] = dict(then.persons)
        where = {key: (home, index) for index, key in enumerate(then.persons)}
        elsewhere = [person for person in members if person.key not in where]
        for other in as_of.former_homes(self.scope, elsewhere):
            there, inside = self._stood(other)
            for index, key in enumerate(there.persons):
                where.setdefault(key, (inside, index))
                documents.setdefault(key, there.persons[key])
        moment = as_of.Moment(self.on)
        was_there = moment.holds((household.began_on, household.began_by), (household.ended_on, household.ended_by))
        past = rulebook.Past(self.on, home if was_there else None, [where.get(person.key) for person in members])
        return State(past, then.household, [documents.get(person.key, {}) for person in members])

    def _stood(self, household: Household) -> tuple[as_of.FactsAsOf, rulebook.Household]:
        found = as_of.facts_as_of(self.scope, household, self.on, pack=self.rules.pack)
        people = [evaluation.facts(facts, self.rules.pack, self.numbers) for facts in found.persons.values()]
        home = evaluation.facts(found.household, self.rules.pack, self.numbers)
        return found, rulebook.Household(self.rules, home, people)


def pasts(states: Mapping[int, State]) -> dict[int, rulebook.Past]:
    return {months: state.past for months, state in states.items()}
