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
    with set_up(lang), in_words():
        _insist_on_tables()
        yield


@contextmanager
def set_up(lang: str | None = None) -> Iterator[None]:
    """Set Django up, in the reader's language, whatever the database holds. Raises: click.ClickException."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diguan.server.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from None
    with translation.override(chosen(lang)):
        yield


@contextmanager
def in_words() -> Iterator[None]:
    """Say what is wrong with the database in a sentence. Django must have been set up. Raises: click.ClickException."""
    from django.db import DatabaseError

    from diguan.server import unreachable

    try:
        yield
    except DatabaseError as error:
        raise click.ClickException(unreachable.in_words(error)) from None


def _insist_on_tables() -> None:
    """Refuse a database whose tables are missing or old, before a command trips over them."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from diguan.server import unreachable

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise click.ClickException(
            translation.gettext("The database %(where)s is not prepared. Run: diguan migrate, or make run.")
            % {"where": unreachable.where()}
        )
