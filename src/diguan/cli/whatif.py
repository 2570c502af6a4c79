"""diguan whatif: other numbers, or another pack, tried over the households of a screening; nothing is touched."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click

from diguan import engine, rulebook
from diguan.cli.language import chosen, translator
from diguan.cli.opened_pack import loaded
from diguan.cli.screen import DATE, HISTORY
from diguan.cli.whatif_shown import STEPS, print_tried
from diguan.engine import sides, trying
from diguan.engine.proposal import Proposal, prepare
from diguan.rulebook import what_if
from diguan.rulebook.problems import N_, PeriodNotCovered, RulesRefused

FOLDER = click.Path(path_type=Path)


@dataclass(frozen=True)
class Files:
    """Where the files are that something is tried over: a pack and data, or results of a finished screening."""

    pack: str | None
    data: Path | None
    as_of: date | None
    screening: Path | None
    out: Path | None
    places: Path | None
    history: Path | None
    missing_as_unknown: bool


@click.command(
    help=N_(
        "Try other numbers, or another pack, over households: who would newly fall short and who would no longer, by "
        "standard, cohort, place and group, who stands near the edge, and what is lacking to the line. PACK is the pack in "
        "whose place it is tried, a folder or the name of a shipped one; with --screening, that of the screening. Numbers "
        "of screenings of this installation are tried upon and kept, with a page. Nothing else is touched."
    )
)
@click.argument("pack", metavar="[PACK]", required=False)
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help=N_("another value of a parameter; may be repeated")
)
@click.option("--instead", metavar="DIR", help=N_("another pack in its place: a folder, or the name of a shipped one"))
@click.option(
    "--numbers-of", type=DATE, help=N_("the day whose numbers count, for a pack that is not in force on the date")
)
@click.option("--data", metavar="DIR", type=FOLDER, help=N_("folder with households and persons (.parquet or .csv)"))
@click.option("--as-of", type=DATE, help=N_("the date whose rules and ages count"))
@click.option(
    "--screening",
    "screenings",
    multiple=True,
    metavar="DIR|NUMBER",
    help=N_("results of a finished screening, in place of PACK and --as-of; numbers may be repeated and make a series"),
)
@click.option("--out", type=FOLDER, help=N_("folder for the results; replaced as a whole"))
@click.option("--places", type=FOLDER, help=N_("tree of places: a CSV or Parquet file with code, name, parent_code"))
@click.option("--history", type=FOLDER, help=HISTORY)
@click.option("--missing-as-unknown", is_flag=True, help=N_("take columns that are missing as unknown for everybody"))
@click.option(
    "--near",
    type=click.FloatRange(0, 50),
    default=5,
    show_default=True,
    help=N_("how far a number is moved further, in percent, to find who stands near the edge; 0: not at all"),
)
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="VARIABLE",
    help=N_("count households apart by a variable with codes, or yes and no; may be repeated"),
)
@click.option("--name", default="", help=N_("what it is called, when it is kept with the installation"))
@click.option("--memory", default="", help=N_("memory limit such as 4GB; beyond it work spills to disk"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def whatif(
    pack: str | None, settings: tuple[str, ...], instead: str | None, numbers_of: datetime | None, data: Path | None,
    as_of: datetime | None, screenings: tuple[str, ...], out: Path | None, places: Path | None, history: Path | None,
    missing_as_unknown: bool, near: float, groups: tuple[str, ...], name: str, memory: str, lang: str | None,
) -> None:  # fmt: skip
    language = chosen(lang)
    say = translator(language)
    day = numbers_of.date() if numbers_of else None
    values, share = pairs(settings, say), Decimal(str(near)) / 100
    if screenings and all(each.isdecimal() and not Path(each).is_dir() for each in screenings):
        from diguan.cli.whatif_registry import try_registry

        wanted = Proposal(values, None, day, share, groups)
        with refusals_told(say):
            try_registry([int(each) for each in screenings], wanted, instead or "", name, language)
        return
    folder = Path(screenings[0]) if len(screenings) == 1 else None
    files = Files(pack, data, as_of and as_of.date(), folder, out, places, history, missing_as_unknown)
    if out is None or len(screenings) > 1 or (folder is None and (pack is None or data is None or as_of is None)):
        raise click.UsageError(
            say(N_("Trying over files needs PACK, --data, --as-of and --out, or one --screening and --out."))
        )
    told = engine.Options(
        places, checks=engine.Checks(missing_as_unknown), memory=memory, translate=say,
        progress=engine.Steps(lambda step: click.echo(f"… {say(STEPS[step])}", err=True)),
    )  # fmt: skip
    with refusals_told(say), tempfile.TemporaryDirectory() as scratch:
        other = loaded(instead, language) if instead else None
        before = _before(files, Path(scratch), told, language)
        order = prepare(Proposal(values, other, day, share, groups), before.rules, Path(scratch))
        trying.try_out(before, order, out, told)
        print_tried(before.rules, out, language)


def _before(files: Files, scratch: Path, told: engine.Options, language: str) -> sides.Side:
    """What it is held against: the finished screening, or one made now of the pack as it is."""
    if files.screening is not None:
        return sides.side(files.screening, files.data, files.history)
    assert files.pack is not None
    assert files.data is not None
    assert files.as_of is not None
    rules = rulebook.at(loaded(files.pack, language), files.as_of).without_checks()
    past = engine.history.find(files.history, rules, files.missing_as_unknown) if files.history else {}
    engine.screen(rules, files.data, scratch / "as-it-is", replace(told, history=past))
    return sides.side(scratch / "as-it-is", files.data)


def pairs(settings: tuple[str, ...], say: Callable[[str], str]) -> dict[str, str]:
    """What was set, by parameter."""
    found = {}
    for each in settings:
        name, sign, value = each.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(say(N_("{word}: write NAME=VALUE.")).format(word=each), param_hint="--set")
        found[name.strip().removeprefix(":")] = value.strip()
    return found


@contextmanager
def refusals_told(say: Callable[[str], str]) -> Iterator[None]:
    """What cannot be tried is told in words, and the program ends with 1."""
    try:
        yield
    except what_if.ValuesRefused as refused:
        lines = [f"--set {name}: {problem.message(say)}" for name, problem in refused.problems.items()]
    except RulesRefused as refused:
        lines = [refused.message(say)]
        if isinstance(refused, PeriodNotCovered):
            lines.append(say(N_("Name a day whose numbers are to count all the same with --numbers-of.")))
    except rulebook.PackProblems as problems:
        lines = [f"{problem.at}: {problem.message(say)}" for problem in problems.problems]
    else:
        return
    click.echo("\n".join(lines), err=True)
    sys.exit(1)
