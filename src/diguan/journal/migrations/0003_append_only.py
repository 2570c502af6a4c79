"""Triggers that refuse to change or remove what stands in the journal, whoever asks.

A later migration that makes SQLite build one of the tables anew drops its triggers with it, and has to run `raise_walls` again;
a test looks that they stand.
"""

from django.db import migrations

TABLES = {"journal_entry": "id", "journal_batch": "number"}
SAID = "the journal is append-only: nothing in it is changed, removed or put in between"

_SQLITE_REFUSES = "CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{said}'); END"
# INSERT OR REPLACE removes a row without firing the trigger on DELETE. A number that SQLite is still to give reads as -1.
_SQLITE_NOT_BETWEEN = (
    "CREATE TRIGGER {table}_only_at_end BEFORE INSERT ON {table} "
    "WHEN NEW.{key} >= 0 AND NEW.{key} <= (SELECT max({key}) FROM {table}) BEGIN SELECT RAISE(ABORT, '{said}'); END"
)
_POSTGRESQL_SAYS = (
    "CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
)
_POSTGRESQL_REFUSES = (
    "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses()"
)


def raise_walls(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL_SAYS.format(said=SAID))
        statements = [_POSTGRESQL_REFUSES]
    else:
        statements = [_SQLITE_REFUSES.replace("{act}", act) for act in ("UPDATE", "DELETE")] + [_SQLITE_NOT_BETWEEN]
    for table, key in TABLES.items():
        for statement in statements:
            schema_editor.execute(statement.format(table=table, key=key, said=SAID))


def take_down(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        schema_editor.execute("DROP FUNCTION journal_refuses()")
        return
    for table in TABLES:
        for name in ("no_UPDATE", "no_DELETE", "only_at_end"):
            schema_editor.execute(f"DROP TRIGGER {table}_{name}")


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_seal")]
    operations = [migrations.RunPython(raise_walls, take_down)]
