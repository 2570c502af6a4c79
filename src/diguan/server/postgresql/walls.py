"""The second wall on PostgreSQL: row-level security on every table whose rows have a scope, and rights by table.

Raised after every migration, over all models at once, so that a new one has its wall from its first row. A model with a
ScopedManager needs nothing further; one whose rows are kept for ever says so by `VERBS`, the verbs that the application
may use on its table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _
from psycopg import sql

from diguan.access.rows import scoped_models
from diguan.server.postgresql.cursors import HIGH, LOW, RANGES

ALL_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")
POLICY = "within_scope"

# Low and high answer an index; the exact ranges, read once per query, let scattered grants through and nothing between.
# An unset variable is an empty text on a connection that was used before: without a scope there are no rows.
# Inside coalesce, because of the bare operator the planner expects one row in two hundred, and joins accordingly.
_CONDITION = f"""
place_number >= nullif(current_setting('{LOW}', true), '')::bigint
AND place_number < nullif(current_setting('{HIGH}', true), '')::bigint
AND coalesce((SELECT nullif(current_setting('{RANGES}', true), '')::int8multirange) @> place_number, false)"""

# The planner's knowledge of a table that was just filled, which only its owner may renew.
ANALYZE = "diguan_analyze"
_ANALYZE = f"""
CREATE OR REPLACE FUNCTION public.{ANALYZE}(target regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ BEGIN EXECUTE format('ANALYZE %s', target); END $$"""


def raise_walls(connection: Any, role: str) -> None:
    """Put up or renew the wall of every scoped table, and give the role what it needs; as the tables' owner."""
    with connection.cursor() as cursor:
        for model in scoped_models():
            _wall(cursor, model)
        cursor.execute(_ANALYZE)
        cursor.execute("SELECT current_user")
        if role and role != cursor.fetchone()[0]:
            _let_in(cursor, role, connection.settings_dict["NAME"])


def _wall(cursor: Any, model: type[models.Model]) -> None:
    table, policy = sql.Identifier(model._meta.db_table), sql.Identifier(POLICY)
    for statement in (
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",  # for the owner as well
        "DROP POLICY IF EXISTS {policy} ON {table}",
        "CREATE POLICY {policy} ON {table} USING ({condition}) WITH CHECK ({condition})",
    ):
        cursor.execute(sql.SQL(statement).format(table=table, policy=policy, condition=sql.SQL(_CONDITION)))


def _let_in(cursor: Any, role: str, database: str) -> None:
    """Give the application's role the verbs of each table, and nothing that others gave it before."""
    given = {"role": sql.Identifier(role), "database": sql.Identifier(database)}
    for statement in (
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE ALL ON FUNCTION public.{ANALYZE}(regclass) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION public.{ANALYZE}(regclass) TO {{role}}",
    ):
        cursor.execute(sql.SQL(statement).format(**given))
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            grant = sql.SQL("GRANT {} ON {} TO {}")
            verbs = sql.SQL(", ".join(verbs_of(model)))
            cursor.execute(grant.format(verbs, sql.Identifier(model._meta.db_table), given["role"]))


def verbs_of(model: type[models.Model]) -> tuple[str, ...]:
    """Return what the application may do to a model's table; a verb may name its columns: `UPDATE (is_current)`."""
    verbs: tuple[str, ...] = getattr(model, "VERBS", ALL_VERBS)
    return verbs


def faults(connection: Any) -> Iterator[str]:
    """Say, in the reader's language, where the wall does not hold for whoever is connected now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, passes = cursor.fetchone()
        if passes:
            yield _("The user %(role)s passes all walls of PostgreSQL: only the program itself keeps people to their places.") % {"role": role}  # fmt: skip
        cursor.execute(
            """SELECT relname FROM pg_class c WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace
               AND relrowsecurity AND relforcerowsecurity
               AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = %s)""",
            [[model._meta.db_table for model in scoped_models()], POLICY],
        )
        walled = {row[0] for row in cursor.fetchall()}
    for model in scoped_models():
        if model._meta.db_table not in walled:
            yield _("The table %(table)s has no wall. Run: diguan migrate") % {"table": model._meta.db_table}
