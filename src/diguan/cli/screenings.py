"""diguan screenings: screenings of the registry as they were asked for: listed, stopped, gone on with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from diguan.cli.installation import opened
from diguan.cli.language import chosen, translator
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from diguan.screening.models import Run

SHOWN = 20
NUMBER = click.argument("number", metavar="NUMBER", type=click.IntRange(min=1))


@click.group(help=N_("Screenings of the registry: how far they are, stopped, gone on with. diguan screen starts one."))
def cli() -> None:
    pass


@cli.command("list", help=N_("List the latest screenings, and how far the one at work is."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def list_screenings(lang: str | None) -> None:
    language = chosen(lang)
    say = translator(language)
    with opened(language):
        from diguan.screening import queries, reading_runs

        runs = queries.runs()[:SHOWN]
        for run in runs:
            who = N_("{number}  {pack} as of {date}, asked for by {who} at {when}: {state}")
            when = f"{run.asked_at.astimezone():%Y-%m-%d %H:%M}"
            values = {"number": run.pk, "pack": run.pack_id, "date": run.as_of, "who": run.asked_by_name, "when": when}
            click.echo(say(who).format(**values, state=reading_runs.state(run)))
            for line in reading_runs.more(run):
                click.echo(f"    {line}")
        if not runs:
            click.echo(say(N_("Nothing has been screened yet: run diguan screen first.")))


@cli.command(help=N_("Stop a screening that waits or runs, here or on a page. The former results stay in place."))
@NUMBER
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def cancel(number: int, lang: str | None) -> None:
    language = chosen(lang)
    say = translator(language)
    with opened(language):
        from django.utils import timezone

        from diguan.screening import actions

        try:
            actions.cancel_screening(run=_found(number, language), by=None, at=timezone.now())
        except actions.NotAllowed as refused:
            raise click.ClickException(str(refused)) from None
        words = N_("Screening {number} is stopped. To go on with it: diguan screenings resume {number}")
        click.echo(say(words).format(number=number))


@cli.command(help=N_("Go on with a screening that was stopped, failed or was cut off, from where it was."))
@NUMBER
@click.option(
    "--pack", "folder", metavar="DIR", help=N_("folder of its pack, if that is not one of the installation's")
)
@click.option("--memory", default="", help=N_("memory limit such as 4GB; beyond it work spills to disk"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def resume(number: int, folder: str | None, memory: str, lang: str | None) -> None:
    language = chosen(lang)
    with opened(language):
        from django.utils import timezone

        from diguan.cli import registry_screening as registry
        from diguan.screening import actions

        run = _found(number, language)
        with registry.said(language):
            actions.resume_screening(run=run, by=None, at=timezone.now())
            registry.carry(run, folder or run.pack_id, memory, language)


def _found(number: int, language: str) -> Run:
    from diguan.screening.models import Run

    try:
        return Run.objects.get(pk=number)
    except Run.DoesNotExist:
        click.echo(translator(language)(N_("There is no screening {number}.")).format(number=number), err=True)
        sys.exit(1)
