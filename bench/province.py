"""A small province and batches of random households for it, of a pack just large enough to be quick."""

import datetime as dt
import functools
import uuid
from pathlib import Path

import duckdb

VILLAGES = 200
FIRST = 990101001201
ON = dt.date(2020, 5, 2)


def prepare() -> None:
    """Make the tables, and a county of villages."""
    from django.core.management import call_command
    from django.utils import timezone

    from diguan.places import actions

    call_command("migrate", verbosity=0)
    rows = [{"code": "990101001", "name": "Township", "level": "township", "parent_code": ""}]
    rows += [
        {"code": str(FIRST + n), "name": f"Village {n}", "level": "village", "parent_code": "990101001"}
        for n in range(VILLAGES)
    ]
    actions.import_places(rows=rows, valid_from=dt.date(2015, 1, 1), by=None, at=timezone.now())


def write(folder: Path, households: int, *, seed: int = 0) -> Path:
    """A batch of households with on average 3.2 members and one observation each, of about twenty values."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as bench:
        bench.execute(f"""
            CREATE TABLE h AS SELECT i, md5('h{seed} ' || i)::UUID::VARCHAR AS household_id,
                   ({FIRST} + hash(i) % {VILLAGES})::VARCHAR AS place, '户' || i AS name,
                   (1 + hash(i, 'm') % 5 + (hash(i, 'n') % 5 = 0)::INTEGER)::BIGINT AS members FROM range({households}) AS t(i)""")
        bench.execute("""
            CREATE TABLE p AS SELECT i, j AS ordinal, household_id, md5(household_id || j)::UUID::VARCHAR AS person_id,
                   '人' || j AS name FROM (SELECT *, unnest(range(1, members + 1)) AS j FROM h)""")
        amounts = ", ".join(
            f"'{name}', (hash(i, '{name}') % 90000)::VARCHAR || '.50'"
            for name in (
                "planting_receipts",
                "livestock_receipts",
                "operating_costs",
                "farm_subsidies",
                "family_support",
            )
        )
        bench.execute(f"""
            CREATE TABLE o AS SELECT md5('o' || household_id)::UUID::VARCHAR AS instance_id, household_id,
                   'visit' AS source, 'bench' AS reporter, '{ON}' AS observed_on,
                   json_object('household', json_object({amounts}, 'staple_food_enough', true, 'housing_grade', 'B'),
                               'persons', people)::VARCHAR AS body
            FROM h JOIN (SELECT household_id, json_group_object(person_id, json_object(
                     'birth_date', (DATE '1940-01-01' + (hash(i, ordinal) % 25000)::INTEGER)::VARCHAR,
                     'wage_income', (hash(i, ordinal, 'w') % 30000)::VARCHAR, 'health_status', 'healthy')) AS people
                   FROM p GROUP BY 1) USING (household_id)""")
        for name, columns in {
            "households": "household_id, place, name FROM h",
            "persons": "person_id, household_id, name, ordinal FROM p",
            "observations": "* FROM o",
        }.items():
            bench.execute(f"COPY (SELECT {columns}) TO '{folder}/{name}.parquet' (FORMAT parquet)")
    return folder


@functools.cache
def pack():  # type: ignore[no-untyped-def]
    from diguan import rulebook

    return rulebook.load(rulebook.shipped() / "cn-jilin-2020")


def visit(household: str, said: dict[str, object], *, instance: str | None = None):  # type: ignore[no-untyped-def]
    """One visit as a batch."""
    from diguan.registry.batch import Batch, ObservationRow

    row = ObservationRow(instance or str(uuid.uuid4()), household, "visit", ON, {"household": said, "persons": {}})
    return Batch(observations=[row])


def counts() -> dict[str, int]:
    """Households, people and observations on file."""
    from diguan.registry.models import Household, Observation, Person

    return {model.__name__: model.objects.unscoped("a benchmark").count() for model in (Household, Person, Observation)}


def keys(number: int) -> list[str]:
    from diguan.registry.models import Household

    found = Household.objects.unscoped("a benchmark").order_by("id").values_list("key", flat=True)[:number]
    return [str(key) for key in found]
