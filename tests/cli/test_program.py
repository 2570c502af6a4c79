"""The program as it is typed: a tour, commands that load, failures in a sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from diguan.cli import tour, troubles
from diguan.cli.language import translator

COMMANDS = [name for commands in tour.CHAPTERS.values() for name in commands]


def test_the_help_is_a_tour_of_every_command() -> None:
    result = CliRunner().invoke(tour.diguan, ["--help"])
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.output for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(tour.diguan, [name, "--help"], prog_name="diguan")
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: diguan {name}")


def _below(command: click.Command) -> Iterator[click.Command]:
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from _below(each)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_text_of_help_is_offered_in_chinese(name: str) -> None:
    say = translator("zh-hans")
    command = tour.diguan.get_command(click.Context(tour.diguan), name)
    assert command is not None
    options = [option for each in _below(command) for option in each.params if isinstance(option, click.Option)]
    texts = {each.help for each in _below(command)} | {option.help for option in options}
    assert [text for text in texts if text and say(text) == text] == []


def test_help_comes_in_the_language_that_is_asked_for_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGUAN_LANG", "zh-hans")
    chinese = CliRunner().invoke(tour.diguan, ["pack", "cases", "--help"], prog_name="diguan").output
    asked = CliRunner().invoke(tour.diguan, ["pack", "cases", "--lang", "en", "--help"], prog_name="diguan").output
    assert "示例案例" in chinese
    assert chinese.startswith("用法：")
    assert asked.startswith("Usage: diguan pack cases")
    assert "worked cases" in asked


def _failing(error: BaseException) -> click.Command:
    def fail() -> None:
        raise error

    anything = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command("x", callback=fail, context_settings=anything)


@pytest.fixture(autouse=True)
def _typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["diguan", "x", "--name", "Li"])
    monkeypatch.setenv("DIGUAN_DATA", str(tmp_path))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (RuntimeError("database or disk is full"), "The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), "a.csv may not be read or written"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "a.csv"), "a.csv: No such file"),
        (click.ClickException("the port is taken"), "the port is taken"),
        (KeyboardInterrupt(), "Stopped"),
    ],
)
def test_a_failure_is_a_sentence(error: BaseException, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = troubles.guarded(_failing(error))
    said = capsys.readouterr().err
    assert code != 0
    assert words in said
    assert "Traceback" not in said


def test_a_fault_of_ours_is_kept_for_the_maintainers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert troubles.guarded(_failing(ZeroDivisionError("division by zero"))) == 1
    said = capsys.readouterr().err
    log = (tmp_path / "log" / "faults.log").read_text(encoding="utf-8")
    assert "faults.log" in said
    assert "Traceback" not in said
    assert "ZeroDivisionError" in log
    assert "Li" not in log.splitlines()[1]
