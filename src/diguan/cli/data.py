"""diguan data: brings survey files into the shape that `diguan screen` reads."""

import sys
from pathlib import Path

import click

from diguan.cli.language import chosen, translator
from diguan.cli.opened_pack import loaded
from diguan.engine.problems import DataRefused
from diguan.engine.split import Keys, split_file
from diguan.rulebook.problems import N_


@click.group(help=N_("Bring survey files into the shape that `diguan screen` reads."))
def cli() -> None:
    pass


@cli.command(
    help=N_("Split FILE, with one row per person that repeats the household's columns, into households and persons.")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--pack", "folder", required=True, metavar="DIR", help=N_("its dictionary says which columns belong to whom")
)
@click.option("--household", required=True, metavar="COLUMN", help=N_("column with the household's key"))
@click.option("--person", required=True, metavar="COLUMN", help=N_("column with the person's key"))
@click.option("--place", metavar="COLUMN", help=N_("column with the place"))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help=N_("folder for households.parquet and persons.parquet"),
)
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def split(file: Path, folder: str, household: str, person: str, place: str | None, out: Path, lang: str | None) -> None:
    language = chosen(lang)
    pack = loaded(folder, language)
    say = translator(language)
    try:
        done = split_file(pack, file, out, Keys(household, person, place))
    except DataRefused as refused:
        click.echo(refused.message(say), err=True)
        sys.exit(1)
    click.echo(say(done.template).format(households=f"{done.households:,}", persons=f"{done.persons:,}", folder=out))
    if done.ignored:
        click.echo(say(done.ignored_template).format(columns=", ".join(done.ignored)))
