"""What every test stands on: a data folder of its own, and a browser where the machine has one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from diguan.engine.spark import starting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_NO_BROWSER = "no Chromium on this machine"
_NO_SPARK = "no Java 17 or no pyspark on this machine"
_OF_A_STORE = frozenset({"db", "transactional_db", "database_of_programs"})


def chromium() -> str | None:
    """Return the path of the machine's Chromium; DIGUAN_CHROMIUM names another one."""
    named = os.environ.get("DIGUAN_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next((found for name in _CHROMIUMS if (found := shutil.which(name))), None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the browser tests out where there is no browser, put them last where there is one; mark what uses a database."""
    for item in items:
        if item.get_closest_marker("django_db") or _OF_A_STORE & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
    in_browser = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in in_browser] + in_browser
    if in_browser and chromium() is None:
        for item in in_browser:
            item.add_marker(pytest.mark.skip(reason=_NO_BROWSER))
    on_spark = [item for item in items if item.get_closest_marker("spark")]
    if on_spark and not starting.is_there():
        for item in on_spark:
            item.add_marker(pytest.mark.skip(reason=_NO_SPARK))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    # Counted from the reports, because with several processes the one that prints collects nothing itself.
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = sum(_NO_BROWSER in str(report.longrepr) for report in skipped)
    if left_out:
        terminalreporter.write_line(
            f"No Chromium on this machine: {left_out} browser tests were left out. Install chromium to run them."
        )
    left_out = sum(_NO_SPARK in str(report.longrepr) for report in skipped)
    if left_out:
        terminalreporter.write_line(
            f"No Java 17 on this machine: {left_out} tests of Spark were left out. Install openjdk-17-jre-headless to run them."
        )


@pytest.fixture(scope="session", autouse=True)
def _journal_can_be_emptied_between_tests() -> Iterator[None]:
    """Let Django empty the tables after a test with real transactions, which the triggers of the journal refuse."""
    from django.db import connection

    flush = type(connection.ops).sql_flush

    def without_walls(ops: Any, *args: Any, **kwargs: Any) -> list[str]:
        down, up = _walls(connection.vendor)
        return [*down, *flush(ops, *args, **kwargs), *up]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", without_walls)
        yield


def _walls(vendor: str) -> tuple[list[str], list[str]]:
    """Statements that take the journal's triggers down, and that put them up again."""
    from django.db import connection

    if vendor == "postgresql":
        alter = [f"ALTER TABLE {table} {{}} TRIGGER USER" for table in ("journal_entry", "journal_batch")]
        return [each.format("DISABLE") for each in alter], [each.format("ENABLE") for each in alter]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal_%'")
        found = cursor.fetchall()
    # Numbers begin anew as well, as they do after a test that was rolled back.
    up = ["DELETE FROM sqlite_sequence WHERE name LIKE 'journal_%'", *(sql for _name, sql in found)]
    return [f"DROP TRIGGER {name}" for name, _sql in found], up


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[contextlib.ExitStack]:
    """Make the tests' database as its owner; the tests themselves work as the application does."""
    from diguan.server import database

    with contextlib.ExitStack() as owner:
        owner.enter_context(database.as_owner())
        yield owner


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings: contextlib.ExitStack, django_db_setup: None) -> Iterator[None]:
    from django.db import connection
    from tests import stores

    from diguan.server import database

    django_db_modify_db_settings.close()
    yield
    connection.close()
    stores.end_sessions(str(connection.settings_dict["NAME"]))
    django_db_modify_db_settings.enter_context(database.as_owner())


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_the_owner() -> None:
    """After a test with transactions of its own the tables are emptied, which the application may not."""
    from django.test import TransactionTestCase

    from diguan.server import database

    empty = TransactionTestCase._fixture_teardown

    def as_owner(self: TransactionTestCase) -> None:
        with database.as_owner():
            empty(self)

    TransactionTestCase._fixture_teardown = as_owner  # type: ignore[method-assign]


@pytest.fixture
def database_of_programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Programs that the test starts work on a database of their own: on SQLite the one in their data folder."""
    from tests import stores

    with stores.database_for_programs() as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.fixture(autouse=True)
def _own_data_folder(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep tests out of the installation's own snapshots and screenings."""
    settings.DATA = tmp_path_factory.getbasetemp() / "data"


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """What a page was read in last is not the language of the next test."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, without a window. Tests that use it are marked `browser`."""
    from playwright.sync_api import sync_playwright

    # As root Chromium refuses its sandbox; what it opens here is our own pages.
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()
