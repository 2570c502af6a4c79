"""The database on a server: pg_dump's custom format out, one transaction back in. Both as the owner of the tables."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from diguan.access.scope import EVERYTHING
from diguan.server.backups import BackupRefused
from diguan.server.postgresql import cursors

NAME = "database.dump"


def dump(folder: Path) -> tuple[Path, dict[str, int]]:
    """Dump the database as it is at one moment; return the dump and its rows by table, counted at the same moment."""
    program, target = _program("pg_dump"), folder / NAME
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        moment = cursor.fetchone()[0]
        words = ["--format=custom", "--no-owner", "--no-privileges", "--enable-row-security", f"--snapshot={moment}"]
        _run([program, *words, f"--file={target}"])
        return target, _rows(cursor)


def rows_there() -> dict[str, int]:
    """Rows by table of the database that is there."""
    with transaction.atomic(), connection.cursor() as cursor:
        return _rows(cursor)


def restore(dumped: Path, rows: Mapping[str, int]) -> None:
    """Put the dump in place of all tables, in one transaction: whatever fails leaves those there as they were.

    Raises: BackupRefused, also if afterwards there are other rows than those named.
    """
    script = dumped.with_name("restore.sql")
    with script.open("wb") as file, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            drop = sql.SQL("DROP TABLE public.{} CASCADE;\n").format(sql.Identifier(table))
            file.write(drop.as_string(cursor.connection).encode())
        cursor.execute(_FUNCTIONS)
        file.writelines(f"DROP FUNCTION {function};\n".encode() for (function,) in cursor.fetchall())
    connection.close()
    told = _run([_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", dumped], to_database=False)
    with script.open("ab") as file:
        file.write(told)
    _run([_program("psql"), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", script])
    found = rows_there()
    if found != dict(rows):
        raise BackupRefused(
            _("After the restore the tables hold other rows than the backup says. Restore another copy.")
        )


# Of our own, that is: not those that an extension brought.
_FUNCTIONS = """
SELECT oid::regprocedure FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""


def _rows(cursor: object) -> dict[str, int]:
    execute, fetchall = cursor.execute, cursor.fetchall  # type: ignore[attr-defined]
    execute(cursors.setting(cursors.told(EVERYTHING)))
    execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    found = {}
    for (table,) in fetchall():
        execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table)).as_string(None))
        found[table] = fetchall()[0][0]
    return found


def _program(name: str) -> str:
    """Return the newest of the server's programs of this name. Raises: BackupRefused that says what to install."""
    named = os.environ.get("DIGUAN_POSTGRESQL")
    folders = (
        [Path(named)] if named else [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    )
    found = [path for folder in folders if (path := folder / name).is_file()]
    newest = max(found, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))], default=None)
    program = str(newest) if newest else None if named else shutil.which(name)
    if program is None:
        raise BackupRefused(
            _(
                "The program %(name)s is missing, which belongs to PostgreSQL. Install it (Debian, Ubuntu: apt install "
                "postgresql-client), or name the folder of its programs: DIGUAN_POSTGRESQL=/path/bin"
            )
            % {"name": name}
        )
    return program


def _run(words: list[str | Path], *, to_database: bool = True) -> bytes:
    """Run one of the server's programs on this database; return what it wrote. Raises: BackupRefused with its words."""
    given = connection.settings_dict
    parts = {"PGHOST": given["HOST"], "PGPORT": given["PORT"], "PGUSER": given["USER"], "PGPASSWORD": given["PASSWORD"]}
    parts |= {f"PG{name.upper()}": value for name, value in given["OPTIONS"].items() if name in _ENVIRONMENT}
    low, high, ranges = cursors.told(EVERYTHING)
    wide = f"-c {cursors.LOW}={low} -c {cursors.HIGH}={high} -c {cursors.RANGES}={ranges}"
    env = {**os.environ, **{name: str(value) for name, value in parts.items() if value}, "PGOPTIONS": wide}
    into = [f"--dbname={given['NAME']}"] if to_database else []
    done = subprocess.run([*map(str, words), *into], env=env, capture_output=True, check=False)  # noqa: S603 - PostgreSQL's own
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupRefused(
            _("%(program)s failed: %(said)s.")
            % {"program": Path(words[0]).name, "said": said[0].rstrip(".") if said else done.returncode}
        )
    return done.stdout


_ENVIRONMENT = ("sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "connect_timeout")
