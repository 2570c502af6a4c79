from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management.color import no_style
from django.db import connection
from tests.cast import cast, families, jilin_pack, tree  # noqa: F401
from tests.journal import by_hand

from diguan import vault
from diguan.journal import actions, checkpoints, copies, sealing, verification
from diguan.journal.checkpoints import Checkpoint
from diguan.journal.models import Entry
from diguan.journal.verification import Report

ENTRIES, BATCH = 60, 20


@pytest.fixture(autouse=True)
def _own_keys_and_checkpoints(settings: Any, tmp_path: Path) -> None:
    settings.KEYS = str(tmp_path / "keys.json")
    settings.CHECKPOINTS = str(tmp_path / "checkpoints")


@pytest.fixture(autouse=True)
def _counted_from_one(request: pytest.FixtureRequest, _django_db_marker: None) -> None:
    """Entries are counted from one in each test, whatever ran before it in the same process."""
    if request.node.get_closest_marker("django_db"):
        columns = [{"table": Entry._meta.db_table, "column": "id"}]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_by_name_sql(no_style(), columns):
                cursor.execute(statement)


def write(count: int, *, key: str = "k") -> None:
    """Append so many entries, one a minute."""
    for number in range(count):
        actions.record(
            by=None,
            at=by_hand.hour(8),
            verb="household.read",
            subject_type="household",
            subject_key=f"{key}-{number}",
            place_number=None if number % 3 else 990101001201,
            detail={"purpose": "page", "count": number, "what": "户主"},
        )


def save_copy(file: Path) -> Path:
    """Save the database of the tests as a file, as a backup would."""
    connection.ensure_connection()
    file.write_bytes(connection.connection.serialize())
    return file


@dataclass
class Evidence:
    """A journal of three sealed batches as a file, an older copy of it, the checkpoint of its end, and the keys."""

    file: Path
    older: Path
    checkpoint: Checkpoint
    secret: bytes
    public_key: str

    def verify(self, *outside: Checkpoint) -> Report:
        keys = verification.keys_named(outside, [self.public_key])
        with copies.opened(self.file) as copied:
            return verification.verify(copied, keys, outside)

    def alter(self, *statements: str) -> None:
        """What somebody does who owns the file: first the triggers go."""
        with sqlite3.connect(self.file) as database:
            named = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal%'"
            )
            for (name,) in named.fetchall():
                database.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                database.execute(statement)
        database.close()


@pytest.fixture
def evidence(db: None, tmp_path: Path) -> Evidence:
    if connection.vendor != "sqlite":
        pytest.skip("a thief takes the file; a database server has none to take")
    for number in range(ENTRIES // BATCH):
        if number == 2:
            older = save_copy(tmp_path / "older.sqlite3")
        write(BATCH, key=f"batch{number}")
        sealing.seal(at=by_hand.hour(9 + number))
    keys = vault.opened()
    file = save_copy(tmp_path / "journal.sqlite3")
    return Evidence(
        file, older, checkpoints.make(at=by_hand.hour(12)), keys.current("signing").secret, keys.public_key()
    )
