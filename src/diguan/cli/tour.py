"""The table of commands, and `diguan --help`, which is a tour of them."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass

import click

from diguan import __version__
from diguan.cli.language import LANGUAGES, chosen, translator
from diguan.cli.spoken import spoken
from diguan.rulebook.problems import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: where its code lies, what it is for, and an example to copy."""

    module: str
    attribute: str
    purpose: str
    example: str


# Chapter of the tour: commands in the order a newcomer meets them.
CHAPTERS: dict[str, dict[str, Entry]] = {
    N_("See it"): {
        "demo": Entry(
            "diguan.cli.demo", "demo", N_("Prepare the made-up province, screen it and serve it."), "diguan demo"
        ),
        "serve": Entry(
            "diguan.cli.serve", "serve", N_("Serve the pages of this installation."), "diguan serve --port 8001"
        ),
    },
    N_("Write policy"): {
        "pack": Entry(
            "diguan.cli.pack", "cli", N_("Check a pack, read it as a document, run its cases."),
            "diguan pack show DIR",
        ),
    },
    N_("Screen households"): {
        "screen": Entry(
            "diguan.cli.screen", "screen", N_("Screen files, or the registry, under a pack."),
            "diguan screen --pack DIR --data DIR --as-of 2020-06-01 --out DIR",
        ),
        "screenings": Entry(
            "diguan.cli.screenings", "cli", N_("Screenings of the registry: listed, stopped, gone on with."),
            "diguan screenings list",
        ),
        "explain": Entry(
            "diguan.cli.screen", "explain", N_("Say why one household meets each standard or not."),
            "diguan explain --household KEY",
        ),
        "compare": Entry(
            "diguan.cli.compare", "compare", N_("Say who entered and left each cohort between two screenings, and why."),
            "diguan compare BEFORE AFTER --out DIR",
        ),
        "whatif": Entry(
            "diguan.cli.whatif", "whatif", N_("Try other numbers, or another pack: who would win, who would lose."),
            "diguan whatif PACK --set NAME=VALUE --data DIR --as-of 2020-06-01 --out DIR",
        ),
        "replay": Entry(
            "diguan.cli.replay", "replay", N_("Carry out a past screening again; it must come out the same."),
            "diguan replay DIR",
        ),
        "data": Entry(
            "diguan.cli.data", "cli", N_("Bring survey files into the shape that screening reads."),
            "diguan data split FILE --pack DIR --household COLUMN --person COLUMN --out DIR",
        ),
    },
    N_("Measure poverty"): {
        "indices": Entry(
            "diguan.cli.indices", "indices", N_("Estimate indices of poverty and inequality, with standard errors."),
            "diguan indices FILE --value income --weight w --line 2500 --stratum region --psu village",
        ),
    },
    N_("Keep the registry"): {
        "registry": Entry(
            "diguan.cli.registry", "cli", N_("Templates to fill in, and files of households imported."),
            "diguan registry import FILE.xlsx --dry-run",
        ),
    },
    N_("Find people twice"): {
        "linkage": Entry(
            "diguan.cli.linkage", "cli", N_("Find people who were entered twice, or who stand in two lists."),
            "diguan linkage roll FILE.xlsx --source police --date 2020-06-01",
        ),
    },
    N_("Run an installation"): {
        "migrate": Entry(
            "diguan.cli.migrate", "migrate", N_("Prepare the database, or bring it up to date."), "diguan migrate"
        ),
        "places": Entry(
            "diguan.cli.places", "cli", N_("Import the tree of places and its outlines."), "diguan places import FILE.csv"
        ),
        "keys": Entry(
            "diguan.cli.keys", "cli", N_("Change the keys that seal and hash ID numbers."), "diguan keys rotate sealing"
        ),
        "people": Entry(
            "diguan.cli.people", "cli", N_("Add users and grant roles."),
            "diguan people add zhang --name 张 --role administrator --place 22",
        ),
        "journal": Entry(
            "diguan.cli.journal", "cli", N_("Seal the journal, keep checkpoints of it, verify it."),
            "diguan journal verify --checkpoint FILE.txt",
        ),
        "exports": Entry(
            "diguan.cli.exports", "cli", N_("Remove exported files whose time is over."), "diguan exports sweep"
        ),
        "backup": Entry(
            "diguan.cli.backup", "backup", N_("Write everything that belongs to the database into one file."),
            "diguan backup DIR --key-file FILE",
        ),
        "restore": Entry(
            "diguan.cli.backup", "restore", N_("Go back to a backup."), "diguan restore FILE --key-file FILE"
        ),
    },
}  # fmt: skip


class Tour(click.Group):
    """A group whose commands are imported when they are called, and whose help is read from the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for commands in CHAPTERS.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = next((commands[cmd_name] for commands in CHAPTERS.values() if cmd_name in commands), None)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), entry.attribute)
        assert isinstance(command, click.Command)
        return spoken(command)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        say = translator(chosen())
        formatter.width = max(formatter.width, 100)
        formatter.write_text(say(N_("Diguan runs a targeted anti-poverty programme, household by household.")))
        formatter.write_paragraph()
        formatter.write_usage(ctx.command_path, "[--lang LANGUAGE] COMMAND …")
        for chapter, commands in CHAPTERS.items():
            with formatter.section(say(chapter)):
                formatter.write_dl([(name, say(entry.purpose)) for name, entry in commands.items()])
        with formatter.section(say(N_("For example"))):
            for commands in CHAPTERS.values():
                for entry in commands.values():
                    formatter.write_text(entry.example)
        formatter.write_paragraph()
        formatter.write_text(
            say(
                N_(
                    "Every command explains itself: diguan COMMAND --help. Database and results lie in ./var; the "
                    "environment variable DIGUAN_DATA names another folder, DIGUAN_DATABASE a PostgreSQL database."
                )
            )
        )


def _keep_language(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    # The commands ask the environment, and so do the processes they start.
    if value:
        os.environ["DIGUAN_LANG"] = value


@click.group(cls=Tour, invoke_without_command=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice(list(LANGUAGES)),
    is_eager=True,
    expose_value=False,
    callback=_keep_language,
)
@click.version_option(__version__, prog_name="diguan", message="%(prog)s %(version)s")
def diguan() -> None:
    pass
