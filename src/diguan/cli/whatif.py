"""diguan whatif: other numbers, or another pack, tried over the households of a screening; nothing is touched."""

import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
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


@click.command(
    help=N_(
        "Try other numbers, or another pack, over households: who would newly fall short and who would no longer, by "
        "standard, cohort, place and group, who stands near the edge, and what is lacking to the line. PACK is the pack in "
        "whose place it is tried, a folder or the name of a shipped one; with --screening, that of the screening. Nothing is "
        "touched but the folder of --out."
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
@click.option("--screening", type=FOLDER, help=N_("results of a finished screening, in place of PACK and --as-of"))
@click.option("--out", type=FOLDER, help=N_("folder for the results; replaced as a whole"))
@click.option("--places", type=FOLDER, help=N_("tree of places: a CSV or Parquet file with code, name, parent_code"))
@click.option("--history", type=FOLDER, help=HISTORY)
@click.option("--missing-as-unknown", is_flag=True, help=N_("take columns that are missing as unknown for everybody"))
@click.option(
    "--near",
    type=float,
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
@click.option("--memory", default="", help=N_("memory limit such as 4GB; beyond it work spills to disk"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def whatif(
    pack: str | None, settings: tuple[str, ...], instead: str | None, numbers_of: datetime | None, data: Path | None,
    as_of: datetime | None, screening: Path | None, out: Path | None, places: Path | None, history: Path | None,
    missing_as_unknown: bool, near: float, groups: tuple[str, ...], memory: str, lang: str | None,
) -> None:  # fmt: skip
    language = chosen(lang)
    say = translator(language)
    proposal = Proposal(
        values=pairs(settings, say), instead=loaded(instead, language) if instead else None,
        numbers_of=numbers_of.date() if numbers_of else None, near=Decimal(str(near)) / 100, groups=groups,
    )  # fmt: skip
    if out is None or (screening is None and (pack is None or data is None or as_of is None)):
        raise click.UsageError(
            say(N_("Trying over files needs PACK, --data, --as-of and --out, or --screening and --out."))
        )
    told = engine.Options(
        places, checks=engine.Checks(missing_as_unknown), memory=memory, translate=say,
        progress=lambda step: click.echo(f"… {say(STEPS[step])}", err=True),
    )  # fmt: skip
    with refusals_told(say), tempfile.TemporaryDirectory() as scratch:
        if screening is None:
            assert pack is not None
            assert data is not None
            assert as_of is not None
            rules = rulebook.at(loaded(pack, language), as_of.date()).without_checks()
            past = engine.history.find(history, rules, missing_as_unknown) if history else {}
            screening = Path(scratch) / "as-it-is"
            engine.screen(
                rules, data, screening, engine.Options(places, past, told.checks, memory=memory, progress=told.progress)
            )
        before = sides.side(screening, data, history if history and data is None else None)
        order = prepare(proposal, before.rules, Path(scratch))
        trying.try_out(before, order, out, told)
        print_tried(before.rules, out, language)


def pairs(settings: tuple[str, ...], say: Callable[[str], str]) -> dict[str, str]:
    """What was set, by parameter."""
    found = {}
    for each in settings:
        name, sign, value = each.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(say(N_("{word}: write NAME=VALUE.")).format(word=each), param_hint="--set")
        found[name.strip().removeprefix(":")] = value.strip()
    return found


class refusals_told:  # noqa: N801 - used as a statement
    """What cannot be tried is told in words, and the program ends with 1."""

    def __init__(self, say: Callable[[str], str]) -> None:
        self.say = say

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, what_if.ValuesRefused):
            for name, problem in error.problems.items():
                click.echo(f"--set {name}: {problem.message(self.say)}", err=True)
        elif isinstance(error, RulesRefused):
            click.echo(error.message(self.say), err=True)
            if isinstance(error, PeriodNotCovered):
                click.echo(
                    self.say(N_("Name a day whose numbers are to count all the same with --numbers-of.")), err=True
                )
        elif isinstance(error, rulebook.PackProblems):
            for problem in error.problems:
                click.echo(f"{problem.at}: {problem.message(self.say)}", err=True)
        else:
            return
        sys.exit(1)
