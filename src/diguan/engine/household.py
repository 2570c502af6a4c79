"""One household out of files, as the reference evaluator wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from diguan.engine import plan
from diguan.engine.connection import connect
from diguan.engine.files import Location
from diguan.engine.finished import Finished
from diguan.engine.folders import scratch_folder
from diguan.engine.intake import EVERYTHING, Checks, Intake, settle, take_in
from diguan.engine.problems import OF_HOUSEHOLD, DataRefused
from diguan.engine.screening import computed_values
from diguan.engine.session import OfOneHousehold, OnDuckDB
from diguan.rulebook.problems import N_
from diguan.rulebook.reference import Value
from diguan.rulebook.rules import Rules


@dataclass(frozen=True)
class HouseholdFacts:
    household: Mapping[str, Value]
    members: list[Mapping[str, Value]]
    member_keys: list[str]
    computed: Mapping[str, Decimal | None]


def one_household(
    rules: Rules, data: Location, key: str, checks: Checks = EVERYTHING, screening: Finished | None = None
) -> HouseholdFacts:
    """The facts of the household `key` in the files of `data`, checked as for a screening.

    Only parameters that have to be computed over everybody make it read everybody. With the finished `screening` of the
    same data, from whose results `rules` have these parameters, hardly more than the household's own rows is read.

    Raises: DataRefused when the data cannot be read, or the household is not there or was refused.
    """
    with scratch_folder() as scratch, connect(spill=scratch) as connection:
        if screening is not None:
            screening.check_accepted(key)
        exact = screening is not None and screening.exact_keys
        whole = any(rules.is_computed(name) for name in rules.pack.parameters)
        session = OnDuckDB(connection) if whole else OfOneHousehold(connection, key, exact=exact)
        intake = take_in(session, rules, data, scratch, checks)
        if intake.hopeful:
            settle(session, rules, intake)
        found = _records(connection, "households", key)
        if not found:
            raise _absent(intake, key)
        members = _records(connection, "persons", key) if intake.has_persons else []
        computed, _ = computed_values(session, rules, plan.make(rules), intake)
    return HouseholdFacts(found[0], members, [str(member["person_id"]) for member in members], computed)


def _records(connection: duckdb.DuckDBPyConnection, view: str, key: str) -> list[Mapping[str, Value]]:
    relation = connection.execute(f"SELECT * FROM {view} WHERE household_id = ?", [key])
    names = [item[0] for item in relation.description or []]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def _absent(intake: Intake, key: str) -> DataRefused:
    own = [item for item in intake.refusals if item.household == key]
    refusal = min(own, key=lambda item: item.reason == OF_HOUSEHOLD, default=None)
    if refusal is None:
        return DataRefused(N_("There is no household {key} in the data."), key=key)
    return DataRefused(N_("Household {key} was refused: {reason}"), key=key, reason=refusal.message())
