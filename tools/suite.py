"""What `make test` runs: pytest in two processes, on SQLite or on a PostgreSQL server that lives as long as the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import cluster
from steps import ROOT, Trouble

STORES = ("sqlite", "postgresql")
# What has no store is the same on both: packs, engines, parsing, linkage.
_OF_THE_STORE = ("-m", "database")
# Files stay whole, because much of what they need is made once for all their tests.
_SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile")


def run(python: str, store: str, rest: Sequence[str]) -> int:
    """Run the tests; return pytest's exit code.

    Raises: Trouble for an unknown store, or where the server for it is missing.
    """
    if store not in STORES:
        raise Trouble(f"STORE={store} is no store: write {' or '.join(STORES)}, as in: make test STORE=postgresql")
    words = [python, "-m", "pytest", *(() if _is_alone(rest) else _SIDE_BY_SIDE), *rest]
    if store == "sqlite":
        return _called(words, {"DIGUAN_DATABASE": "", "DIGUAN_DATABASE_OWNER": ""})
    if not any(word.startswith("-m") or not word.startswith("-") for word in rest):
        print("On PostgreSQL: the tests that use a database; the others have no store and were run on SQLite.")
        words += _OF_THE_STORE
    with cluster.running() as server:
        return _called(words, server.env)


def _is_alone(rest: Sequence[str]) -> bool:
    """Whether one process is asked for, or is enough: a debugger needs it, and a single test gains nothing."""
    named = ("-n", "--numprocesses", "--dist", "--pdb", "--collect-only", "--co")
    return any(word.split("=")[0].startswith(named) or "::" in word for word in rest)


def _called(words: list[str], env: dict[str, str]) -> int:
    sys.stdout.flush()
    return subprocess.run(words, cwd=ROOT, env={**os.environ, **env}, check=False).returncode
