"""One household out of files, as the reference evaluator wants it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from diguan.engine import plan
from diguan.engine.computed import computed_values
from diguan.engine.connection import connect
from diguan.engine.files import Location
from diguan.engine.finished import Finished
from diguan.engine.folders import scratch_folder
from diguan.engine.history import History, bring, taken_in
from diguan.engine.intake import EVERYTHING, Checks, Intake, settle, take_in
from diguan.engine.problems import OF_HOUSEHOLD, DataRefused
from diguan.engine.session import OfOneHousehold, OnDuckDB
from diguan.rulebook.problems import N_
from diguan.rulebook.reference import Household, Past, Value
from diguan.rulebook.rules import Rules


@dataclass(frozen=True)
class Beside:
    """What explaining may rest on beside the data: the finished screening of the same data, and earlier snapshots."""

    screening: Finished | None = None
    history: History = field(default_factory=dict)


_NOTHING = Beside()


@dataclass(frozen=True)
class HouseholdFacts:
    household: Mapping[str, Value]
    members: list[Mapping[str, Value]]
    member_keys: list[str]
    computed: Mapping[str, Decimal | None]
    past: Mapping[int, Past]


def one_household(
    rules: Rules, data: Location, key: str, checks: Checks = EVERYTHING, beside: Beside = _NOTHING
) -> HouseholdFacts:
    """The facts of the household `key` in the files of `data`, checked as for a screening, and those of its past.

    Only parameters that have to be computed over everybody make it read everybody. With the finished screening of the
    same data, from whose results `rules` have these parameters, hardly more than the household's own rows is read.

    Raises: DataRefused when the data cannot be read, or the household is not there or was refused.
    """
    with scratch_folder() as scratch, connect(spill=scratch) as connection:
        bring(OnDuckDB(connection), rules, beside.history, scratch, checks)
        if beside.screening is not None:
            beside.screening.check_accepted(key)
        exact = beside.screening is not None and beside.screening.exact_keys
        whole = any(rules.is_computed(name) for name in rules.pack.parameters)
        session = OnDuckDB(connection) if whole else OfOneHousehold(connection, key, exact=exact)
        intake = take_in(session, rules, data, scratch, checks)
        if intake.hopeful:
            settle(session, rules, intake)
        found = _records(connection, "households", "household_id", key)
        if not found:
            raise _absent(intake, key)
        members = _records(connection, "persons", "household_id", key) if intake.has_persons else []
        computed, _ = computed_values(session, rules, plan.make(rules), intake.has_persons)
        people = [str(member["person_id"]) for member in members]
        past = {}
        for months in (months for months in rules.former if months in beside.history):
            given = beside.history[months]
            day = _Day(connection, rules.before(months, given.on))
            day.has_persons = taken_in(OnDuckDB(connection), day.rules, given, scratch, checks).has_persons
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
    own = [item for item in intake.refusals if item.household == key]
    refusal = min(own, key=lambda item: item.reason == OF_HOUSEHOLD, default=None)
    if refusal is None:
        return DataRefused(N_("There is no household {key} in the data."), key=key)
    return DataRefused(N_("Household {key} was refused: {reason}"), key=key, reason=refusal.message())
