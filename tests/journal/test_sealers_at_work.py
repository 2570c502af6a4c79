"""Sealers in processes of their own: two at once, one that is killed in the middle, and the one inside a server."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.journal.conftest import write

from diguan.journal import sealing
from diguan.journal.sealer import Sealer

ENTRIES = 4_000
_BEGIN = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "diguan.server.settings"
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from diguan.journal import actions, sealing, verification
"""
_FILL = f"""
call_command("migrate", verbosity=0)
acts = [actions.Act("household.read", "household", str(number)) for number in range({ENTRIES})]
actions.record_many(by=None, at=timezone.now(), acts=acts)
"""
_SEAL = """
print("ready", flush=True)
sealing.seal(at=timezone.now(), largest=10)
"""
_WRITE_ONE = """
actions.record(by=None, at=timezone.now(), verb="household.read", subject_type="household", subject_key="last")
"""
_VERIFY = """
report = verification.verify(connection, verification.keys_here())
print(report.entries, report.unsealed, len(report.differences))
"""


@pytest.fixture
def folder(tmp_path: Path, database_of_programs: None) -> Path:
    """A data folder whose journal holds entries and no seal."""
    run(tmp_path, _FILL)
    return tmp_path


def begun(folder: Path, script: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", _BEGIN + script]
    return subprocess.Popen(words, env={**os.environ, "DIGUAN_DATA": str(folder)}, stdout=subprocess.PIPE, text=True)


def run(folder: Path, script: str) -> str:
    process = begun(folder, script)
    said, _none = process.communicate(timeout=120)
    assert process.returncode == 0
    return said


def test_two_sealers_at_once_seal_every_entry_once(folder: Path) -> None:
    sealers = [begun(folder, _SEAL) for _ in range(2)]
    for sealer in sealers:
        sealer.communicate(timeout=120)
    assert [sealer.returncode for sealer in sealers] == [0, 0]
    assert run(folder, _VERIFY).split() == [str(ENTRIES), "0", "0"]


def test_a_sealer_killed_in_the_middle_leaves_whole_batches_and_the_next_goes_on(folder: Path) -> None:
    sealer = begun(folder, _SEAL)
    assert sealer.stdout is not None
    assert sealer.stdout.readline() == "ready\n"
    time.sleep(random.uniform(0.05, 0.4))
    sealer.send_signal(signal.SIGKILL)
    sealer.communicate()
    sealed, unsealed, differences = map(int, run(folder, _VERIFY).split())
    assert (sealed + unsealed, sealed % 10, differences) == (ENTRIES, 0, 0)
    run(folder, _SEAL)
    assert run(folder, _VERIFY).split() == [str(ENTRIES), "0", "0"]


@pytest.mark.django_db(transaction=True)
def test_a_server_seals_in_the_background_and_once_more_when_it_stops(settings: Any) -> None:
    write(3)
    with Sealer(every=0.05):
        deadline = time.monotonic() + 20
        while sealing.unsealed() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert sealing.unsealed() == 0
    with Sealer(every=60):
        time.sleep(0.3)
        write(2)
    assert sealing.unsealed() == 0
    assert list(Path(settings.CHECKPOINTS).glob("journal-*.txt"))


@pytest.mark.django_db(transaction=True)
def test_a_sealer_that_cannot_reach_the_folder_of_checkpoints_seals_all_the_same(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a-file").touch()
    settings.CHECKPOINTS = str(tmp_path / "a-file" / "checkpoints")
    write(3)
    with Sealer(every=60):
        pass
    assert sealing.unsealed() == 0
    assert "no checkpoint could be kept" in caplog.text


def test_a_server_that_is_stopped_as_a_service_seals_what_was_written_last(
    tmp_path: Path, database_of_programs: None
) -> None:
    run(tmp_path, _FILL)
    serving = "from diguan.cli.serve import listen\nlisten('127.0.0.1', 0)\n"
    server = begun(tmp_path, serving)
    assert server.stdout is not None
    assert "is served at" in server.stdout.readline()
    deadline = time.monotonic() + 60
    while run(tmp_path, _VERIFY).split()[1] != "0" and time.monotonic() < deadline:
        time.sleep(0.2)
    run(tmp_path, _WRITE_ONE)
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=60)
    assert server.returncode == 0
    assert run(tmp_path, _VERIFY).split() == [str(ENTRIES + 1), "0", "0"]
