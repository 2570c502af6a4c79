"""diguan journal: seal it, keep checkpoints of it, verify it, prove one entry."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diguan.cli.installation import opened
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from diguan.journal.checkpoints import Checkpoint

FILE = click.Path(path_type=Path, dir_okay=False)
_PATIENCE_SECONDS = 60
_LOOK_SECONDS = 0.2


@click.group(help=N_("Seal the journal, keep checkpoints of it, verify it, prove one entry."))
def cli() -> None:
    pass


@cli.command(
    help=N_(
        "Seal what is not sealed yet, and add a checkpoint to the folder of checkpoints. A running server does this "
        "every four minutes; two at once do no harm."
    )
)
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def seal(lang: str | None) -> None:
    with opened(lang):
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from diguan.journal import checkpoints, sealing
        from diguan.journal.frontier import Frontier

        frontier, deadline = Frontier(), time.monotonic() + _PATIENCE_SECONDS
        done = sealing.seal(at=timezone.now(), frontier=frontier)
        while frontier.is_waiting and not done.entries and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
            done = sealing.seal(at=timezone.now(), frontier=frontier)
        click.echo(
            _("%(entries)s entries sealed in %(batches)s batches; all up to entry %(last)s are sealed.")
            % {"entries": f"{done.entries:,}", "batches": f"{done.batches:,}", "last": f"{done.last_entry:,}"}
        )
        if waiting := sealing.unsealed():
            click.echo(_("%(count)s entries came meanwhile and wait.") % {"count": f"{waiting:,}"})
        if checkpoints.keep(at=timezone.now()):
            click.echo(_("A checkpoint was added in %(folder)s.") % {"folder": checkpoints.folder()})


@cli.command(
    help=N_(
        "Write a checkpoint: a small signed text that says what the journal looks like now. Keep it where whoever runs "
        "this machine cannot change it: with the auditor, with the level above, on paper."
    )
)
@click.option(
    "--out", type=FILE, help=N_("File to write; one that is there is not written over. Printed if not given.")
)
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def checkpoint(out: Path | None, lang: str | None) -> None:
    with opened(lang):
        from django.utils.translation import gettext as _

        made = _checkpoint()
        if out is None:
            click.echo(made.text, nl=False)
            return
        _write(out, made.text)
        click.echo(
            _("Checkpoint of %(entries)s entries written to %(file)s. Take it to another place.")
            % {"entries": f"{made.entries:,}", "file": out}
        )


@cli.command(
    help=N_(
        "Read the whole journal and compare it with its seals, with the folder of checkpoints and with the checkpoints "
        "named. What differs is said, the first entry first; then the program ends with 1. With --proof one entry is "
        "verified without any database."
    )
)
@click.option("--checkpoint", "files", type=FILE, multiple=True, help=N_("A checkpoint that was kept elsewhere."))
@click.option("--public-key", "public_keys", multiple=True, help=N_("A key to trust, as checkpoints print it: s1:…"))
@click.option("--file", "copy", type=FILE, help=N_("A copy of a SQLite database, instead of this installation's."))
@click.option("--proof", type=FILE, help=N_("A proof of one entry, made by diguan journal prove."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def verify(
    files: tuple[Path, ...], public_keys: tuple[str, ...], copy: Path | None, proof: Path | None, lang: str | None
) -> None:
    from diguan.cli import journal_verifying as verifying

    if proof is not None:
        is_good = verifying.proof(proof, files, public_keys, lang)
    elif copy is not None:
        is_good = verifying.copy(copy, files, public_keys, lang)
    else:
        is_good = verifying.installation(files, public_keys, lang)
    if not is_good:
        sys.exit(1)


@cli.command(
    help=N_(
        "Write a proof that the entry with this number was sealed. Whoever holds the checkpoint can verify it without "
        "the database: diguan journal verify --proof FILE."
    )
)
@click.argument("entry", type=click.IntRange(min=1))
@click.option("--checkpoint", "file", type=FILE, help=N_("The checkpoint to prove it to; one made now if not given."))
@click.option("--out", type=FILE, help=N_("File to write. Printed if not given."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def prove(entry: int, file: Path | None, out: Path | None, lang: str | None) -> None:
    with opened(lang):
        from django.utils.translation import gettext as _

        from diguan.cli import journal_verifying as verifying
        from diguan.journal import proofs

        against = _checkpoint() if file is None else verifying.read([file])[-1]
        try:
            proof = proofs.prove(entry, against)
        except proofs.NotSealed:
            raise click.ClickException(
                _("Entry %(entry)s is not among the %(count)s entries that the checkpoint speaks of.")
                % {"entry": f"{entry:,}", "count": f"{against.entries:,}"}
            ) from None
        if out is None:
            click.echo(proof.text, nl=False)
            return
        _write(out, proof.text)
        click.echo(_("Proof of entry %(entry)s written to %(file)s.") % {"entry": f"{entry:,}", "file": out})


def _checkpoint() -> Checkpoint:
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from diguan.journal import checkpoints

    try:
        return checkpoints.make(at=timezone.now())
    except checkpoints.NothingSealed:
        raise click.ClickException(_("Nothing is sealed yet. Run: diguan journal seal")) from None


def _write(out: Path, text: str) -> None:
    from django.utils.translation import gettext as _

    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(
            _("%(file)s is there already and is not written over. Name another file.") % {"file": out}
        ) from None
