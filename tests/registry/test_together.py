"""Killed at a random moment, sent twice, said by many at once: on either store nothing is lost and nothing stands in part.

The measurements of bench, with few rounds; `make bench ARGS=reliability` makes them long.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import QuerySet
from tests import cast as of
from tests import stores
from tests.registry.family import EVERYWHERE, Office

from diguan.registry.batch import Batch, HouseholdRow
from diguan.registry.models import Household

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """What bench.reliability finds on a database of its own, by name without the store's."""
    store = "postgresql" if stores.IS_POSTGRESQL else "sqlite"
    root = Path(__file__).resolve().parents[2]
    with stores.database_for_programs() as env:
        data = str(tmp_path_factory.mktemp("together"))
        words = [sys.executable, "-m", "bench.reliability", store, "--short"]
        done = subprocess.run(
            words,
            cwd=root,
            env={**os.environ, **env, "DIGUAN_DATA": data, "PYTHONPATH": "src"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return {each["name"].replace(f"_{store}", ""): each for each in json.loads(done.stdout.splitlines()[-1])}


def test_an_import_that_is_killed_stands_whole_or_not_at_all(figures: dict[str, dict[str, float]]) -> None:
    assert figures["2.kills_at_work"]["value"] > 0
    assert figures["2.kills_partial"]["value"] == 0


def test_an_import_that_was_killed_completes_when_run_again_and_then_changes_nothing(
    figures: dict[str, dict[str, float]],
) -> None:
    assert figures["2.kills_unfinished"]["value"] == 0
    assert figures["2.kills_repeats"]["value"] == 0


def test_a_submission_counts_once_however_many_send_it_at_once(figures: dict[str, dict[str, float]]) -> None:
    assert figures["2.submissions_lost"]["value"] == 0
    assert figures["2.submissions_wrong"]["value"] == 0


def test_what_many_say_of_one_household_at_once_is_all_on_file_and_makes_the_facts(
    figures: dict[str, dict[str, float]],
) -> None:
    assert figures["2.edits_lost"]["value"] == 0
    assert figures["2.edits_unequal"]["value"] == 0


@stores.on_postgresql
def test_the_server_knows_how_large_a_table_is_that_a_batch_has_filled(office: Office) -> None:
    """Without that it joins every row with every other, and an import of minutes takes hours."""
    rows = [HouseholdRow(UUID(int=10_000 + number, version=4), of.LIUJIA, "made up") for number in range(1_200)]
    assert office.record(batch=Batch(households=rows)).accepted == 1_200
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'registry_household'")
        assert cursor.fetchone()[0] >= 1_200
    assert _expected_rows(Household.objects.within(EVERYWHERE)) > 300
    assert _expected_rows(Household.objects.unscoped("a test")) > 300


def _expected_rows(found: QuerySet[Household]) -> int:
    plan = json.loads(found.explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])
