"""The two stores: which one the tests run on, and further databases beside that of the tests."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from diguan.access.scope import EVERYTHING
from diguan.server import database
from diguan.server.postgresql import cursors

IS_POSTGRESQL = bool(os.environ.get("DIGUAN_DATABASE"))
on_postgresql = pytest.mark.skipif(not IS_POSTGRESQL, reason="about PostgreSQL: make test STORE=postgresql")
on_sqlite = pytest.mark.skipif(IS_POSTGRESQL, reason="about SQLite's file")


def _owner() -> str:
    return os.environ.get("DIGUAN_DATABASE_OWNER") or os.environ["DIGUAN_DATABASE"]


@contextlib.contextmanager
def another_database(name: str) -> Iterator[str]:
    """Make an empty database for as long as it is needed; its address is that of the application's role."""
    called = f"{name}_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(_owner(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(called)))
        try:
            yield _renamed(os.environ["DIGUAN_DATABASE"], called)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(called)))


def as_owner(url: str) -> str:
    """The same database for the role that owns its tables."""
    return _renamed(_owner(), urlsplit(url).path.lstrip("/"))


def env(url: str) -> dict[str, str]:
    """What a program's environment says to work on this database."""
    return {"DIGUAN_DATABASE": url, "DIGUAN_DATABASE_OWNER": as_owner(url)}


@contextlib.contextmanager
def everything(store: psycopg.Connection[tuple[object, ...]]) -> Iterator[None]:
    """Let a plain connection see all rows, for as long as one transaction."""
    with store.transaction():
        store.execute(cursors.setting(cursors.told(EVERYTHING)))
        yield


def counted(data: Path, table: str) -> int:
    """How many rows a table has in the database that programs with this data folder work on."""
    statement = f"SELECT count(*) FROM {table}"
    if not IS_POSTGRESQL:
        with contextlib.closing(sqlite3.connect(data / database.FILE)) as file:
            return int(file.execute(statement).fetchone()[0])
    with psycopg.connect(_owner()) as server, everything(server):
        return int(server.execute(statement).fetchone()[0])  # type: ignore[arg-type,index]


def end_sessions(name: str) -> None:
    """End what a thread that a test left behind still does in a database on the server, so that it can be dropped."""
    if IS_POSTGRESQL:
        with psycopg.connect(_owner(), autocommit=True) as server:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def _renamed(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@contextlib.contextmanager
def database_for_programs() -> Iterator[dict[str, str]]:
    """Environment of programs that work on an empty database of this run's store; on SQLite in their data folder."""
    if not IS_POSTGRESQL:
        yield {"DIGUAN_DATABASE": "", "DIGUAN_DATABASE_OWNER": ""}
        return
    with another_database("programs") as url:
        yield env(url)
