"""Slices of a file carried into the registry, or tried: the same code, whose transaction is taken back in a trial.

What became of each household is written beside the import, slice by slice, before the transaction ends; so that a
carrying that was cut off goes on with the next slice, and none counts twice.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from diguan.engine.sql import text
from diguan.intake import ready
from diguan.intake.lines import Bench
from diguan.intake.ready import Order
from diguan.journal import actions as journal
from diguan.registry import actions as registry
from diguan.registry import relations
from diguan.registry.batch import BatchFolder, Report
from diguan.registry.models import Household, Observation, Person

_FACTS = {"key": "UUID", "facts": "VARCHAR"}


@dataclass(frozen=True)
class Carrier:
    """Who carries what, and whether it is meant."""

    order: Order
    out: Path  # folder of what became of each household
    by: journal.Actor | None
    at: dt.datetime
    is_trial: bool


class _TakenBack(Exception):
    """Ends the transaction of a trial."""


def carry_slice(bench: Bench, carrier: Carrier, number: int, done: Callable[[], None]) -> None:
    """Record one slice, note what became of its households, and call `done` in the same transaction.

    A household that the registry refuses is left out as a whole, and the slice begun again without it.
    """
    while (refused := _attempt(bench, carrier, number, done)) is not None:
        ready.drop(bench, refused)


def _attempt(
    bench: Bench, carrier: Carrier, number: int, done: Callable[[], None]
) -> dict[str, tuple[str, str]] | None:
    folder = carrier.out / "slice"
    ready.write_slice(bench, number, carrier.order.source, folder)
    _bring_before(bench, carrier, number)
    refused: dict[str, tuple[str, str]] = {}
    try:
        with transaction.atomic():
            report = registry.record_observations(
                batch=BatchFolder(folder), pack=carrier.order.pack, by=carrier.by, at=carrier.at
            )
            refused = _refused(report)
            if refused:
                raise _TakenBack
            _bring_facts(bench, "facts_after", carrier, number)
            _note(bench, carrier, number)
            done()
            if carrier.is_trial:
                raise _TakenBack
    except _TakenBack:
        pass
    return refused or None


def _refused(report: Report) -> dict[str, tuple[str, str]]:
    """By household key, the first reason for which any of its rows was refused."""
    found: dict[str, tuple[str, str]] = {}
    for refusal in report.refusals:
        key = refusal.household or refusal.key
        found.setdefault(key, (refusal.reason, json.dumps(dict(refusal.params), ensure_ascii=False)))
    return found


def _bring_before(bench: Bench, carrier: Carrier, number: int) -> None:
    """What is on file of the slice before anything is written: facts, and observations that are there already."""
    _bring_facts(bench, "facts_before", carrier, number)
    asked = _keys(
        bench, f"SELECT instance_id::VARCHAR FROM ready WHERE slice = {number} AND is_known AND body IS NOT NULL"
    )
    known = relations.found(Observation.objects.within(carrier.order.scope), "instance_id", asked, ("instance_id",))
    relations.fill(bench, "said_before", {"key": "UUID"}, known)


def _bring_facts(bench: Bench, table: str, carrier: Carrier, number: int) -> None:
    """The facts of households and people of the slice that were on file before it."""
    scope, mine = carrier.order.scope, f"r.slice = {number} AND r.is_known"
    homes = _keys(bench, f"SELECT key::VARCHAR FROM ready r WHERE {mine}")
    people = _keys(bench, f"SELECT m.key::VARCHAR FROM members m JOIN ready r USING (g) WHERE {mine} AND m.is_known")
    relations.fill(
        bench, table, _FACTS, _facts(relations.found(Household.objects.within(scope), "key", homes, ("key", "facts")))
    )
    relations.append(
        bench, table, _FACTS, _facts(relations.found(Person.objects.within(scope), "key", people, ("key", "facts")))
    )


def _facts(rows: Iterator[relations.Row]) -> Iterator[relations.Row]:
    return ((key, relations.json_text(facts)) for key, facts in rows)


def _keys(bench: Bench, sql: str) -> list[str]:
    return [row[0] for row in bench.execute(f"{sql} ORDER BY 1").fetchall()]


def _note(bench: Bench, carrier: Carrier, number: int) -> None:
    """Write what became of the slice: households-N.parquet and changes-N.parquet."""
    bench.execute(_CHANGES.format(mine=f"r.slice = {number}"))
    for name, statement in (("changes", "SELECT * FROM changes"), ("households", _HOUSEHOLDS)):
        file = carrier.out / f"{name}-{number:05}.parquet"
        sql = statement.format(mine=f"r.slice = {number}")
        bench.execute(f"COPY ({sql}) TO {text(str(file) + '.part')} (FORMAT parquet)")
        Path(f"{file}.part").replace(file)


# Only households on file have changes to show; of a new one everything is new.
_CHANGES = """
CREATE OR REPLACE TEMP TABLE changes AS
WITH before_said AS (SELECT key, unnest(map_entries(CAST(facts::JSON AS MAP(VARCHAR, JSON)))) AS said FROM facts_before),
after_said AS (SELECT key, unnest(map_entries(CAST(facts::JSON AS MAP(VARCHAR, JSON)))) AS said FROM facts_after),
before AS (SELECT key, said.key AS variable, said.value->'v' AS v, said.value->>'c' AS c FROM before_said),
after AS (SELECT key, said.key AS variable, said.value->'v' AS v, said.value->>'c' AS c FROM after_said),
whose AS (
  SELECT r.g, r.key, NULL::UUID AS person, NULL::BIGINT AS n FROM ready r WHERE {mine}
  UNION ALL SELECT r.g, m.key, m.key, m.n FROM members m JOIN ready r USING (g) WHERE {mine})
SELECT w.g, w.person, w.n, variable, b.v::VARCHAR AS old, a.v::VARCHAR AS new,
       CASE WHEN b.v IS NULL THEN 'added' WHEN a.v::VARCHAR <> b.v::VARCHAR THEN 'changed' ELSE 'disputed' END AS kind
FROM after a LEFT JOIN before b USING (key, variable) JOIN whose w USING (key)
WHERE b.v IS NULL OR a.v::VARCHAR <> b.v::VARCHAR OR (a.c IS NOT NULL AND a.c IS DISTINCT FROM b.c)
UNION ALL
SELECT r.g, m.key, m.n, NULL, NULL, NULL, 'person' FROM members m JOIN ready r USING (g)
WHERE {mine} AND r.is_known AND NOT m.is_known
"""

_HOUSEHOLDS = """
WITH counted AS (SELECT g, count(*) AS changes FROM changes GROUP BY g),
people AS (
  SELECT g, count(*) AS persons, count(*) FILTER (NOT is_known) AS persons_new,
         count(*) FILTER (matched = 'identifier') AS by_id_number, count(*) FILTER (matched = 'number') AS by_number,
         count(*) FILTER (matched = 'name') AS by_name
  FROM members GROUP BY g)
SELECT r.g, h.first_n, h.number, r.key, r.place, r.name, h.matched, r.observed_on,
       CASE WHEN NOT r.is_known THEN 'new' WHEN coalesce(c.changes, 0) > 0 THEN 'changed'
            WHEN r.body IS NULL OR s.key IS NOT NULL THEN 'unchanged' ELSE 'confirmed' END AS verdict,
       coalesce(c.changes, 0) AS changes, coalesce(p.persons, 0) AS persons, coalesce(p.persons_new, 0) AS persons_new,
       coalesce(p.by_id_number, 0) AS by_id_number, coalesce(p.by_number, 0) AS by_number, coalesce(p.by_name, 0) AS by_name,
       h.household_name IS NOT NULL AND r.is_known AND h.household_name <> h.on_name AS is_name_other
FROM ready r JOIN homes h USING (g) LEFT JOIN counted c USING (g) LEFT JOIN people p USING (g)
LEFT JOIN said_before s ON s.key = r.instance_id
WHERE {mine}
"""
