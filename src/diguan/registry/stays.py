"""Who belonged to which household, and where it was, on a day: for whole snapshots in DuckDB.

Whoever never moved has one stay, which the row of the person itself tells. Earlier ones, and earlier places, stand in
tables of their own. A stay counts on a day if it had begun and not ended by then; with a day of knowledge, beginnings and
ends that were recorded later had not happened.
"""

import datetime as dt
from collections.abc import Iterator

from django.db.models import TextField
from django.db.models.functions import Cast

from diguan.access.scope import Scope
from diguan.registry import relations
from diguan.registry.models import FormerPlace, FormerStay, Household, Person

_SPAN = {
    "begun_on": "DATE",
    "begun_known": "TIMESTAMPTZ",
    "ended_on": "DATE",
    "ended_known": "TIMESTAMPTZ",
}
HOUSEHOLDS = {
    "id": "BIGINT", "owner": "BIGINT", "key": "UUID", "facts": "VARCHAR", "place": "VARCHAR", "number": "BIGINT",
    "registered": "TIMESTAMPTZ", **_SPAN,
}  # fmt: skip
PERSONS = {
    "id": "BIGINT", "owner": "BIGINT", "key": "UUID", "facts": "VARCHAR", "ordinal": "INTEGER",
    "registered": "TIMESTAMPTZ", **_SPAN,
}  # fmt: skip


def households(scope: Scope) -> Iterator[relations.Row]:
    """Rows as HOUSEHOLDS names them; keys as text, because half a million UUID objects take longer than all the rest."""
    columns = ("id", "id", Cast("key", TextField()), Cast("facts", TextField()), "place__code", "place_number")
    span = ("registered_at", "began_on", "began_by__recorded_at", "ended_on", "ended_by__recorded_at")
    rows = Household.objects.within(scope).order_by().values_list(*columns, *span)
    return rows.iterator(chunk_size=relations.CHUNK)


def persons(scope: Scope) -> Iterator[relations.Row]:
    """Rows as PERSONS names them; somebody found twice comes once."""
    columns = ("id", "household_id", Cast("key", TextField()), Cast("facts", TextField()), "ordinal")
    span = ("registered_at", "joined_on", "joined_by__recorded_at", "left_on", "left_by__recorded_at")
    rows = Person.objects.within(scope).filter(same_as=None).order_by().values_list(*columns, *span)
    return rows.iterator(chunk_size=relations.CHUNK)


def bring(bench: relations.Bench, scope: Scope, as_of: dt.date, known_until: dt.datetime) -> None:
    """Make the tables moment, and earlier_stays and earlier_places as they hold on the day."""
    relations.fill(bench, "moment", {"day": "DATE", "known": "TIMESTAMPTZ"}, [(as_of, known_until)])
    columns = ("person_id", "household_id", "joined_on", "joined_by__recorded_at", "left_on", "left_by__recorded_at")
    rows = FormerStay.objects.within(scope).order_by().values_list(*columns)
    relations.fill(bench, "former", {"person_id": "BIGINT", "household_id": "BIGINT", **_SPAN}, rows)
    bench.execute(
        f"CREATE OR REPLACE TEMP TABLE earlier_stays AS SELECT person_id, household_id FROM former r, moment WHERE {_holds()}"
    )
    spans = ("household_id", "place__code", "left_on", "left_by__recorded_at", "place__number")
    places = FormerPlace.objects.within(scope).order_by().values_list(*spans)
    shape = {
        "household_id": "BIGINT",
        "place": "VARCHAR",
        "ended_on": "DATE",
        "ended_known": "TIMESTAMPTZ",
        "number": "BIGINT",
    }
    relations.fill(bench, "left_places", shape, places)
    bench.execute(_EARLIER_PLACES)


def _holds() -> str:
    """SQL: whether the stay r holds on the day, as far as was known."""
    begun = "(r.begun_known IS NULL OR r.begun_known < known) AND (r.begun_on IS NULL OR r.begun_on <= day)"
    ended = "r.ended_on IS NOT NULL AND r.ended_on <= day AND (r.ended_known IS NULL OR r.ended_known < known)"
    return f"{begun} AND NOT ({ended})"


# Of several moves after the day the first tells where the household was.
_EARLIER_PLACES = """
CREATE OR REPLACE TEMP TABLE earlier_places AS
SELECT household_id, arg_min(place, ended_on) AS place, arg_min(number, ended_on) AS number
FROM left_places, moment WHERE ended_on > day OR ended_known >= known GROUP BY household_id"""

HOUSEHOLDS_THEN = f"""
JOIN moment ON r.registered < known AND {_holds()} LEFT JOIN earlier_places w ON w.household_id = r.id"""

PERSONS_THEN = f"""
JOIN (SELECT r.id AS person_id, r.owner AS household_id FROM raw r JOIN moment ON r.registered < known AND {_holds()}
      UNION ALL SELECT * FROM earlier_stays) s ON s.person_id = r.id"""
