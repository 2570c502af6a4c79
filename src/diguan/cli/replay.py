"""diguan replay: a past screening carried out again, and whether it comes out the same to the last value."""

import sys
from pathlib import Path

import click

from diguan import rulebook
from diguan.cli.language import chosen, translator
from diguan.engine import Options, replaying
from diguan.rulebook.problems import N_, RulesRefused

UNLIKE = 3


@click.command(
    help=N_(
        "Carry out a past screening again, from its own pack and data, and compare every row. SCREENING is a folder of "
        "results, or the number of a screening of this installation. Ends with 0 when all is equal, with 3 when not."
    )
)
@click.argument("screening", metavar="SCREENING")
@click.option("--data", type=click.Path(path_type=Path), help=N_("where the data lie now, if they were moved"))
@click.option("--history", type=click.Path(path_type=Path), help=N_("where the earlier snapshots lie now, if moved"))
@click.option("--memory", default="", help=N_("memory limit such as 4GB; beyond it work spills to disk"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def replay(screening: str, data: Path | None, history: Path | None, memory: str, lang: str | None) -> None:
    language = chosen(lang)
    say = translator(language)
    try:
        if screening.isdecimal() and not Path(screening).is_dir():
            from diguan.cli.registry_screening import replay_registry

            found = replay_registry(int(screening), memory, language)
        else:
            found = replaying.replay(Path(screening), data, history, Options(memory=memory))
    except RulesRefused as refused:
        click.echo(refused.message(say), err=True)
        sys.exit(1)
    except rulebook.PackProblems as problems:
        click.echo(say(N_("The pack kept with the results cannot be read any more:")), err=True)
        for problem in problems.problems:
            click.echo(f"{problem.at}: {problem.message(say)}", err=True)
        sys.exit(1)
    print_replayed(found, language)
    sys.exit(0 if found.is_equal else UNLIKE)


def print_replayed(found: replaying.Replayed, language: str) -> None:
    say = translator(language)
    if found.program:
        words = N_("The screening was made by {program}; this is another version.")
        click.echo(say(words).format(program=found.program))
    for same in found.same:
        words = N_("{table}: equal, {rows} rows, digest {digest}")
        click.echo("● " + say(words).format(table=same.table, rows=f"{same.rows:,}", digest=same.digest))
    for difference in found.differences:
        click.echo("▲ " + say(difference.template).format_map(difference.values))
    whole = (
        N_("The screening comes out as it was.") if found.is_equal else N_("The screening does not come out as it was.")
    )
    click.echo(say(whole))
