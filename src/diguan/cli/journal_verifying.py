"""diguan journal verify: this installation, a copy of a database, or the proof of one entry."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import django
from django.utils import translation
from django.utils.translation import gettext as _

from diguan.cli.installation import opened
from diguan.cli.language import chosen
from diguan.journal import checkpoints, proofs
from diguan.journal.checkpoints import Checkpoint
from diguan.journal.verification import Report

Files = Sequence[Path]
Keys = Sequence[str]


def installation(files: Files, public_keys: Keys, lang: str | None) -> bool:
    """Verify the journal of this installation, and keep in it that this was done; say whether it is intact."""
    with opened(lang):
        from django.db import connection
        from django.utils import timezone

        from diguan.journal import actions, verification

        brought = read(files)
        keys = {**verification.keys_here(), **verification.keys_named(brought, public_keys)}
        known, damaged = checkpoints.kept()
        for file in damaged:
            click.echo(_("A part of %(file)s is no checkpoint and was left aside.") % {"file": file}, err=True)
        report = verification.verify(connection, keys, [*known, *brought])
        actions.record_verification(report=report, by=None, at=timezone.now())
        return _told(report)


def copy(file: Path, files: Files, public_keys: Keys, lang: str | None) -> bool:
    """Verify a copy of a SQLite database, which stays as it is; say whether it is intact."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diguan.server.settings")
    django.setup()
    from diguan.journal import copies, verification

    with translation.override(chosen(lang)):
        brought = read(files)
        keys = verification.keys_named(brought, public_keys)
        if not keys:
            raise click.UsageError(
                _("A copy is verified with --checkpoint or --public-key: its own keys prove nothing.")
            )
        try:
            with copies.opened(file) as connection:
                return _told(verification.verify(connection, keys, brought))
        except copies.CopyUnreadable as error:
            raise click.ClickException(
                _("%(file)s is no database with a sealed journal: %(error)s.") % {"file": file, "error": error}
            ) from None


def proof(file: Path, files: Files, public_keys: Keys, lang: str | None) -> bool:
    """Verify the proof of one entry against the checkpoint named, else against the one it brings along."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diguan.server.settings")
    django.setup()  # for the words; no database is opened
    with translation.override(chosen(lang)):
        try:
            given = proofs.read(file.read_text("utf-8"))
            known = [(checkpoint, True) for checkpoint in read(files)] or [(proofs.checkpoint_in(given), False)]
        except (proofs.ProofUnreadable, checkpoints.CheckpointUnreadable, UnicodeDecodeError):
            raise click.ClickException(_("%(file)s holds no proof.") % {"file": file}) from None
        return any(_proves(given, checkpoint, is_brought, public_keys) for checkpoint, is_brought in known)


def read(files: Iterable[Path]) -> list[Checkpoint]:
    """Return the checkpoints in these files. Raises: ClickException."""
    try:
        return checkpoints.read_files(files)
    except checkpoints.CheckpointUnreadable as error:
        raise click.ClickException(
            _("%(file)s holds no checkpoint, or something else besides.") % {"file": error}
        ) from None


def _proves(given: proofs.Proof, checkpoint: Checkpoint, is_brought: bool, public_keys: Keys) -> bool:
    own = {key.partition(":")[0]: key for key in public_keys}
    if not checkpoint.is_signed_by(own.get(checkpoint.key_id, "" if own else checkpoint.public_key)):
        click.echo(_("The checkpoint is not signed with the key that it should be: it proves nothing."), err=True)
        return False
    try:
        columns = proofs.insist(given, checkpoint)
    except proofs.ProofBroken:
        click.echo(
            _("The proof does not lead to the checkpoint of %(time)s: it was made for another, or altered.")
            % {"time": checkpoint.time},
            err=True,
        )
        return False
    names = ("id", "at", "actor_id", "actor_name", "verb", "subject_type", "subject_key", "place_number", "detail")
    for name, value in zip(names, columns, strict=True):
        click.echo(f"{name:<14}{'–' if value is None else value}")
    click.echo(
        _("This entry stands so in the journal of %(origin)s, as the checkpoint of %(time)s has it.")
        % {"origin": checkpoint.origin, "time": checkpoint.time}
    )
    if not is_brought and not own:
        click.echo(_("The checkpoint came with the proof. Compare it with one that was kept elsewhere: --checkpoint."))
    return True


def _told(report: Report) -> bool:
    for difference in report.differences:
        click.echo(difference.sentence, err=True)
    if report.unnamed:
        click.echo(_("… and %(count)s more differences.") % {"count": f"{report.unnamed:,}"}, err=True)
    click.echo(
        _("%(entries)s entries in %(batches)s batches are sealed, up to entry %(last)s; %(unsealed)s are not yet.")
        % {
            "entries": f"{report.entries:,}",
            "batches": f"{report.batches:,}",
            "last": f"{report.last_entry:,}",
            "unsealed": f"{report.unsealed:,}",
        }
    )
    newest = max(report.agreeing, key=lambda each: each.batches, default=None)
    if newest is not None:
        click.echo(
            _("%(count)s checkpoints agree, the newest of %(time)s with %(entries)s entries.")
            % {"count": f"{len(report.agreeing):,}", "time": newest.time, "entries": f"{newest.entries:,}"}
        )
    else:
        click.echo(_("No checkpoint was compared: what was sealed anew with a stolen key would not be seen."))
    if report.is_intact:
        click.echo(_("Nothing sealed was altered."))
    return report.is_intact
