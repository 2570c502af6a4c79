"""diguan exports: remove what has expired, for a timer of the machine."""

from __future__ import annotations

import click

from diguan.cli.installation import opened
from diguan.rulebook.problems import N_


@click.group(help=N_("Look after files that were exported."))
def cli() -> None:
    pass


@cli.command(help=N_("Remove files whose time is over and close requests that nobody dealt with."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def sweep(lang: str | None) -> None:
    with opened(lang):
        from django.utils import timezone
        from django.utils.translation import ngettext

        from diguan.exports import actions

        count = actions.expire_exports(by=None, at=timezone.now())
        click.echo(
            ngettext("%(count)s export has expired.", "%(count)s exports have expired.", count) % {"count": count}
        )
