"""The tables of the journal refuse below the models too, whoever asks."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests import stores
from tests.journal.by_hand import hour
from tests.journal.conftest import write

from diguan.journal import sealing
from diguan.journal.models import Batch, Entry

pytestmark = pytest.mark.django_db

_ENTRY = "(id, at, actor_name, verb, subject_type, subject_key, detail)"
_FAKE = "(1, '2020-06-01 00:00:00', 'x', 'x', 'x', 'x', '{}')"


@pytest.fixture
def sealed() -> None:
    write(3)
    sealing.seal(at=hour(9))


CHANGES = [
    "UPDATE journal_entry SET actor_name = 'x' WHERE id = 1",
    "UPDATE journal_entry SET id = id + 100",
    "DELETE FROM journal_entry WHERE id = 1",
    "DELETE FROM journal_entry",
    "UPDATE journal_batch SET root = ''",
    "DELETE FROM journal_batch",
]
# On a server the program has no right to it, and the owner of the tables meets the triggers.
REFUSED = "permission denied" if stores.IS_POSTGRESQL else "append-only"


@pytest.mark.parametrize("statement", CHANGES)
def test_no_statement_changes_or_removes_anything(sealed: None, statement: str) -> None:
    before = list(Entry.objects.values()), list(Batch.objects.values())
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (list(Entry.objects.values()), list(Batch.objects.values())) == before


@stores.on_postgresql
@pytest.mark.parametrize("statement", [*CHANGES, "TRUNCATE journal_entry", "TRUNCATE journal_batch"])
def test_nor_does_the_owner_of_the_tables(db: None, statement: str) -> None:
    address = stores.as_owner(f"postgresql:///{connection.settings_dict['NAME']}")
    with psycopg.connect(address) as owner, pytest.raises(psycopg.Error, match="append-only"):
        owner.execute(statement.encode())


@stores.on_sqlite
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT"])
def test_no_entry_takes_the_place_of_another_nor_comes_before_one(sealed: None, verb: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{verb} INTO journal_entry {_ENTRY} VALUES {_FAKE}")
    assert not Entry.objects.filter(actor_name="x").exists()


def test_the_detail_stays_letter_by_letter() -> None:
    write(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail FROM journal_entry")
        assert cursor.fetchall() == [('{"purpose": "page", "count": 0, "what": "\\u6237\\u4e3b"}',)]
    assert Entry.objects.get().detail["what"] == "户主"
