"""Where this installation keeps its rows: SQLite in the data folder, or the PostgreSQL server that DIGUAN_DATABASE names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

EXAMPLE = "postgresql://diguan@localhost:5432/diguan"
FILE = "diguan.sqlite3"

# What may stand behind the question mark of an address: how the connection is secured, found and limited.
_OPTIONS = frozenset(
    {
        "application_name",
        "channel_binding",
        "connect_timeout",
        "host",
        "keepalives_idle",
        "options",
        "passfile",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
    }
)
_SECONDS = 20  # a writer waits so long for another one, on both stores


def settings(url: str, data: Path, *, name: str = "DIGUAN_DATABASE") -> dict[str, Any]:
    """Return the entry of Django's DATABASES for an address; an empty one stands for SQLite in the data folder.

    Raises: ImproperlyConfigured, with what is wrong in the address and what to write.
    """
    return _postgresql(url.strip(), name) if url.strip() else _sqlite(data)


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Work as the role that owns the tables, which DIGUAN_DATABASE_OWNER names, for as long as this block.

    Migrations, backups and restores need it; on SQLite, and where one role does everything, nothing changes.
    """
    from django.conf import settings as configured
    from django.db import connection

    given, owner = connection.settings_dict, configured.DATABASE_OWNER
    parts = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    if connection.vendor != "postgresql" or all(given[part] == owner[part] for part in parts):
        yield
        return
    before = {part: given[part] for part in parts}
    connection.close()
    given.update({part: owner[part] for part in parts})
    try:
        yield
    finally:
        connection.close()
        given.update(before)


def _sqlite(data: Path) -> dict[str, Any]:
    # IMMEDIATE because a transaction that becomes a writer halfway can't wait its turn and fails. FULL because an
    # acknowledged decision must survive a power cut.
    return {
        "ENGINE": "diguan.server.sqlite",
        "NAME": data / FILE,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": _SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=FULL;"
                "PRAGMA foreign_keys=ON;"
                "PRAGMA temp_store=MEMORY;"
                "PRAGMA cache_size=-65536;"
            ),
        },
        "TEST": {"NAME": ":memory:"},
    }


def _postgresql(url: str, name: str) -> dict[str, Any]:
    parts, port = _split(url, name)
    if parts.scheme not in ("postgresql", "postgres"):
        raise _wrong(
            name, f"it begins with “{parts.scheme}:”, not with “postgresql:”" if parts.scheme else "no address"
        )
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise _wrong(name, "it names no database behind the last slash")
    if "/" in database:
        raise _wrong(name, f"“{database}” is no name of a database")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(options.keys() - _OPTIONS)
    if unknown:
        raise _wrong(name, f"the option {unknown[0]} is unknown; known are {', '.join(sorted(_OPTIONS))}")
    # The planner's compiler costs more than it saves on our short queries.
    options.setdefault("options", f"-c jit=off -c lock_timeout={_SECONDS}s")
    options.setdefault("application_name", "diguan")
    return {
        "ENGINE": "diguan.server.postgresql",
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or options.pop("host", ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": "10", **options},
    }


def _split(url: str, name: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise _wrong(
            name, "its host or port can't be read; signs such as @ : / # in a password are written as %40 …"
        ) from None


def _wrong(name: str, why: str) -> ImproperlyConfigured:
    # Never the address itself: it may hold a password.
    return ImproperlyConfigured(
        f"{name} is no address of a database: {why}. Write it like {EXAMPLE}, or leave it empty for SQLite in the data folder."
    )
