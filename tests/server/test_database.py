"""One address says where the rows are; a wrong one is told in words, and never printed: it may hold a password."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from diguan.server import database, unreachable


def test_without_an_address_the_rows_lie_in_the_data_folder(tmp_path: Path) -> None:
    given = database.settings("  ", tmp_path)
    assert (given["ENGINE"], given["NAME"]) == ("diguan.server.sqlite", tmp_path / "diguan.sqlite3")


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgresql://diguan@db.example:5433/jilin", ("diguan", "", "db.example", "5433", "jilin")),
        ("postgres://d:p%40ss%2F@db/jilin", ("d", "p@ss/", "db", "", "jilin")),
        ("postgresql://d@:5432/jilin?host=/run/postgresql", ("d", "", "/run/postgresql", "5432", "jilin")),
        ("postgresql:///吉林", ("", "", "", "", "吉林")),
    ],
)
def test_an_address_says_who_where_and_which(url: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    given = database.settings(url, tmp_path)
    assert tuple(given[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")) == parts
    assert given["ENGINE"] == "diguan.server.postgresql"


def test_how_the_connection_is_secured_stands_behind_the_question_mark(tmp_path: Path) -> None:
    given = database.settings("postgresql://d@db/jilin?sslmode=verify-full&sslrootcert=/etc/ca.pem", tmp_path)
    assert given["OPTIONS"]["sslmode"] == "verify-full"
    assert given["OPTIONS"]["sslrootcert"] == "/etc/ca.pem"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://d:secret@db/jilin", "begins with “mysql:”"),
        ("jilin", "no address"),
        ("postgresql://d:secret@db:port/jilin", "host or port can't be read"),
        ("postgresql://d:secret@db:70000/jilin", "host or port can't be read"),
        ("postgresql://d:sec[ret@db/jilin", "host or port can't be read"),
        ("postgresql://d:secret@db", "names no database"),
        ("postgresql://d:secret@db/jilin/2020", "is no name of a database"),
        ("postgresql://d:secret@db/jilin?sslmod=require", "the option sslmod is unknown"),
    ],
)
def test_a_wrong_address_is_told_in_words_and_not_repeated(url: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        database.settings(url, tmp_path)
    said = str(refused.value)
    assert why in said
    assert "DIGUAN_DATABASE" in said
    assert database.EXAMPLE in said
    assert "sec" not in said


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('connection failed: FATAL:  database "jilin" does not exist', "createdb --owner=d jilin"),
        ('connection failed: FATAL:  role "d" does not exist', "knows no user d"),
        ('connection failed: FATAL:  password authentication failed for user "d"', "does not take the password of d"),
        ("connection failed: fe_sendauth: no password supplied", "does not take the password of d"),
        ("connection failed: Connection refused", "No PostgreSQL server answers at db:5433"),
        ("connection timeout expired", "No PostgreSQL server answers at db:5433"),
        ("permission denied for table journal_entry", "d may not do this in the database jilin"),
        ("something else.", "The database can't be used: something else."),
    ],
)
def test_a_server_that_does_not_serve_is_told_in_words(said: str, words: str, tmp_path: Path) -> None:
    store = database.settings("postgresql://d@db:5433/jilin", tmp_path)
    assert words in unreachable.in_words(OperationalError(said), store)
