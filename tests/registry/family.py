"""Household Li of Liujia Village: Li Ming and his daughter Li Hua."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import duckdb
from tests import cast as people

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.registry import actions, staging
from diguan.registry.batch import Batch, BatchFolder, HouseholdRow, ObservationRow, PersonRow, Report
from diguan.registry.models import Household, Person

LI, MING, HUA = (UUID(int=number, version=4) for number in (1, 2, 3))
EVERYWHERE = Scope(((0, 10**12),))
LI_BATCH = Batch(
    households=[HouseholdRow(LI, people.LIUJIA, "Li Ming")],
    persons=[PersonRow(MING, LI, "Li Ming", 1), PersonRow(HUA, LI, "Li Hua", 2)],
)


@dataclass(frozen=True)
class Office:
    """Where observations come in."""

    pack: rulebook.Pack

    def record(self, *observations: ObservationRow, batch: Batch | BatchFolder | None = None) -> Report:
        given = batch or Batch(observations=observations)
        return actions.record_observations(batch=given, pack=self.pack, by=None, at=people.NOW)

    def visit(
        self,
        household: dict[str, Any] | None = None,
        persons: dict[str, dict[str, Any]] | None = None,
        *,
        on: dt.date | str = "2020-05-01",
        source: str = "visit",
        of: UUID = LI,
        instance_id: UUID | None = None,
    ) -> Report:
        return self.record(said(household, persons, on=on, source=source, of=of, instance_id=instance_id))


def said(
    household: dict[str, Any] | None = None,
    persons: dict[str, dict[str, Any]] | None = None,
    *,
    on: dt.date | str = "2020-05-01",
    source: str = "visit",
    of: UUID = LI,
    instance_id: UUID | None = None,
) -> ObservationRow:
    body = {"household": household or {}, "persons": persons or {}}
    return ObservationRow(instance_id or uuid4(), of, source, on, body)


def settled(pack: rulebook.Pack) -> Office:
    """An office with Household Li on file; the tree of the cast must stand."""
    office = Office(pack)
    assert office.record(batch=LI_BATCH).accepted == 3
    return office


def li() -> Household:
    return Household.objects.within(EVERYWHERE).get(key=LI)


def facts() -> dict[str, Any]:
    """What holds of Household Li now, variable by variable."""
    return {name: fact["v"] for name, fact in li().facts.items()}


def facts_of(person: UUID) -> dict[str, Any]:
    found = Person.objects.within(EVERYWHERE).get(key=person)
    return {name: fact["v"] for name, fact in found.facts.items()}


def as_files(folder: Path, batch: Batch) -> BatchFolder:
    """The batch as the files that other programs write."""
    rows = {
        "households": [(str(row.key), row.place, row.name) for row in batch.households],
        "persons": [(str(row.key), str(row.household), row.name, row.ordinal) for row in batch.persons],
        "observations": [
            (str(row.instance_id), str(row.household), row.source, row.reporter, row.observed_on, json.dumps(row.body))
            for row in batch.observations
        ],
    }
    with duckdb.connect() as connection:
        for name, columns in staging.COLUMNS.items():
            types = [{"ordinal": "INTEGER", "observed_on": "DATE"}.get(column, "VARCHAR") for column in columns]
            typed = ", ".join(f"{column} {kind}" for column, kind in zip(columns, types, strict=True))
            connection.execute(f"CREATE TABLE {name} ({typed})")
            if rows[name]:
                connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows[name])
            connection.execute(f"COPY {name} TO '{folder / name}.parquet'")
    return BatchFolder(folder)
