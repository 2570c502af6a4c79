"""diguan backup and diguan restore: one file with everything that belongs to the database, and the way back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from diguan.cli.installation import in_words, opened, set_up
from diguan.rulebook.problems import N_

KEY_FILE = click.option("--key-file", type=click.Path(path_type=Path), help=N_("The content of this file is the key."))
PASSPHRASE = click.option("--passphrase", is_flag=True, help=N_("Ask for a passphrase; DIGUAN_PASSPHRASE answers it."))


@click.command(
    help=N_(
        "Write the database and the folders that belong to it into one file; TARGET is the file, or a folder for it. "
        "Others may go on working. The keys of the installation are left out unless --with-keys says otherwise."
    )
)
@click.argument("target", type=click.Path(path_type=Path))
@KEY_FILE
@PASSPHRASE
@click.option(
    "--with-keys", is_flag=True, help=N_("Put keys.json in as well: whoever has the backup can open ID numbers.")
)
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def backup(target: Path, key_file: Path | None, passphrase: bool, with_keys: bool, lang: str | None) -> None:
    with opened(lang), _refusals():
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from diguan.server.backups import actions

        secret = _secret(key_file, passphrase, twice=True)
        made = actions.back_up(target=target, secret=secret, with_keys=with_keys, by=None, at=timezone.now())
        rows, files = sum(made.manifest.rows.values()), len(made.manifest.files)
        click.echo(
            _("%(file)s: %(rows)s rows and %(files)s files, %(size).1f MB.")
            % {"file": made.file, "rows": f"{rows:,}", "files": f"{files:,}", "size": made.file.stat().st_size / 1e6}
        )
        for folder in made.missing:
            click.echo(_("%(folder)s is missing: that screening can't be replayed.") % {"folder": folder}, err=True)
        if made.manifest.has_keys:
            click.echo(_("The keys of the installation are in it: keep it as you keep them."), err=True)
        else:
            click.echo(_("The keys of the installation (keys.json) are not in it: keep them elsewhere, or ID numbers stay closed."), err=True)  # fmt: skip
        if secret is None:
            click.echo(_("It is not sealed: whoever has the file can read it. To seal it: --key-file or --passphrase."), err=True)  # fmt: skip


@click.command(
    help=N_(
        "Put a backup in place of this installation's database. Every digest is compared before anything is touched. "
        "Stop the server first."
    )
)
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False))
@KEY_FILE
@PASSPHRASE
@click.option("--replace", is_flag=True, help=N_("Give up what the database holds now."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def restore(source: Path, key_file: Path | None, passphrase: bool, replace: bool, lang: str | None) -> None:
    with set_up(lang), in_words(), _refusals():
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from diguan.server.backups import actions

        secret = _secret(key_file, passphrase, twice=False)
        manifest = actions.restore(source=source, secret=secret, replace=replace, by=None, at=timezone.now())
        click.echo(
            _("Restored what was kept on %(day)s: %(rows)s rows and %(files)s files.")
            % {"day": manifest.made_at, "rows": f"{sum(manifest.rows.values()):,}", "files": f"{len(manifest.files):,}"}
        )


def _secret(key_file: Path | None, passphrase: bool, *, twice: bool) -> bytes | None:
    """What the key is derived from; None for a backup that is not sealed. Raises: click.ClickException."""
    from django.utils.translation import gettext as _

    if key_file is not None and passphrase:
        raise click.UsageError(_("Give either --key-file or --passphrase."))
    if key_file is not None:
        secret = key_file.read_bytes().strip()
    elif passphrase:
        asked = os.environ.get("DIGUAN_PASSPHRASE") or click.prompt(
            _("Passphrase"), hide_input=True, confirmation_prompt=twice
        )
        secret = asked.encode()
    else:
        return None
    if len(secret) < _SHORTEST:
        raise click.ClickException(_("The key has fewer than %(count)d characters.") % {"count": _SHORTEST})
    return secret


_SHORTEST = 12


@contextmanager
def _refusals() -> Iterator[None]:
    from diguan.server.backups import BackupRefused

    try:
        yield
    except BackupRefused as refused:
        raise click.ClickException(str(refused)) from None
