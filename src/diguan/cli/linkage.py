"""diguan linkage: who stands twice in a register, or stands in a list of others too."""

import sys
from collections.abc import Callable
from pathlib import Path

import click
import duckdb

from diguan.cli import linkage_registry, tables
from diguan.cli.language import chosen, translator
from diguan.engine.problems import DataRefused
from diguan.engine.sql import text
from diguan.linkage import matching
from diguan.rulebook.problems import N_

DECISIONS = {
    "same": N_("one person"),
    "through": N_("one person, through a third entry"),
    "review": N_("to be reviewed by somebody"),
}


@click.group(help=N_("Find people who were entered twice, or who stand in two lists."))
def cli() -> None:
    pass


for _command in linkage_registry.COMMANDS:
    cli.add_command(_command)


@cli.command(help=N_("Compare the people of a file with each other or, with --list, with those of another file."))
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help=N_("the register: one row per person (.parquet or .csv)"),
)
@click.option(
    "--list",
    "others",
    type=click.Path(path_type=Path),
    help=N_("another list, such as a police roll; only pairs across the two are sought"),
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help=N_("folder for the results; replaced as a whole")
)
@click.option("--memory", default="", help=N_("memory limit such as 4GB; beyond it work spills to disk"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def find(data: Path, others: Path | None, out: Path, memory: str, lang: str | None) -> None:
    say = translator(chosen(lang))
    options = matching.Options(
        memory, translate=say, progress=lambda step: click.echo(f"… {say(matching.STEPS[step])}", err=True)
    )
    try:
        found = matching.find(data, out, others, options)
    except DataRefused as refused:
        click.echo(refused.message(say), err=True)
        sys.exit(1)
    _print_files(found, out, say)
    _print_pairs(found, say)
    _print_kinds(out, say)
    click.echo(
        say(N_("Written to {folder}: {files}.")).format(
            folder=out, files=", ".join(sorted(p.name for p in out.iterdir()))
        )
    )


def _print_files(found: matching.Found, out: Path, say: Callable[[str], str]) -> None:
    """What was read of each file, refused, and set aside."""
    for file in found.files:
        read = N_("{file}: {rows} rows read, {refused} refused, {aside} values counted as unknown.")
        line = say(read).format(
            file=file.file, rows=f"{file.rows:,}", refused=f"{file.refused:,}", aside=f"{file.set_aside:,}"
        )
        click.echo(line + (" " + say(N_("See {file}.")).format(file=out / matching.FAULTS) if file.faults else ""))
        if file.missing:
            click.echo(
                say(N_("{file} has no {columns}; pairs are found less surely without.")).format(
                    file=file.file, columns=", ".join(file.missing)
                )
            )
        if file.ignored:
            click.echo(
                say(N_("Columns that mean nothing here were left aside: {columns}.")).format(
                    columns=", ".join(file.ignored)
                )
            )


def _print_pairs(found: matching.Found, say: Callable[[str], str]) -> None:
    click.echo(
        say(N_("{pairs} pairs compared in {seconds} s.")).format(pairs=f"{found.compared:,}", seconds=found.seconds)
    )
    if found.same:
        decided = N_("Decided were those of a probability of {threshold} % or more.")
        click.echo(say(decided).format(threshold=f"{100 * found.threshold:.1f}"))
    click.echo()
    counts = {"same": found.same, "through": found.through, "review": found.review}
    listed = [[say(words), f"{counts[name]:,}"] for name, words in DECISIONS.items()]
    click.echo(
        tables.table(
            ["", say(N_("pairs"))], [*listed, [say(N_("people entered more than once")), f"{found.clusters:,}"]]
        )
    )
    if found.broken:
        click.echo(
            say(
                N_("{count} pairs were taken back: they would have made one person of people listed side by side.")
            ).format(count=f"{found.broken:,}")
        )


def _print_kinds(out: Path, say: Callable[[str], str]) -> None:
    """In what the decided pairs differ."""
    names = {level.name: level.words for level in matching.COMPARISONS["name"]}
    dates = {level.name: level.words for level in matching.COMPARISONS["date"]}
    file = text(str(out / matching.PAIRS))
    kinds = duckdb.execute(
        f"SELECT name, date, count(*) FROM {file} WHERE decision <> 'review' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 10"
    ).fetchall()
    if kinds:
        click.echo()
        rows = [[f"{say(names[name])}; {say(dates[date])}", f"{count:,}"] for name, date, count in kinds]
        click.echo(tables.table([say(N_("most of them:")), say(N_("pairs"))], rows))
    click.echo()
