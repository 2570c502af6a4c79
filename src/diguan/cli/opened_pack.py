"""A pack named on the command line, opened or its faults told."""

import sys
from pathlib import Path

import click

from diguan import rulebook
from diguan.cli.language import translator
from diguan.rulebook.problems import N_


def named(folder: str) -> Path:
    """A folder, or the name of a shipped pack."""
    path = Path(folder)
    shipped = rulebook.shipped() / folder
    return shipped if not path.exists() and "/" not in folder and shipped.is_dir() else path


def loaded(folder: str, language: str) -> rulebook.Pack:
    """The pack; when it has faults they are printed, each with file, line and column, and the program ends."""
    say = translator(language)
    try:
        return rulebook.load(named(folder))
    except rulebook.PackProblems as error:
        for problem in error.problems:
            click.echo(f"{problem.at}: {problem.message(say)}", err=True)
        click.echo(say(N_("{count} faults.")).format(count=len(error.problems)), err=True)
        sys.exit(1)
