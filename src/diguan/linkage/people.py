"""People of the registry, and of a list, as the files that are compared. The files are private, and soon gone.

Everything is set-based: rows go from the database to DuckDB in chunks, and from there to Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db.models import TextField
from django.db.models.functions import Cast

from diguan.access.scope import Scope
from diguan.engine.sql import text
from diguan.linkage.models import Roll, RollEntry
from diguan.registry import relations
from diguan.registry.models import Identifier, Person
from diguan.rulebook.pack import Identity

_PEOPLE = {
    "id": "BIGINT", "key": "VARCHAR", "home": "BIGINT", "place": "VARCHAR", "number": "BIGINT", "name": "VARCHAR",
    "facts": "JSON",
}  # fmt: skip
_NUMBERS = {"id": "BIGINT", "scheme": "VARCHAR", "mac": "VARCHAR"}
_ENTRIES = {
    "id": "BIGINT", "key": "VARCHAR", "home": "VARCHAR", "place": "VARCHAR", "number": "BIGINT", "name": "VARCHAR",
    "sex": "VARCHAR", "born": "VARCHAR", "relation": "VARCHAR", "scheme": "VARCHAR", "mac": "VARCHAR",
}  # fmt: skip


def bring_registry(bench: relations.Bench, scope: Scope, identity: Identity, *, with_left: bool) -> int:
    """Make the tables register and standing; return how many people there are.

    `with_left` takes those too who have left their household.
    Rows: register has one per person who is not said to be somebody else; standing one per number that holds of somebody.
    Unknown: NULL.
    """
    there = Person.objects.within(scope).filter(same_as=None)
    there = there if with_left else there.filter(left_on=None)
    columns = (
        "id", Cast("key", TextField()), "household_id", "household__place__code", "place_number", "name",
        Cast("facts", TextField()),
    )  # fmt: skip
    rows = there.order_by().values_list(*columns).iterator(chunk_size=relations.CHUNK)
    relations.fill(bench, "people", _PEOPLE, rows)
    kept = Identifier.objects.within(scope).filter(variable__in=identity.numbers, person__isnull=False).order_by()
    relations.fill(
        bench, "numbers", _NUMBERS, kept.values_list("id", "scheme", "mac").iterator(chunk_size=relations.CHUNK)
    )
    held = " UNION ALL ".join(_held(name, at) for at, name in enumerate(identity.numbers)) or _NO_NUMBERS
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE standing AS {held};
        CREATE OR REPLACE TEMP TABLE register AS
        SELECT p.id, p.key, p.home, p.place, p.number, p.name, {_sex(identity)} AS sex, {_fact(identity.birth_date)} AS born,
               {_fact(identity.relation)} AS relation, s.mac
        FROM people p LEFT JOIN standing s ON s.person = p.id AND s.at = 0;
        DROP TABLE people; DROP TABLE numbers""")
    return _count(bench, "register")


def bring_list(bench: relations.Bench, scope: Scope, roll: Roll) -> int:
    """Make the table listed: everybody on a list; return how many there are."""
    rows = RollEntry.objects.within(scope).filter(roll=roll).order_by()
    columns = (
        "id", Cast("fingerprint", TextField()), "household", "place__code", "place_number", "name", "sex", "born",
        "relation", "scheme", "mac",
    )  # fmt: skip
    relations.fill(bench, "listed", _ENTRIES, _unset(rows.values_list(*columns).iterator(chunk_size=relations.CHUNK)))
    return _count(bench, "listed")


def write(bench: relations.Bench, table: str, file: Path) -> Path:
    """Write register or listed as the file that matching reads; who has no name is compared by number alone."""
    bench.execute(f"""
        COPY (SELECT id::VARCHAR AS person_key, name, sex, born AS birth_date, place, home::VARCHAR AS household_key,
                     relation, mac AS id_mac
              FROM {table} WHERE trim(name) <> '' ORDER BY id)
        TO {text(str(file))} (FORMAT parquet)""")
    return file


def _count(bench: relations.Bench, table: str) -> int:
    return int(bench.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _unset(rows: Iterator[relations.Row]) -> Iterator[relations.Row]:
    """Empty texts as unknown."""
    return (tuple(None if value == "" else value for value in row) for row in rows)


_NO_NUMBERS = "SELECT NULL::BIGINT AS person, 0 AS at, NULL AS scheme, NULL AS mac WHERE FALSE"


def _held(variable: str, at: int) -> str:
    """SQL of the numbers that hold of people as one variable."""
    number = f"TRY_CAST({_fact(variable)} AS BIGINT)"
    return f"SELECT p.id AS person, {at} AS at, n.scheme, n.mac FROM people p JOIN numbers n ON n.id = {number}"


def _fact(variable: str) -> str:
    """SQL of a fact's value as text; NULL where the pack names no such variable."""
    return f"(p.facts -> {text(variable)} ->> 'v')" if variable else "CAST(NULL AS VARCHAR)"


def _sex(identity: Identity) -> str:
    words = ((identity.male, "male"), (identity.female, "female"))
    cases = " ".join(f"WHEN {text(code)} THEN {text(sex)}" for code, sex in words if code)
    return f"CASE {_fact(identity.sex)} {cases} END" if cases else "CAST(NULL AS VARCHAR)"
