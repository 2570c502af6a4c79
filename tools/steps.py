"""Steps of the set-up: what is done once and remembered, shown with its number and its seconds."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
LOG = ROOT / "var" / "log" / "setup.log"

_QUIET_SECONDS = 15


class Trouble(Exception):
    """Something the reader can mend; its text says what is wrong and what to do."""


@dataclass(frozen=True)
class Step:
    """One piece of work. `digest` names its inputs; while it is the same and `made` exists, nothing is done."""

    name: str
    title: str
    digest: Callable[[], str]
    made: Callable[[], bool]
    work: Callable[[], None]

    def is_done(self) -> bool:
        stamp = STAMPS / self.name
        return self.made() and stamp.is_file() and stamp.read_text() == self.digest()

    def run(self) -> None:
        stamp = STAMPS / self.name
        stamp.unlink(missing_ok=True)
        self.work()
        STAMPS.mkdir(parents=True, exist_ok=True)
        stamp.write_text(self.digest())


def digest(*paths: Path, extra: str = "") -> str:
    """Digest of the names and contents of files; a folder stands for every file in it."""
    total = hashlib.sha256(extra.encode())
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                total.update(str(file.relative_to(ROOT)).encode() + b"\0")
                total.update(file.read_bytes() + b"\0")
    return total.hexdigest()


def carry_out(steps: Sequence[Step]) -> None:
    """Do the steps that are not done yet, in order, and show each.

    Raises: Trouble where a step fails for a reason that has words.
    """
    for number, step in enumerate(steps, start=1):
        if step.is_done():
            continue
        begun = time.monotonic()
        head = f"[{number}/{len(steps)}] {step.title}"
        print(f"{head} …", end="", flush=True)
        try:
            step.run()
        except BaseException:
            print(flush=True)
            raise
        print(f" {time.monotonic() - begun:.0f} s", flush=True)


def run(command: Sequence[str | Path], *, env: dict[str, str] | None = None) -> None:
    """Run a program with its output in the log, and a sign of life now and then.

    Raises: Trouble with the end of its output and, where the cause is known, what to do.
    """
    LOG.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with LOG.open("a+b") as log:
        log.write(f"\n$ {' '.join(words)}\n".encode())
        log.flush()
        start = log.tell()
        process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        _wait(process)
        if process.returncode != 0:
            log.seek(start)
            raise explained(Path(words[0]).name, log.read().decode(errors="replace"))


def _wait(process: subprocess.Popen[bytes]) -> None:
    begun = said = time.monotonic()
    try:
        while process.poll() is None:
            time.sleep(0.05)
            if time.monotonic() - said >= _QUIET_SECONDS:
                said = time.monotonic()
                print(f" ({said - begun:.0f} s)", end="", flush=True)
    except BaseException:
        process.terminate()
        process.wait()
        raise


_CAUSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("no space left on device", "enospc", "errno 28"),
        "The disk is full. Free about 2 GB where this folder and the temporary folder lie, and run this again.",
    ),
    (
        ("do not match the hashes", "eintegrity"),
        "A downloaded package is not the one that was locked. Try again; if it stays so, the package index serves "
        "altered files.",
    ),
    (
        (
            "failed to establish a new connection",
            "name resolution",
            "enotfound",
            "econnrefused",
            "etimedout",
            "eai_again",
            "read timed out",
            "connection broken",
            "could not find a version",
            "no matching distribution",
            "certificate verify failed",
        ),
        "The packages could not be fetched. The first set-up needs a network: check it, and the settings for a proxy "
        "or a mirror (pip config list, npm config list), and run this again.",
    ),
    (("permission denied", "eacces", "read-only file system"), "This folder may not be written to by you."),
)


def explained(program: str, output: str) -> Trouble:
    """Put words to the output of a program that failed."""
    lower = output.lower()
    cause = next((text for signs, text in _CAUSES if any(sign in lower for sign in signs)), "")
    lines = [line for line in output.strip().splitlines() if "WARNING" not in line]
    # Where the cause is known a glimpse is enough.
    tail = "\n".join("      " + line for line in lines[-2 if cause else -12 :])
    text = f"{program} failed:\n{tail}\n" if tail else f"{program} failed.\n"
    return Trouble(f"{text}{cause}\nThe whole output: {LOG.relative_to(ROOT)}".replace("\n\n", "\n"))


def in_words(error: OSError) -> Trouble:
    """Put words to an error of the operating system."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble(f"The disk is full{where}. Free about 2 GB and run this again; finished steps are kept.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Trouble(f"This may not be written to by you{where}. Set the rights of the folder, or work in a copy.")
    return Trouble(f"The system refused: {error.strerror or error}{where}.")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the set-up of this folder; wait, and say so, while another process holds it."""
    path = ROOT / "var" / "setup.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            print(f"Another set-up is running in this folder (process {holder}); waiting for it …", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)
