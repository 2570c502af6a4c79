"""diguan demo on PostgreSQL: prepared once, begun anew after a cut, and never over somebody's registry."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests import stores

from diguan.cli import preparation

pytestmark = [stores.on_postgresql, pytest.mark.database]
SMALL = ("--scale", "0.02")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database of its own, empty."""
    with stores.another_database("demo") as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def _run(url: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **stores.env(url), "DIGUAN_DATA": str(folder), "PYTHONPATH": "src", "DIGUAN_LANG": "en"}
    program = [sys.executable, "-m", "diguan.cli", "demo", "--no-serve", *words]
    root = Path(preparation.__file__).parents[3]
    return subprocess.run(program, env=env, cwd=root, capture_output=True, text=True, check=False)


def _households(url: str) -> int:
    with psycopg.connect(stores.as_owner(url)) as store, stores.everything(store):
        found = store.execute("SELECT count(*) FROM registry_household").fetchone()
    assert found is not None
    return int(found[0])


def _change(url: str, statement: str) -> None:
    with psycopg.connect(stores.as_owner(url)) as store, stores.everything(store):
        store.execute(statement)


def test_the_demo_is_prepared_once_anew_after_a_cut_and_never_over_a_registry(url: str, folder: Path) -> None:
    done = _run(url, folder, *SMALL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "were screened" in done.stdout
    prepared = _households(url)
    assert prepared > 500

    again = _run(url, folder)
    assert (again.returncode, again.stdout) == (0, ""), again.stderr

    _change(url, "UPDATE screening_screening SET is_current = false")  # as if it had been cut off before its last step
    anew = _run(url, folder, *SMALL)
    assert anew.returncode == 0, anew.stderr
    assert _households(url) == prepared

    _change(url, "UPDATE registry_registry SET synthetic = false")
    refused = _run(url, folder, "--fresh")
    assert refused.returncode == 1
    assert "stays as it is" in refused.stderr
    assert _households(url) == prepared
