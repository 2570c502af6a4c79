"""diguan places: import a tree of places and its outlines, look at it, record mergers."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diguan.cli.installation import opened
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from diguan.places.models import Place
    from diguan.places.refusals import Problem, Report

SHOWN = 20
FILE = click.Path(path_type=Path, dir_okay=False)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help=N_("Import the tree of places and its outlines, look at it, record mergers."))
def cli() -> None:
    pass


@cli.command(
    "import",
    help=N_(
        "Import a tree from CSV with the columns code, name, level and parent_code (empty for a root), in any order. "
        "Importing again changes nothing that is the same. Lines that can't hang on the tree are refused and listed, the "
        "rest is imported; then the program ends with 1."
    ),
)
@click.argument("file", type=FILE)
@click.option("--boundaries", type=FILE, help=N_("Outlines as GeoJSON, in degrees."))
@click.option("--property", "code_property", default="gb", show_default=True, help=N_("Property that holds the code."))
@click.option("--strip", default="156", show_default=True, help=N_("What stands before the code in it."))
@click.option("--valid-from", type=DAY, help=N_("Since when the codes hold; today if not given."))
@click.option("--refused", "refused_file", type=FILE, help=N_("Write every refused line with its reason to this CSV."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def import_(
    file: Path,
    boundaries: Path | None,
    code_property: str,
    strip: str,
    valid_from: dt.datetime | None,
    refused_file: Path | None,
    lang: str | None,
) -> None:
    with opened(lang):
        from django.utils import timezone

        from diguan.places import actions
        from diguan.places.refusals import FileRefused

        day = valid_from.date() if valid_from else timezone.localdate()
        reports: list[Report] = []
        try:
            reports.append(actions.import_places(file=file, valid_from=day, by=None, at=timezone.now()))
            _say(file, reports[-1])
            if boundaries is not None:
                reports.append(
                    actions.import_boundaries(
                        file=boundaries, code_property=code_property, strip=strip, by=None, at=timezone.now()
                    )
                )
                _say(boundaries, reports[-1])
        except FileRefused as error:
            raise click.ClickException(str(error.problem)) from None
        problems = [problem for report in reports for problem in report.problems_by_line]
        if refused_file is not None:
            _write(refused_file, problems)
    if problems:
        sys.exit(1)


@cli.command(help=N_("Print a place, the places above it and those directly below; without CODE the roots."))
@click.argument("code", required=False)
@click.option("--on", "on", type=DAY, help=N_("Look the code up as of this day."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def show(code: str | None, on: dt.datetime | None, lang: str | None) -> None:
    with opened(lang):
        from django.utils.translation import gettext as _

        from diguan.places import queries

        if code is None:
            below = queries.roots()
            if not below:
                click.echo(_("No places yet. Import some: diguan places import FILE"))
        else:
            place = _place(code, on.date() if on else None)
            click.echo(" › ".join(str(each) for each in [*queries.path(place), place]))
            below = queries.children(place)
        for each in below:
            click.echo(f"{each.code}  {each.name}  {each.level}")


@cli.command(help=N_("Record that OLD was merged into NEW: the code OLD ends on that day."))
@click.argument("old")
@click.argument("new")
@click.option("--on", "on", type=DAY, required=True, help=N_("The first day OLD no longer holds."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def succeed(old: str, new: str, on: dt.datetime, lang: str | None) -> None:
    with opened(lang):
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from diguan.places import actions

        try:
            made = actions.record_successor(old=_place(old), new=_place(new), on=on.date(), by=None, at=timezone.now())
        except actions.SuccessionRefused as error:
            raise click.ClickException(str(error)) from None
        click.echo(
            _("%(old)s continues as %(new)s since %(day)s.")
            % {"old": made.place, "new": made.successor, "day": made.since.isoformat()}
        )


def _place(code: str, on: dt.date | None = None) -> Place:
    from diguan.places import queries

    try:
        return queries.by_code(code, on)
    except queries.PlaceUnknown as error:
        raise click.ClickException(str(error)) from None


def _say(file: Path, report: Report) -> None:
    from django.utils.translation import gettext as _

    click.echo(
        _("%(file)s: %(read)s read, %(accepted)s accepted, %(refused)s refused, %(unchanged)s unchanged.")
        % {"file": file.name, **{name: f"{count:,}" for name, count in report.counts().items()}}
    )
    for problem in report.problems_by_line[:SHOWN]:
        click.echo(str(problem), err=True)
    if report.refused > SHOWN:
        click.echo(
            _("… and %(count)s more; --refused FILE writes them all.") % {"count": f"{report.refused - SHOWN:,}"},
            err=True,
        )


def _write(file: Path, problems: list[Problem]) -> None:
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(["file", "line", "column", "what", "mend"])
            writer.writerows([each.file, each.line or "", each.column or "", each.what, each.mend] for each in problems)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
