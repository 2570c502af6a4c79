"""diguan keys: change the keys of an installation."""

from __future__ import annotations

from typing import Literal

import click

from diguan.cli.installation import opened
from diguan.rulebook.problems import N_


@click.group(help=N_("The keys that seal ID numbers, hash them for look-up, and sign the journal."))
def cli() -> None:
    pass


@cli.command(
    help=N_(
        "Make a new key, seal (or hash) everything anew with it, and forget the older ones. Cut off in the middle, call "
        "it again. Copies of the database from before open with the old file of keys only: keep it with them."
    )
)
@click.argument("kind", type=click.Choice(["sealing", "hashing"]))
@click.option("--keep-old", is_flag=True, help=N_("Do not forget the older keys yet."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def rotate(kind: Literal["sealing", "hashing"], keep_old: bool, lang: str | None) -> None:
    with opened(lang):
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from diguan import vault
        from diguan.access import actions as access
        from diguan.linkage import actions as linkage
        from diguan.registry import actions

        with click.progressbar(length=1, label=_("Identifiers")) as bar:

            def show(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            count = actions.rotate_keys(kind=kind, by=None, at=timezone.now(), progress=show)
        if kind == "sealing":
            access.reseal_factors(by=None, at=timezone.now())
        count += linkage.reseal_entries(kind=kind, by=None, at=timezone.now())
        if not keep_old:
            vault.rotate(kind, drop=True)
        key = vault.opened().current(kind).id
        click.echo(_("%(count)d identifiers stand under the key %(key)s now.") % {"count": count, "key": key})
