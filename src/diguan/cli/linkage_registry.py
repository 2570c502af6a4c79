"""diguan linkage search, roll and missing: the registry held against itself and against lists of other offices."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diguan.cli import tables
from diguan.cli.installation import opened
from diguan.cli.language import chosen, translator
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from diguan import rulebook
    from diguan.linkage.models import Roll, Search
    from diguan.places.models import Place

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_OUT = click.Path(path_type=Path, dir_okay=False)
Say = Callable[[str], str]
DECISIONS = {
    "number": N_("same ID number"), "same": N_("one person"), "through": N_("one person, through a third entry"),
    "review": N_("to be reviewed by somebody"),
}  # fmt: skip


@click.command(
    help=N_(
        "Look for people who stand twice in the registry and put the pairs into the queue at /duplicates/. Pairs of which "
        "somebody has said anything are not asked again."
    )
)
@click.option("--place", "place_code", default="", help=N_("Look only among the people of this place (code)."))
@click.option(
    "--lists", "with_lists", is_flag=True, help=N_("Afterwards hold every list on file against the registry anew.")
)
@click.option("--pack", "pack_id", default="", help=N_("The pack; the one in use if not given."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def search(place_code: str, with_lists: bool, pack_id: str, lang: str | None) -> None:
    with opened(lang):
        from django.utils import timezone

        from diguan.linkage import actions, queries, roll_tables

        say = translator(chosen(lang))
        pack, place = _pack(pack_id, say), _place(place_code)
        done = _guarded(
            lambda: actions.search_register(
                pack=pack, place=place, by=None, at=timezone.now(), progress=_progress(say)
            ),
            say,
        )
        _print_pairs(done, say)
        for roll in queries.rolls() if with_lists else ():
            click.echo(f"{roll_tables.title(roll)} · {roll.as_of}")
            compared = _guarded(partial(actions.search_roll, roll=roll, pack=pack, by=None, at=timezone.now()), say)
            _print_roll(roll, compared, say)


@click.command(
    help=N_(
        "Hold a list of another office (.xlsx or text) against the registry: who of it is there, who may be, who is missing. "
        "Nothing goes into the registry. A later edition of the same list takes the place of the earlier one; the same file "
        "again is unchanged. Refused rows are counted with the reason; the program then ends with 1."
    )
)
@click.argument("file", type=_FILE)
@click.option("--source", required=True, help=N_("Whose list it is, as the dictionary calls the source."))
@click.option("--date", "as_of", required=True, type=click.DateTime(["%Y-%m-%d"]), help=N_("The day it speaks of."))
@click.option("--title", default="", help=N_("Name of the list, where the office keeps several."))
@click.option(
    "--place", "place_code", default="", help=N_("Place of the list (code); rows without one stand under it.")
)
@click.option("--within", "within_code", default="", help=N_("Look only among the people of this place (code)."))
@click.option("--map", "maps", multiple=True, metavar="HEADING=NAME", help=N_("What a column means."))
@click.option("--refused", "refused_file", type=_OUT, help=N_("Write refused rows with their reasons to this file."))
@click.option("--pack", "pack_id", default="", help=N_("The pack; the one in use if not given."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def roll(file: Path, lang: str | None, **options: Any) -> None:
    with opened(lang):
        refused = _taken(file, options, translator(chosen(lang)))
    if refused:
        sys.exit(1)


@click.command(
    help=N_("Count who is on a list and not in the registry, by place. Names are shown to nobody here: open /rolls/.")
)
@click.option("--source", default="", help=N_("Only lists of this source."))
@click.option("--place", "place_code", default="", help=N_("The places directly below this one (code)."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def missing(source: str, place_code: str, lang: str | None) -> None:
    with opened(lang):
        from diguan.access.scope import unscoped
        from diguan.linkage import queries, roll_tables
        from diguan.places import queries as places

        say, place = translator(chosen(lang)), _place(place_code)
        found = [each for each in queries.rolls() if source in ("", each.source)]
        if not found:
            click.echo(
                say(N_("No list is on file. Bring one in with: diguan linkage roll FILE --source SOURCE --date DAY"))
            )
            return
        scope = unscoped("diguan linkage missing")
        below = places.children(place) if place else places.roots()
        for each in found:
            click.echo(f"{roll_tables.title(each)} · {each.as_of}")
            _print_places(queries.counts_by_place(scope, each, below), say)


COMMANDS = (search, roll, missing)


def _taken(file: Path, options: dict[str, Any], say: Say) -> int:
    """Take a list in and compare it; return how many rows were refused."""
    from django.utils import timezone

    from diguan.access.scope import unscoped
    from diguan.linkage import actions, queries

    pack, place, within = (
        _pack(options["pack_id"], say), _place(options["place_code"]), _place(options["within_code"]),
    )  # fmt: skip
    if options["source"] not in pack.sources:
        text = say(N_("The dictionary knows no source {source}. It knows: {known}."))
        raise click.ClickException(text.format(source=options["source"], known=", ".join(pack.sources)))
    maps = tuple((heading, name.strip()) for heading, _sign, name in (each.rpartition("=") for each in options["maps"]))
    sent = actions.Sent(options["source"], options["as_of"].date(), options["title"], place, maps)
    received = _guarded(
        lambda: actions.receive_roll(
            file=file, sent=sent, pack=pack, scope=unscoped("list from the terminal"), by=None, at=timezone.now()
        ),
        say,
    )
    if received.is_unchanged:
        click.echo(say(N_("This very list is on file already; nothing has changed.")))
        if queries.searched(received.roll) is not None:
            return 0
    else:
        _print_received(received, options["refused_file"], say)
    done = _guarded(
        lambda: actions.search_roll(
            roll=received.roll, pack=pack, place=within, by=None, at=timezone.now(), progress=_progress(say)
        ),
        say,
    )
    _print_roll(received.roll, done, say)
    return 0 if received.is_unchanged else int(received.roll.counts["refused"])


def _guarded(act: Callable[[], Any], say: Say) -> Any:
    """Do it, and say in a sentence what stands against it."""
    from diguan.access.decision import NotAllowed
    from diguan.intake.parsing.limits import FileRefused
    from diguan.linkage import listing, workroom
    from diguan.rulebook.problems import RulesRefused

    try:
        return act()
    except (RulesRefused, FileRefused) as refused:
        raise click.ClickException(refused.message(say)) from None
    except (NotAllowed, listing.ColumnsUnknown, workroom.Occupied) as refused:
        raise click.ClickException(str(refused)) from None


def _pack(pack_id: str, say: Say) -> rulebook.Pack:
    from diguan.intake import dictionaries

    wanted = pack_id or dictionaries.in_use()
    known = dictionaries.ids()
    if wanted in known:
        return dictionaries.pack(wanted)
    text = (
        N_("There is no pack {pack}. There are: {known}.")
        if wanted
        else N_("No pack is in use yet: name one with --pack. There are: {known}.")
    )
    raise click.ClickException(say(text).format(pack=wanted, known=", ".join(known)))


def _place(code: str) -> Place | None:
    from diguan.places import queries

    try:
        return queries.by_code(code) if code else None
    except queries.PlaceUnknown as unknown:
        raise click.ClickException(str(unknown)) from None


def _progress(say: Say) -> Callable[[str], None]:
    from diguan.linkage import matching

    return lambda step: click.echo(f"… {say(matching.STEPS[step])}", err=True)


def _print_pairs(done: Search, say: Say) -> None:
    counts = done.counts
    click.echo(say(N_("{people} people, {pairs} pairs compared.")).format(
        people=f"{counts['people']:,}", pairs=f"{counts['compared']:,}"
    ))  # fmt: skip
    rows = [[say(words), f"{counts[name]:,}"] for name, words in DECISIONS.items()]
    click.echo(tables.table(["", say(N_("pairs"))], rows))
    told = say(N_("{new} new in the queue, {gone} no longer there."))
    click.echo(told.format(new=f"{counts['new']:,}", gone=f"{counts['gone']:,}"))


def _print_received(received: Any, refused_file: Path | None, say: Say) -> None:
    from diguan.linkage import listing

    counts = received.roll.counts
    told = N_("{read} rows read, {accepted} accepted, {refused} refused, {aside} values counted as unknown.")
    click.echo(say(told).format(
        read=f"{counts['read']:,}", accepted=f"{counts['accepted']:,}", refused=f"{counts['refused']:,}",
        aside=f"{counts['set_aside']:,}",
    ))  # fmt: skip
    for reason, count in received.roll.refusals.items():
        click.echo(f"  {listing.REASONS[reason]} {count:,}")
    edition = say(N_("{new} new on the list, {known} known from its last edition, {gone} no longer on it."))
    click.echo(edition.format(**{name: f"{counts[name]:,}" for name in ("new", "known", "gone")}))
    if refused_file is not None:
        with refused_file.open("w", encoding="utf-8-sig", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(("sheet", "row", "reason", "refused", "message"))
            for sheet, row, reason, is_refused in received.faults:
                writer.writerow((sheet, row, reason, is_refused, listing.REASONS[reason]))
        click.echo(say(N_("Written: {file}.")).format(file=refused_file))


def _print_roll(roll: Roll, done: Search, say: Say) -> None:
    words = {
        "found": N_("in the registry"), "to_review": N_("to be looked at"), "missing": N_("not in the registry"),
    }  # fmt: skip
    rows = [[say(text), f"{done.counts[name]:,}"] for name, text in words.items()]
    click.echo(tables.table(["", say(N_("entries of the list"))], rows))
    click.echo(say(N_("Open it at {address}.")).format(address=f"/rolls/{roll.key}/"))


def _print_places(counted: Any, say: Say) -> None:
    head = [say(N_("place")), say(N_("in the registry")), say(N_("to be looked at")), say(N_("not in the registry"))]
    rows = [
        [place.name, *(f"{counts.get(state, 0):,}" for state in ("found", "review", "missing"))]
        for place, counts in counted
    ]
    click.echo(tables.table(head, rows))
