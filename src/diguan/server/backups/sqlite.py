"""The database of one file: copied whole under load, and put in place whole."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from diguan.server.backups import BackupRefused

NAME = "database.sqlite3.gz"


def _file() -> Path:
    return Path(connection.settings_dict["NAME"])


def dump(folder: Path) -> tuple[Path, dict[str, int]]:
    """Copy the database as it is at one moment; return the packed copy and its rows by table.

    In one step, because a copy in steps begins anew with every write; readers and writers go on meanwhile.
    """
    plain, packed = folder / "copy.sqlite3", folder / NAME
    with _connected(_file()) as live, _connected(plain) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        rows = _rows(copy)
    with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    plain.unlink()
    return packed, rows


def rows_there() -> dict[str, int]:
    """Rows by table of the database that is there; empty without one."""
    if not _file().exists():
        return {}
    with _connected(_file()) as live:
        return _rows(live)


def restore(packed: Path, rows: Mapping[str, int]) -> None:
    """Put the copy in place of the database, if it is sound and holds those rows. Raises: BackupRefused."""
    plain = packed.with_name("restored.sqlite3")
    with gzip.open(packed, "rb") as source, plain.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())
    with _connected(plain) as copy:
        sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok" and _rows(copy) == dict(rows)
    if not sound:
        raise BackupRefused(_("The database in the backup is damaged; nothing was replaced."))
    connection.close()
    for rest in ("-wal", "-shm"):
        _file().with_name(_file().name + rest).unlink(missing_ok=True)
    plain.chmod(0o600)
    plain.replace(_file())


def _rows(store: sqlite3.Connection) -> dict[str, int]:
    named = store.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1")
    return {name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in named.fetchall()}


@contextlib.contextmanager
def _connected(file: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(file, timeout=20)) as store:
        yield store
