"""diguan migrate: prepares the database."""

from __future__ import annotations

import os

import click

from diguan.cli.installation import in_words
from diguan.cli.language import chosen
from diguan.rulebook.problems import N_


@click.command(
    help=N_("Prepare the database of this installation, or bring it up to date. Doing it again changes nothing.")
)
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def migrate(lang: str | None) -> None:
    bring_up_to_date(lang)
    from django.utils import translation
    from django.utils.translation import gettext as _

    with translation.override(chosen(lang)):
        click.echo(_("The database is up to date."))


def bring_up_to_date(lang: str | None = None) -> None:
    """Apply the migrations that are missing in the database of the environment. Raises: click.ClickException."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diguan.server.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import translation

    with translation.override(chosen(lang)), in_words():
        call_command("migrate", verbosity=0, interactive=False)
