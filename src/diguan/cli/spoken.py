"""Help in the reader's language: texts stand in English in the commands, and are looked up when help is asked for."""

from __future__ import annotations

import copy
import gettext
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import click

from diguan.cli.language import FOLDER, LANGUAGES, chosen, translator
from diguan.rulebook.problems import N_

# What click itself says in a help text.
CLICK_SAYS = (
    N_("Usage:"), N_("Options"), N_("Commands"), N_("Show this message and exit."), N_("default: {default}"), N_("required"),
)  # fmt: skip


class SpokenContext(click.Context):
    """Where a command is called; its help is that of the same command in the reader's language."""

    def get_help(self) -> str:
        language = chosen(self.params.get("lang"))
        with _click_in(language):
            return _told(self.command, translator(language)).get_help(self)


def spoken(command: click.Command) -> click.Command:
    """The command, and those below it, explaining themselves in the language of --lang or of the environment."""
    command.context_class = SpokenContext
    for parameter in command.params:
        # `--lang zh-hans --help`: the language must be known when help is given, which is at once.
        parameter.is_eager = parameter.is_eager or parameter.name == "lang"
    for below in getattr(command, "commands", {}).values():
        spoken(below)
    return command


def _told(command: click.Command, say: Callable[[str], str]) -> click.Command:
    """A copy of the command with its texts in another language; what it does is untouched."""
    made = copy.copy(command)
    made.help = say(command.help) if command.help else None
    made.get_params = lambda ctx: [_parameter(each, say) for each in command.get_params(ctx)]  # type: ignore[method-assign]
    if isinstance(command, click.Group):
        cast(click.Group, made).commands = {name: _told(below, say) for name, below in command.commands.items()}
    return made


def _parameter(parameter: click.Parameter, say: Callable[[str], str]) -> click.Parameter:
    made = copy.copy(parameter)
    if isinstance(made, click.Option) and made.help:
        made.help = say(made.help)
    return made


@contextmanager
def _click_in(language: str) -> Iterator[None]:
    """Let click's own words come from our catalogue; it asks the gettext of the process, and that the environment."""
    before, asked = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain("django", FOLDER)
    gettext.textdomain("django")
    os.environ["LANGUAGE"] = LANGUAGES[language]
    try:
        yield
    finally:
        gettext.textdomain(before)
        if asked is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = asked
