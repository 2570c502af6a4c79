"""diguan registry: templates to be filled in, and files of households imported into the registry."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diguan.cli.installation import opened
from diguan.cli.language import chosen, translator
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from diguan.intake.columns import Sheet
    from diguan.intake.models import Import

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
OUT = click.Path(path_type=Path, dir_okay=False)
SHOWN = 20


@click.group(help=N_("Templates to be filled in, and files of households and people imported into the registry."))
def cli() -> None:
    pass


@cli.command(help=N_("Write an empty workbook with the columns of a pack's dictionary, to be filled in and imported."))
@click.option("--pack", "pack_id", help=N_("The pack; the one in use if not given."))
@click.option("--out", type=OUT, help=N_("The file; template-PACK.xlsx if not given."))
@click.option("--lang", help=N_("Language of its headings: en, zh-hans or zh-hant"))
def template(pack_id: str | None, out: Path | None, lang: str | None) -> None:
    with opened(lang):
        from diguan.intake import blank, dictionaries

        pack = dictionaries.pack(_pack_id(pack_id, chosen(lang)))
        path = out or Path(f"template-{pack.id}.xlsx")
        path.write_bytes(blank.workbook(pack, chosen(lang)))
        click.echo(translator(chosen(lang))(N_("Written: {file}.")).format(file=path))


@cli.command(
    "import",
    help=N_(
        "Import households and people from one file or two (.xlsx, or text separated by comma, semicolon or tab). First "
        "as a dry run, which says what would change; with --apply it is written. Refused households are listed with the "
        "reason; the program then ends with 1. With --columns nothing is tried: it shows what each column is taken for."
    ),
)
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--pack", "pack_id", help=N_("Whose dictionary; that of the pack in use if not given."))
@click.option("--source", default="import", show_default=True, help=N_("Who says so: visit, census, import …"))
@click.option(
    "--observed-on", type=click.DateTime(["%Y-%m-%d"]), help=N_("The day, where no column says it; today if not given.")
)
@click.option("--place", "place_code", default="", help=N_("Code of the village, where no column names it."))
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="HEADING=NAME",
    help=N_("What a column means; an empty NAME leaves it aside."),
)
@click.option(
    "--likely", is_flag=True, help=N_("Take columns, too, that are only named alike; look at --columns first.")
)
@click.option("--columns", "is_profile", is_flag=True, help=N_("Show what each column is taken for, and stop."))
@click.option("--apply/--dry-run", "is_meant", default=False, help=N_("Write, or only say what would change."))
@click.option("--refused", "refused_file", type=OUT, help=N_("Write refused rows with their reasons to this file."))
@click.option("--report", "report_file", type=OUT, help=N_("Write what becomes of every household to this CSV."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def import_(files: tuple[Path, ...], lang: str | None, **options: Any) -> None:
    with opened(lang):
        from diguan.intake import actions
        from diguan.intake.parsing.limits import FileRefused

        say = translator(chosen(lang))
        if len(files) > actions.MOST_FILES:
            raise click.UsageError(say(N_("One file, or one of households and one of people.")))
        try:
            refused = _imported(files, options, chosen(lang), say)
        except FileRefused as error:
            raise click.ClickException(error.message(say)) from None
        except (actions.NotAllowed, actions.ColumnsIncomplete) as error:
            raise click.ClickException(str(error)) from None
    if refused:
        sys.exit(1)


def _imported(files: Sequence[Path], options: dict[str, Any], language: str, say: Callable[[str], str]) -> int:
    """Carry the files through; return how many households were refused."""
    from django.utils import timezone

    from diguan.intake import actions, keeping, queries

    _finish_cut_off(say)
    day = options["observed_on"].date() if options["observed_on"] else timezone.localdate()
    found = actions.receive(
        files=[(path.name, keeping.pieces_of(path)) for path in files],
        pack_id=_pack_id(options["pack_id"], language),
        source=_source(options, language, say),
        observed_on=day,
        place_code=options["place_code"],
        by=None,
        at=timezone.now(),
    )
    with keeping.held(found):
        try:
            _say_earlier(queries.earlier(found), say)
            actions.read_files(found=found, by=None, at=timezone.now())
            sheets = _settled(found, keeping.sheets(found), options, say)
            _show_columns(sheets, found, language, say)
            if options["is_profile"]:
                return 0
            actions.settle_columns(found=found, sheets=sheets, by=None, at=timezone.now())
            return _carried(found, options, language, say)
        finally:
            _put_away(found)


def _put_away(found: Import) -> None:
    """Leave nothing behind but what was applied, or was cut off while it was applied and can go on."""
    from django.utils import timezone

    from diguan.intake import actions, keeping

    found.refresh_from_db()
    if found.stage == found.Stage.APPLIED:
        keeping.remove(found)
    elif found.stage != found.Stage.APPLYING:
        actions.cancel_import(found=found, by=None, at=timezone.now())


def _finish_cut_off(say: Callable[[str], str]) -> None:
    """Finish what an earlier program was stopped at, before anything else is read."""
    from django.utils import timezone

    from diguan.intake import actions, keeping, queries

    for found in queries.imports(None).filter(stage="applying"):
        with keeping.held(found) as is_mine:
            if is_mine:
                click.echo(say(N_("An import that was cut off is finished first.")))
                actions.apply_import(found=found, by=None, at=timezone.now())
                _say_counts(found.applied_counts, True, say)
                keeping.remove(found)


def _carried(found: Import, options: dict[str, Any], language: str, say: Callable[[str], str]) -> int:
    from django.utils import timezone

    from diguan.intake import actions, keeping

    if options["is_meant"]:
        actions.confirm_import(found=found, by=None, at=timezone.now())
        actions.apply_import(found=found, by=None, at=timezone.now())
    else:
        actions.try_import(found=found, by=None, at=timezone.now())
    counts = found.applied_counts if options["is_meant"] else found.counts
    folder = keeping.folder(found) / ("applied" if options["is_meant"] else "trial")
    _say_counts(counts, options["is_meant"], say)
    _show_refused(found, folder, say)
    _write_files(found, folder, options, say)
    return int(counts["refused"])


def _pack_id(given: str | None, language: str) -> str:
    from diguan.intake import dictionaries

    pack_id = given or dictionaries.in_use()
    if pack_id in dictionaries.ids():
        return pack_id
    say = translator(language)
    known = ", ".join(dictionaries.ids())
    if pack_id:
        raise click.ClickException(
            say(N_("There is no pack {pack}. There are: {known}.")).format(pack=pack_id, known=known)
        )
    raise click.UsageError(
        say(N_("No pack is in use yet: name one with --pack. There are: {known}.")).format(known=known)
    )


def _source(options: dict[str, Any], language: str, say: Callable[[str], str]) -> str:
    from diguan.intake import dictionaries

    known = dictionaries.pack(_pack_id(options["pack_id"], language)).sources
    if options["source"] not in known:
        text = say(N_("The dictionary knows no source {source}. It knows: {known}."))
        raise click.ClickException(text.format(source=options["source"], known=", ".join(known)))
    return str(options["source"])


def _settled(found: Import, sheets: list[Sheet], options: dict[str, Any], say: Callable[[str], str]) -> list[Sheet]:
    """The sheets with what was said on the command line; what only looks alike is left aside unless it is asked for."""
    from diguan.intake import columns, dictionaries
    from diguan.intake.vocabulary import compared

    words = dictionaries.words(found.pack_id)
    said = {
        compared(heading): name.strip() for heading, _sign, name in (each.rpartition("=") for each in options["maps"])
    }
    for name in said.values():
        if name and name not in words.targets:
            raise click.ClickException(say(N_("There is no column {name} in the dictionary.")).format(name=name))
    made = []
    for sheet in sheets:
        kept = sheet if options["likely"] else columns.sure(sheet, words)
        named = [column for column in sheet.columns if compared(column.heading) in said]
        choices = {column.place: {"target": said[compared(column.heading)]} for column in named}
        made.append(columns.chosen(kept, choices, words))
    unknown = set(said) - {compared(column.heading) for sheet in sheets for column in sheet.columns}
    if unknown:
        raise click.ClickException(say(N_("No column is headed {names}.")).format(names=", ".join(sorted(unknown))))
    return made


def _say_earlier(earlier: Import | None, say: Callable[[str], str]) -> None:
    if earlier is not None and earlier.applied_at is not None:
        text = say(N_("The same file was applied on {date}; what has not changed since counts as unchanged."))
        click.echo(text.format(date=earlier.applied_at.date()))


def _show_columns(sheets: list[Sheet], found: Import, language: str, say: Callable[[str], str]) -> None:
    from diguan.intake import dictionaries

    words = dictionaries.words(found.pack_id)
    for sheet in sheets:
        name = sheet.name or say(N_("table"))
        if not sheet.is_read:
            click.echo(say(N_("{sheet}: left aside, none of its columns is known.")).format(sheet=name))
            continue
        row = say(N_("{sheet}: {rows} rows, heading in row {row}.")).format(
            sheet=name, rows=f"{sheet.rows:,}", row=sheet.heading_last
        )
        click.echo(row)
        for column in sheet.used:
            label = words.targets[column.target].label.in_language(language)
            times = f" × {column.multiple:,}" if column.multiple != 1 else ""
            click.echo(f"  {column.heading} → {column.target} ({label}){times}")
        aside = [column.heading for column in sheet.columns if column.heading and not column.target]
        if aside:
            click.echo("  " + say(N_("left aside: {columns}")).format(columns=", ".join(aside)))


def _say_counts(counts: dict[str, Any], is_meant: bool, say: Callable[[str], str]) -> None:
    head = N_("Applied:") if is_meant else N_("Dry run, nothing was written:")
    click.echo(say(head))
    lines = (
        (N_("{count} households new"), "new"),
        (N_("{count} households changed"), "changed"),
        (N_("{count} households confirmed as they are"), "confirmed"),
        (N_("{count} households unchanged, on file already"), "unchanged"),
        (N_("{count} households refused"), "refused"),
        (N_("{count} people, of these {new} new"), "persons"),
        (N_("{count} people found by ID number, {number} by their number, {name} by name"), "by_id_number"),
        (N_("{count} households are on file under another name; that name was kept"), "names_other"),
    )
    more = {"new": counts["persons_new"], "number": counts["by_number"], "name": counts["by_name"]}
    for template, key in lines:
        if counts[key] or key in ("new", "changed", "refused"):
            shown = {name: f"{number:,}" for name, number in more.items()}
            click.echo("  " + say(template).format(count=f"{counts[key]:,}", **shown))


def _show_refused(found: Import, folder: Path, say: Callable[[str], str]) -> None:
    from diguan.intake import dictionaries, outcomes

    listed = outcomes.faults(folder, dictionaries.words(found.pack_id), limit=SHOWN + 1)
    for fault in listed[:SHOWN]:
        where = say(N_("row {row}")).format(row=fault.row)
        click.echo(f"  {where}, {fault.column}: {fault.message}", err=True)
    if len(listed) > SHOWN:
        click.echo("  " + say(N_("… and more; --refused FILE writes them all.")), err=True)


def _write_files(found: Import, folder: Path, options: dict[str, Any], say: Callable[[str], str]) -> None:
    from diguan.intake import outcomes

    written = []
    if options["refused_file"]:
        shutil.copyfile(outcomes.refused_file(found, folder), options["refused_file"])
        written.append(str(options["refused_file"]))
    if options["report_file"]:
        outcomes.write_report(found, folder, options["report_file"])
        written.append(str(options["report_file"]))
    if written:
        click.echo(say(N_("Written: {file}.")).format(file=", ".join(written)))
