"""Writing the journal, sealing it and verifying it, side by side on the same entries in SQLite."""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import Any

from bench.figures import Figure

WRITTEN = 10_000  # one transaction each, as requests do
SEALED = 400_000


def figures() -> list[Figure]:
    """Measured in a process and a data folder of their own, both thrown away."""
    with tempfile.TemporaryDirectory(prefix="diguan-bench-") as folder:
        env = {**os.environ, "DIGUAN_DATA": folder, "DJANGO_SETTINGS_MODULE": "diguan.server.settings"}
        env["PYTHONPATH"] = os.pathsep.join(sys.path)
        done = subprocess.run([sys.executable, "-m", "bench.journal"], env=env, check=True, stdout=subprocess.PIPE)
        return [Figure(*row) for row in json.loads(done.stdout)]


def _measured(folder: Path) -> list[Figure]:
    from django.core.management import call_command
    from django.utils import timezone

    from diguan.journal import checkpoints, sealing

    call_command("migrate", verbosity=0)
    writing = _cpu(lambda: _write_one_by_one(WRITTEN))
    sealing_them = _cpu(lambda: sealing.seal(at=timezone.now()))
    _fill(SEALED - WRITTEN)
    before = _size(folder)
    sealing_many, sealing_cpu, done = _timed(lambda: sealing.seal(at=timezone.now()))
    sealed = done.entries
    kept = _size(folder) - before
    verifying, verifying_cpu, read = _verified()
    return [
        Figure("2.journal_write", writing / WRITTEN * 1e6, "µs of CPU per entry, a transaction each"),
        Figure("2.journal_seal_to_write", sealing_them / writing, "CPU of sealing to CPU of writing", 0.1),
        Figure("2.journal_sealed", sealed / sealing_many, "entries sealed a second"),
        Figure("2.journal_seal_entry", sealing_cpu / sealed * 1e6, "µs of CPU per entry sealed", 20),
        Figure("2.journal_verified", read / verifying, "entries verified a second"),
        Figure("2.journal_verify_entry", verifying_cpu / read * 1e6, "µs of CPU per entry verified", 10),
        Figure("2.journal_seal_bytes", kept / sealed, "bytes kept per entry sealed", 48),
        Figure("2.journal_checkpoint_bytes", len(checkpoints.make(at=timezone.now()).text.encode()), "bytes", 1000),
    ]


def _write_one_by_one(count: int) -> None:
    from diguan.journal import actions

    for number in range(count):
        actions.record(
            by=None,
            at=dt.datetime.now(dt.UTC),
            verb="household.read",
            subject_type="household",
            subject_key=f"{number:032x}",
            place_number=220101001201,
            detail={"purpose": "page"},
        )


def _fill(count: int) -> None:
    from django.db import transaction

    from diguan.journal import actions

    now = dt.datetime.now(dt.UTC)
    acts = (
        actions.Act("household.listed", "list", f"{n:032x}", 220101001201 + n % 999, {"place": "2201", "count": n % 50})
        for n in range(count)
    )
    with transaction.atomic():
        actions.record_many(by=None, at=now, acts=acts)


def _verified() -> tuple[float, float, int]:
    from django.db import connection

    from diguan.journal import verification

    wall, cpu, report = _timed(lambda: verification.verify(connection, verification.keys_here()))
    if not report.is_intact:
        raise RuntimeError(report.differences[0].sentence)
    return wall, cpu, report.entries


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock, which other work on the machine lengthens, and seconds of CPU, and what came out."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    return time.perf_counter() - wall, time.process_time() - cpu, done


def _size(folder: Path) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
    return sum(file.stat().st_size for file in folder.glob("diguan.sqlite3*"))


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps([astuple(figure) for figure in _measured(Path(os.environ["DIGUAN_DATA"]))]))
