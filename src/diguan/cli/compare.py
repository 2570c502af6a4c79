"""diguan compare: who entered and left each cohort and standard between two screenings, and why."""

import sys
import tempfile
from pathlib import Path

import click

from diguan import rulebook
from diguan.cli import compared
from diguan.cli.language import chosen, translator
from diguan.cli.troubles import STOPPED
from diguan.cli.waiting import Waiting
from diguan.engine import Options, Stopped, comparing, sides
from diguan.rulebook.problems import N_, RulesRefused

FOLDER = click.Path(path_type=Path)


@click.command(
    help=N_(
        "Compare two screenings: who entered and left each cohort and standard, for which reason, and how many at each place. "
        "BEFORE and AFTER are folders of results, or the numbers of two screenings of this installation, whose comparison is "
        "kept and has a page."
    )
)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option("--out", type=FOLDER, help=N_("folder for the comparison as files; replaced as a whole"))
@click.option(
    "--data-before", type=FOLDER, help=N_("where the data of the first screening lie now, if they were moved")
)
@click.option(
    "--data-after", type=FOLDER, help=N_("where the data of the second screening lie now, if they were moved")
)
@click.option("--memory", default="", help=N_("memory limit such as 4GB; beyond it work spills to disk"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def compare(
    before: str, after: str, out: Path | None, data_before: Path | None, data_after: Path | None, memory: str,
    lang: str | None,
) -> None:  # fmt: skip
    language = chosen(lang)
    say = translator(language)
    waiting = Waiting(compared.STEPS, compared.WEIGHTS, say)
    try:
        if before.isdecimal() and after.isdecimal() and not Path(before).is_dir():
            from diguan.cli.registry_screening import compare_registry

            with waiting.looked_at():
                first, second, folder = compare_registry(int(before), int(after), language, waiting)
            compared.print_comparison(first.rules, second.rules, folder, language)
            return
        with tempfile.TemporaryDirectory() as scratch:
            into = out or Path(scratch) / "comparison"
            first, second = sides.side(Path(before), data_before), sides.side(Path(after), data_after)
            with waiting.looked_at():
                comparing.compare(first, second, into, Options(memory=memory, progress=waiting))
            compared.print_comparison(first.rules, second.rules, into, language)
    except Stopped as stopped:
        click.echo(stopped.message(say), err=True)
        sys.exit(STOPPED)
    except RulesRefused as refused:
        click.echo(refused.message(say), err=True)
        sys.exit(1)
    except rulebook.PackProblems as problems:
        for problem in problems.problems:
            click.echo(f"{problem.at}: {problem.message(say)}", err=True)
        sys.exit(1)
    if out is not None:
        click.echo()
        names = ", ".join(sorted(file.name for file in out.iterdir()))
        click.echo(say(N_("Written to {folder}: {files}.")).format(folder=out, files=names))
