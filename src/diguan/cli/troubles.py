"""What the terminal shows when something goes wrong: a sentence, never a traceback."""

from __future__ import annotations

import datetime as dt
import errno
import os
import sys
import traceback
from pathlib import Path

import click

from diguan.cli.language import chosen, translator
from diguan.rulebook.problems import N_, RulesRefused

STOPPED = 130


def guarded(command: click.Command) -> int:
    """Run a command; return its exit code, with every failure said in a sentence."""
    try:
        outcome = command.main(prog_name="diguan", standalone_mode=False)
    except click.ClickException as refused:
        refused.show()
        return refused.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(_say(N_("Stopped.")), err=True)
        return STOPPED
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does. Nothing more can be written, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except RulesRefused as refused:
        click.echo(refused.message(translator(chosen())), err=True)
        return 1
    except Exception as error:  # noqa: BLE001 - the last door: whatever comes is kept for the maintainers
        click.echo(known(error) or _kept(error), err=True)
        return 1
    return outcome if isinstance(outcome, int) else 0


def known(error: BaseException) -> str | None:
    """Return the sentence for a failure that its reader can mend; None for a fault of ours."""
    if (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)) or "disk is full" in str(error):
        return _say(N_("The disk is full. Free some space and run this again; nothing half-written is used."))
    if isinstance(error, PermissionError):
        return _say(N_("{file} may not be read or written by you.")).format(file=error.filename or "?")
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return _say(N_("The memory is not enough for this. Close other programs, or give a limit with --memory."))
    if type(error).__name__ == "ImproperlyConfigured":
        return str(error)
    return None


def _kept(error: Exception) -> str:
    """Write the traceback to the log; return a sentence that says where."""
    path = Path(os.environ.get("DIGUAN_DATA") or "var") / "log" / "faults.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"\n{dt.datetime.now().astimezone().isoformat(timespec='seconds')} diguan {_typed()}\n")
            log.writelines(traceback.format_exception(error))
    except OSError:
        return _say(N_("Something failed that should not, and the log could not be written: {fault}.")).format(
            fault=type(error).__name__
        )
    return _say(N_("Something failed that should not. What happened is written in {file}; please report it.")).format(
        file=path
    )


def _typed() -> str:
    """Command that was called, without its arguments, which may hold names."""
    return sys.argv[1] if len(sys.argv) > 1 else ""


def _say(text: str) -> str:
    return translator(chosen())(text)
