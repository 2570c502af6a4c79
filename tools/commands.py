"""What `make` can ask for: run, test, check, bench, setup, messages, lock."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import environment
import frontend
import suite
from steps import ROOT, Step, Trouble, alone, carry_out, digest, in_words, run

_LOCALE = ROOT / "src" / "diguan" / "locale"
_GIGABYTE = 1_000_000_000


def main(arguments: Sequence[str]) -> int:
    """Carry out one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="tools/bootstrap.py", description=__doc__)
    parser.add_argument("command", choices=["run", "test", "check", "bench", "setup", "messages", "lock"])
    parser.add_argument("--port", default="8000")
    parser.add_argument("--store", default="sqlite")
    asked, rest = parser.parse_known_args(arguments)
    try:
        if asked.command == "run":
            check_port(asked.port)
        prepare(asked.command)
        return _start(asked.command, asked.port, asked.store, rest)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
    except OSError as error:
        print(in_words(error), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Run the same again: it goes on where it stopped.", file=sys.stderr)
        return 130
    return 1


def prepare(command: str) -> None:
    """Bring the environment, the packages, the front end and the catalogues up to date, as far as a command needs them."""
    steps = [environment.environment(), environment.packages("run", "Python packages"), environment.ourselves()]
    if command not in ("run", "setup"):
        steps.append(environment.packages("dev", "Python packages for tests and checks"))
    if command == "bench":
        steps.append(environment.packages("bench", "Programs to measure against"))
    steps += [*frontend.steps(), catalogues()]
    if all(step.is_done() for step in steps):
        return
    with alone():
        check_disk()
        carry_out(steps)


def catalogues() -> Step:
    """Step that compiles the translations."""
    sources = sorted(_LOCALE.glob("*/LC_MESSAGES/*.po"))
    return Step(
        "messages",
        "Translations",
        lambda: digest(*sources),
        lambda: all(source.with_suffix(".mo").is_file() for source in sources),
        lambda: run([environment.PYTHON, ROOT / "tools" / "messages.py", "--compile"]),
    )


def check_port(text: str) -> None:
    """Refuse a port that is no number, or taken, before the long work begins.

    Raises: Trouble that names the port and another one to take.
    """
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Trouble(f"PORT={text} is no port: write a number from 1 to 65535, as in: make run PORT=8001")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Trouble(f"Port {port} is reserved for the system. Take one above 1023: make run PORT=8000") from None
        except OSError:
            other = port + 1 if port < 65535 else 8000
            raise Trouble(
                f"Port {port} is taken by another program (perhaps Diguan is running already: http://127.0.0.1:{port}).\n"
                f"Take another one: make run PORT={other}"
            ) from None


def check_disk() -> None:
    """Refuse to begin where the disk would run full on the way.

    Raises: Trouble that says where and how much.
    """
    needed = {ROOT: 0.3 if environment.PYTHON.exists() else 1.5, Path(tempfile.gettempdir()): 0.3}
    for place, gigabytes in needed.items():
        free = shutil.disk_usage(place).free / _GIGABYTE
        if free < gigabytes:
            raise Trouble(
                f"The disk is nearly full: {place} has {free:.1f} GB free, the set-up needs {gigabytes:.1f} GB. "
                "Free some and run this again."
            )


def _start(command: str, port: str, store: str, rest: Sequence[str]) -> int:
    """Give way to the program that was asked for; `setup`, and tests on a server of their own, come back."""
    python = str(environment.PYTHON)
    match command:
        case "setup":
            print("Everything is ready. Start with: make run")
            return 0
        case "run":
            words = [str(environment.PROGRAM), "demo", "--port", port, *rest]
        case "test":
            return suite.run(python, store, rest)
        case "bench":
            if not (ROOT / "bench" / "__main__.py").is_file():
                raise Trouble("There is nothing to measure yet: bench/ is missing.")
            words = [python, "-m", "bench", *rest]
        case _:
            script = {"check": "checks.py", "messages": "messages.py", "lock": "locks.py"}[command]
            words = [python, str(ROOT / "tools" / script), *rest]
    return _become(words)


def _become(words: list[str]) -> NoReturn:
    """Give this process to another program."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(words[0], words)
