"""The household page and the board with 300,000 households in SQLite: server CPU and queries per page."""

import datetime as dt
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from bench import population
from bench.figures import Figure
from diguan import rulebook
from diguan.rulebook.pack import Variable

AS_OF = dt.date(2020, 5, 29)
HOUSEHOLDS = 300_000
PAGES = 60
WORD = "a-long-bench-word"  # of an account in a folder that is thrown away


def figures(households: int = HOUSEHOLDS) -> list[Figure]:
    """Medians over random households of the demo, which have years of observations; the rest fill the tables."""
    with _installation() as folder:
        _fill(folder, households)
        return [*_household_pages(), *_boards()]


@contextmanager
def _installation() -> Iterator[Path]:
    """A data folder of its own, and Django working on it."""
    folder = Path(tempfile.mkdtemp(prefix="diguan-bench-"))
    os.environ |= {
        "DIGUAN_DATA": str(folder),
        "DIGUAN_SECOND_FACTOR": "optional",
        "DJANGO_SETTINGS_MODULE": "diguan.server.settings",
    }
    import django

    django.setup()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, households: int) -> None:
    """The demo province, and enough further households with one observation each."""
    from django.core.management import call_command
    from django.utils import timezone

    from diguan import demo
    from diguan.access import actions as access
    from diguan.places import actions as places
    from diguan.places import queries
    from diguan.registry import actions as registry
    from diguan.registry.batch import BatchFolder
    from diguan.screening import actions as screening

    call_command("migrate", verbosity=0)
    now, data = timezone.now(), Path(places.__file__).parent / "data"
    places.import_places(file=data / "places-jilin.csv", valid_from=dt.date(2020, 1, 1), by=None, at=now)
    places.import_boundaries(file=data / "counties-jilin.geojson", by=None, at=now)
    pack = rulebook.load(rulebook.shipped() / "cn-jilin-2020")
    made = demo.generate(folder / "demo")
    registry.record_observations(batch=BatchFolder(folder / "demo"), pack=pack, by=None, at=now)
    _write_fillers(pack, folder / "fill", households - made.households)
    report = registry.record_observations(batch=BatchFolder(folder / "fill"), pack=pack, by=None, at=now)
    print(f"filled in {report.households.accepted:,} households, refused {report.refused:,}")
    if report.refused:
        raise RuntimeError(report.refusals[0].message())
    screening.run_screening(pack=pack, as_of=AS_OF, by=None, at=now, draft=True)
    user = access.create_user(username="bench", name="bench", password=WORD, by=None, at=now)
    place = queries.by_code("22")
    access.grant_role(
        user=user, role="provincial_commander", place=place, starts_on=dt.date(2020, 1, 1), by=None, at=now
    )


def _write_fillers(pack: rulebook.Pack, folder: Path, households: int) -> None:
    """Households of the random population as a batch: real villages, one observation each."""
    from diguan.places.models import Place

    population.write(pack, folder / "drawn", households)
    villages = list(Place.objects.filter(level="village").values_list("code", flat=True))
    known = {
        e: [v for v in pack.variables.values() if v.entity == e and not v.read_from] for e in ("household", "person")
    }
    with duckdb.connect() as bench:
        bench.execute(
            "CREATE TABLE villages AS SELECT unnest(?) AS code, generate_subscripts(?, 1) - 1 AS n",
            [villages, villages],
        )
        uuid = "CAST(md5({}) AS UUID)"
        bench.execute(
            f"CREATE VIEW h AS SELECT * REPLACE ({uuid.format('household_id')}::VARCHAR AS household_id) FROM '{folder}/drawn/households.parquet'"
        )
        bench.execute(
            f"CREATE VIEW p AS SELECT * REPLACE ({uuid.format('household_id')}::VARCHAR AS household_id, {uuid.format('person_id')}::VARCHAR AS person_id) "
            f"FROM '{folder}/drawn/persons.parquet'"
        )
        said = {entity: _said(own) for entity, own in known.items()}
        for name, statement in {
            "households": f"SELECT household_id, code AS place, '户' AS name FROM h JOIN villages ON n = hash(household_id) % {len(villages)}",
            "persons": "SELECT person_id, household_id, '人' AS name, row_number() OVER (PARTITION BY household_id ORDER BY person_id) AS ordinal FROM p",
            "observations": "SELECT CAST(md5('o' || h.household_id) AS UUID)::VARCHAR AS instance_id, h.household_id, 'visit' AS source, '' AS reporter, "
            f"DATE '2020-04-01' AS observed_on, CAST(json_object('household', {said['household']}, 'persons', people) AS VARCHAR) AS body "
            f"FROM h JOIN (SELECT household_id, json_group_object(person_id, {said['person']}) AS people FROM p GROUP BY 1) USING (household_id)",
        }.items():
            bench.execute(f"COPY ({statement}) TO '{folder}/{name}.parquet' (FORMAT parquet)")


def _said(variables: list[Variable]) -> str:
    """A JSON object of what is known, numbers with a point and dates as texts."""
    plain = ("boolean", "integer")
    values = [f"'{v.name}', \"{v.name}\"{'' if v.type in plain else '::VARCHAR'}" for v in variables]
    return f"json_object({', '.join(values)})"


def _client() -> Any:
    from django.test import Client

    from diguan.access.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username="bench"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def _household_pages() -> list[Figure]:
    from diguan.access.scope import unscoped
    from diguan.registry.models import Household

    rows = Household.objects.within(unscoped("benchmark")).filter(observations__source="registry").distinct()
    keys = [str(key) for key in rows.order_by("key").values_list("key", flat=True)[: PAGES + 5]]
    cpu, queries = _measured([f"/households/{key}/" for key in keys])
    return [
        Figure("1.household_page_cpu", cpu, "ms of server CPU, median", 60),
        Figure("1.household_page_queries", queries, "queries, most", 25),
    ]


def _boards() -> list[Figure]:
    province, most = _measured(["/board/22/"] * 20)
    listed, queries = _measured(["/households/?place=22", "/households/?place=22&standard=water&outcome=not_met"] * 5)
    return [
        Figure("1.board_province_cpu", province, "ms of server CPU, median", 150),
        Figure("1.board_province_queries", most, "queries, most", 25),
        Figure("1.household_list_cpu", listed, "ms of server CPU, median"),
        Figure("1.household_list_queries", queries, "queries, most", 25),
    ]


def _measured(paths: list[str]) -> tuple[float, float]:
    """Median CPU per page in ms (the first five warm up), and the most queries of any."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = _client()
    connection.queries_log.clear()  # it keeps the last 9,000 only, and capturing counts from its length
    with CaptureQueriesContext(connection) as first:
        _expect(client.get(paths[0]))
    most = len(first)  # before the next request empties the log
    taken = [_cpu(lambda path=path: _expect(client.get(path))) for path in paths]
    return statistics.median(taken[5:] or taken) * 1000, float(most)


def _expect(response: Any) -> None:
    if response.status_code != 200:
        raise RuntimeError(f"{response.request['PATH_INFO']}: {response.status_code}")


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
