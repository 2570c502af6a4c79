"""One household out of files, as the reference evaluator wants it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb

from diguan.engine import plan
from diguan.engine.connection import connect
from diguan.engine.folders import scratch_folder
from diguan.engine.history import History, bring, taken_in
from diguan.engine.intake import EVERYTHING, Checks, Intake, settle, take_in
from diguan.engine.problems import DataRefused
from diguan.engine.screening import computed_values
from diguan.rulebook.problems import N_
from diguan.rulebook.reference import Household, Past, Value
from diguan.rulebook.rules import Rules

_NO_HISTORY: History = {}


@dataclass(frozen=True)
class HouseholdFacts:
    household: Mapping[str, Value]
    members: list[Mapping[str, Value]]
    member_keys: list[str]
    computed: Mapping[str, Decimal | None]
    past: Mapping[int, Past]


def one_household(
    rules: Rules, data: Path, key: str, checks: Checks = EVERYTHING, history: History = _NO_HISTORY
) -> HouseholdFacts:
    """The facts of the household `key` in the files of `data`, checked as for a screening, and those of its past.

    Raises: DataRefused when the data cannot be read, or the household is not there or was refused.
    """
    with scratch_folder() as scratch, connect(spill=scratch) as connection:
        bring(connection, rules, history, scratch, checks)
        intake = take_in(connection, rules, data, scratch, checks)
        if intake.hopeful:
            settle(connection, rules, intake)
        found = _records(connection, "households", "household_id", key)
        if not found:
            raise _absent(intake, key)
        members = _records(connection, "persons", "household_id", key) if intake.has_persons else []
        computed, _ = computed_values(connection, rules, plan.make(rules), intake)
        people = [str(member["person_id"]) for member in members]
        past = {}
        for months in (months for months in rules.former if months in history):
            day = _Day(connection, rules.before(months, history[months].on))
            day.has_persons = taken_in(connection, day.rules, history[months], scratch, checks).has_persons
            own = day.home(key)
            past[months] = Past(day.rules.as_of, own and own[0], [day.stood(person) for person in people])
    return HouseholdFacts(found[0], members, people, computed, past)


@dataclass
class _Day:
    """Who was there on an earlier day; each household is read once."""

    connection: duckdb.DuckDBPyConnection
    rules: Rules
    has_persons: bool = False
    homes: dict[str, tuple[Household, list[str]] | None] = field(default_factory=dict)

    def home(self, key: str) -> tuple[Household, list[str]] | None:
        """A household with the keys of its members."""
        if key not in self.homes:
            facts = _records(self.connection, "households", "household_id", key)
            inside = _records(self.connection, "persons", "household_id", key) if self.has_persons else []
            keys = [str(member["person_id"]) for member in inside]
            self.homes[key] = (Household(self.rules, facts[0], inside), keys) if facts else None
        return self.homes[key]

    def stood(self, person: str) -> tuple[Household, int] | None:
        """The household in which somebody was, and as which of its members."""
        then = _records(self.connection, "persons", "person_id", person) if self.has_persons else []
        where = self.home(str(then[0]["household_id"])) if then else None
        return None if where is None else (where[0], where[1].index(person))


def _records(connection: duckdb.DuckDBPyConnection, view: str, column: str, key: str) -> list[Mapping[str, Value]]:
    relation = connection.execute(f"SELECT * FROM {view} WHERE {column} = ?", [key])
    names = [item[0] for item in relation.description or []]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def _absent(intake: Intake, key: str) -> DataRefused:
    refusal = next((item for item in intake.refusals if item.household == key), None)
    if refusal is None:
        return DataRefused(N_("There is no household {key} in the data."), key=key)
    return DataRefused(N_("Household {key} was refused: {reason}"), key=key, reason=refusal.message())
