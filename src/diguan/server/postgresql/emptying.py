"""Emptying a database on a server, for the demo, which begins anew in tables that are there."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql

_GUARDED = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"""


def empty() -> None:
    """Empty all tables, the journal too, whose triggers refuse it otherwise; as the owner of the tables, and all or nothing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_GUARDED)
            guarded = [table for (table,) in cursor.fetchall()]
            for table in guarded:
                cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        call_command("flush", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            for table in guarded:
                cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
