"""Opens the installation whose data folder the environment names, for commands that use its database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
import django
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from diguan.cli.language import chosen


@contextmanager
def opened(lang: str | None = None) -> Iterator[None]:
    """Make the database usable, in the reader's language. What goes wrong with it is said in a sentence.

    Raises: click.ClickException.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diguan.server.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from None
    from django.db import DatabaseError

    with translation.override(chosen(lang)):
        _insist_on_tables()
        try:
            yield
        except DatabaseError as error:
            raise click.ClickException(
                translation.gettext("The database can't be used: %(error)s.") % {"error": error}
            ) from None


def _insist_on_tables() -> None:
    """Refuse a database whose tables are missing or old, before a command trips over them."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise click.ClickException(
            translation.gettext("The database can't be used: %(error)s.") % {"error": error}
        ) from None
    if missing:
        raise click.ClickException(
            translation.gettext("The database in %(folder)s is not prepared. Run: diguan migrate, or make run.")
            % {"folder": os.environ.get("DIGUAN_DATA") or "var"}
        )
