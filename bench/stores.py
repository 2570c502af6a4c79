"""Installations of their own on either store, and measurements that run inside them as programs of their own."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figures import Figure

ROOT = Path(__file__).resolve().parents[1]
STORES = ("sqlite", "postgresql")


def figures(part: str, words: Sequence[str] = (), stores: Sequence[str] = STORES) -> list[Figure]:
    """What `python -m bench.<part> <store> <words>` measures on every store that is there."""
    found: list[Figure] = []
    for store in stores:
        with installation(store) as env:
            if env is None:
                print(f"{part}: there is no PostgreSQL server here; measured on SQLite only", file=sys.stderr)
                continue
            done = subprocess.run(
                [sys.executable, "-m", f"bench.{part}", store, *words],
                cwd=ROOT,
                env={**os.environ, **env},
                stdout=subprocess.PIPE,
                check=True,
            )
            found += [Figure(**each) for each in json.loads(done.stdout.decode().splitlines()[-1])]
    return found


@contextlib.contextmanager
def installation(store: str) -> Iterator[dict[str, str] | None]:
    """An empty data folder, and a server if need be, whose writes survive a power cut as in earnest; None without one."""
    folder = Path(tempfile.mkdtemp(prefix="diguan-bench-"))
    env = {"DIGUAN_DATA": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "diguan.server.settings", "PYTHONPATH": "src"}
    try:
        if store == "sqlite":
            yield {**env, "DIGUAN_DATABASE": "", "DIGUAN_DATABASE_OWNER": ""}
            return
        sys.path.insert(0, str(ROOT / "tools"))
        import cluster

        if cluster.programs() is None:
            yield None
            return
        with cluster.running(durable=True) as server:
            yield {**env, **server.env}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tell(measured: Sequence[Figure]) -> None:
    """Hand figures to the program that started this one, as the last line of what it prints."""
    print(json.dumps([vars(each) for each in measured]))
