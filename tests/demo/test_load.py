"""The province on file: nothing refused, marked as made up, accounts that can look at it."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from pathlib import Path

import pytest

from diguan import engine, rulebook
from diguan.access import queries as access
from diguan.access.models import User
from diguan.access.scope import unscoped
from diguan.demo import accounts, census, policy
from diguan.demo.load import NAME, compare, load
from diguan.linkage import queries
from diguan.linkage.models import Match
from diguan.places import actions as places
from diguan.registry import snapshots
from diguan.registry.models import Registry
from diguan.rulebook import Pack

NOW = dt.datetime(2020, 6, 1, 9, 0, tzinfo=dt.UTC)
SCALE = 0.002

pytestmark = pytest.mark.django_db


@pytest.fixture
def jilin() -> None:
    with resources.as_file(resources.files("diguan.places") / "data" / "places-jilin.csv") as file:
        places.import_places(file=file, valid_from=dt.date(2010, 1, 1), by=None, at=NOW)


def test_a_province_is_recorded_whole_and_screened_to_its_counts(jilin: None, pack: Pack, tmp_path: Path) -> None:
    loaded = load(pack=pack, scale=SCALE, by=None, at=NOW)
    assert loaded.report.refused == loaded.report.unchanged == 0
    assert loaded.report.households.accepted == loaded.made.households
    registry = Registry.objects.get()
    assert (registry.name, registry.synthetic, registry.seed) == (NAME, True, loaded.made.seed)

    numbers = policy.read(pack)
    snapshot = snapshots.write(pack=pack, as_of=numbers.as_of, folder=tmp_path, scope=unscoped("a test"))
    assert snapshot.unreadable == {}
    engine.screen(rulebook.at(pack, numbers.as_of), snapshot.folder, tmp_path / "out")
    assert _persons(tmp_path / "out") == census.targets(numbers, SCALE)[0]


def test_some_stand_twice_and_a_list_shows_who_was_forgotten(jilin: None, pack: Pack) -> None:
    load(pack=pack, scale=0.02, by=None, at=NOW)
    compare(pack=pack, by=None, at=NOW)
    everywhere = unscoped("a test")
    found = Match.objects.within(everywhere).filter(is_first=True, roll__isnull=True)
    assert found.exists()
    assert {each.decision for each in found} <= {"number", "same", "through", "review"}
    [roll] = queries.rolls()
    counts = queries.counts(everywhere, [roll])[roll.pk]
    assert counts["missing"] >= 10
    assert counts["found"] > counts["missing"]
    assert set(roll.refusals) == {"no_name", "total_row", "number_unreadable", "place_set_aside"}


def _persons(results: Path) -> dict[str, int]:
    import duckdb

    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            f"SELECT cohort, sum(persons)::BIGINT FROM '{results}/outcomes.parquet' "
            "WHERE cohort NOT IN ('none', 'unknown') GROUP BY 1"
        ).fetchall()
    return dict(found)


def test_accounts_see_what_they_were_granted_and_the_stranger_nothing(jilin: None) -> None:
    accounts.create(by=None, at=NOW)
    for account in accounts.listed():
        user = User.objects.get(username=account.username)
        assert user.check_password(account.password)
        granted = access.live_grants(user, NOW.date())
        assert bool(granted) == (account.username != "stranger")
    assert len(accounts.listed()) == 9
