"""diguan demo, run as a process: prepared once, whole or not at all, and never over somebody's registry."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests import stores

from diguan.cli import preparation

pytestmark = stores.on_sqlite
SMALL = ("--scale", "0.03")
Run = Callable[..., subprocess.CompletedProcess[str]]


def _run_in(data: Path) -> Run:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "DIGUAN_DATA": str(data), "PYTHONPATH": "src", "LANG": "C.UTF-8", "DIGUAN_LANG": "en"}
        program = [sys.executable, "-m", "diguan.cli", "demo", "--no-serve", *words]
        root = Path(preparation.__file__).parents[3]
        return subprocess.run(program, env=env, cwd=root, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared demo, made although an earlier preparation was cut off."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / ".preparing" / "log").mkdir(parents=True)
    (folder / ".preparing" / "diguan.sqlite3").write_bytes(b"half a database")
    done = _run_in(folder)(*SMALL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "were screened" in done.stdout
    return folder


def test_a_preparation_leaves_one_whole_database_and_nothing_aside(data: Path) -> None:
    names = {path.name for path in data.iterdir()}
    assert {"diguan.sqlite3", "snapshots", "screenings"} <= names
    assert ".preparing" not in names
    with closing(sqlite3.connect(data / "diguan.sqlite3")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert store.execute("SELECT synthetic FROM registry_registry").fetchall() == [(1,)]
        assert store.execute("SELECT count(*) FROM screening_screening WHERE is_current").fetchone() == (1,)


def test_the_second_time_nothing_is_prepared(data: Path) -> None:
    before = (data / "diguan.sqlite3").stat().st_ino
    done = _run_in(data)()
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (data / "diguan.sqlite3").stat().st_ino == before


def test_another_size_has_to_be_asked_for_twice(data: Path) -> None:
    done = _run_in(data)(*SMALL)
    assert done.returncode == 2
    assert "--fresh" in done.stderr


def test_a_registry_of_real_people_is_never_replaced(tmp_path: Path, data: Path) -> None:
    shutil.copy(data / "diguan.sqlite3", tmp_path)
    with closing(sqlite3.connect(tmp_path / "diguan.sqlite3")) as copy, copy:
        copy.execute("UPDATE registry_registry SET synthetic = 0")
    done = _run_in(tmp_path)("--fresh")
    assert done.returncode == 1
    assert "stays as it is" in done.stderr
    assert "Traceback" not in done.stderr
