"""SQLite as a real store: its settings are in force, and writers wait in line."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.utils import OperationalError

from diguan.server import database
from diguan.server.sqlite import write_queue
from diguan.server.sqlite.base import DatabaseWrapper

pytestmark = pytest.mark.django_db  # a connection outside the tests' own database is refused without it


def open_store(file: Path, **options: object) -> DatabaseWrapper:
    given = {**settings.DATABASES["default"], **database.settings("", file.parent)}
    wrapper = DatabaseWrapper({**given, "NAME": file, "OPTIONS": {**given["OPTIONS"], **options}}, "store")
    wrapper.inc_thread_sharing()
    return wrapper


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    wrapper = open_store(tmp_path / "store.sqlite3")
    with wrapper.cursor() as cursor:
        cursor.execute("CREATE TABLE line (n INTEGER)")
    yield wrapper
    wrapper.close()


def pragma(store: DatabaseWrapper, name: str) -> object:
    with store.cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.parametrize(
    ("name", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 20_000)]
)
def test_the_pragmas_of_the_settings_are_in_force(store: DatabaseWrapper, name: str, value: object) -> None:
    assert pragma(store, name) == value


def test_a_transaction_begins_as_a_writer(store: DatabaseWrapper, tmp_path: Path) -> None:
    assert store.transaction_mode == "IMMEDIATE"
    other = open_store(tmp_path / "store.sqlite3", timeout=0.1)
    store.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with pytest.raises(OperationalError, match="database is locked"):
        other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    store.rollback()
    other.close()


def write(store: DatabaseWrapper, n: int, hold: float = 0.0) -> None:
    store.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with store.cursor() as cursor:
        cursor.execute("INSERT INTO line VALUES (%s)", [n])
    time.sleep(hold)
    store.commit()
    store.set_autocommit(True)


def lines(store: DatabaseWrapper) -> list[int]:
    with store.cursor() as cursor:
        return [row[0] for row in cursor.execute("SELECT n FROM line ORDER BY rowid").fetchall()]


def test_writers_are_served_in_the_order_they_came(store: DatabaseWrapper, tmp_path: Path) -> None:
    def come(n: int) -> None:
        own = open_store(tmp_path / "store.sqlite3")
        write(own, n, hold=0.02)
        own.close()

    threads = [threading.Thread(target=come, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
        time.sleep(0.005)
    for thread in threads:
        thread.join()
    assert lines(store) == list(range(8))


def test_many_writers_lose_nothing(store: DatabaseWrapper, tmp_path: Path) -> None:
    def come(first: int) -> None:
        own = open_store(tmp_path / "store.sqlite3")
        for n in range(first, first + 25):
            write(own, n)
        own.close()

    threads = [threading.Thread(target=come, args=(n * 25,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(lines(store)) == list(range(150))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_other_processes_wait_in_the_same_line(store: DatabaseWrapper, tmp_path: Path) -> None:
    queue = write_queue.before((tmp_path / "store.sqlite3").resolve())
    queue.enter(1)
    child = os.fork()
    if child == 0:  # the child: knows nothing of the parent's turn and must wait for the file
        try:
            queue.enter(0.2)
            os._exit(1)
        except write_queue.WaitedTooLong:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    queue.leave()
    child = os.fork()
    if child == 0:
        queue.enter(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("ending", ["rollback", "close"])
def test_the_line_moves_on_however_a_transaction_ends(store: DatabaseWrapper, tmp_path: Path, ending: str) -> None:
    other = open_store(tmp_path / "store.sqlite3")
    other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    getattr(other, ending)()
    write(store, 1)
    assert lines(store) == [1]
    other.close()


def test_a_writer_whose_thread_died_without_ending_lets_others_go_when_closed(
    store: DatabaseWrapper, tmp_path: Path
) -> None:
    left = []

    def begin_and_leave() -> None:
        own = open_store(tmp_path / "store.sqlite3")
        own.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        left.append(own)

    thread = threading.Thread(target=begin_and_leave)
    thread.start()
    thread.join()
    left[0].close()
    write(store, 1)
    assert lines(store) == [1]
