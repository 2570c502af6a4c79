"""Beside long work, in its folder: how far it is, and whether somebody wants it to end.

Files, and not rows of the database: on SQLite a long transaction lets nobody else write, and what changes twice in a
second needs no record. A beat that is cut off is none.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_BEAT, _STOP = "beat.json", "stop"


@dataclass(frozen=True)
class Beat:
    """How far the work was at an instant (seconds since 1970): the step, the shares of it and of the whole, seconds left."""

    at: float
    step: str
    share: float
    whole: float
    left: float | None


def keep(folder: Path, beat: Beat) -> None:
    aside = folder / f"{_BEAT}.{os.getpid()}"
    try:
        aside.write_text(json.dumps(asdict(beat)), "utf-8")
        aside.replace(folder / _BEAT)
    except OSError:
        pass  # a full disk will be told by the work itself


def last(folder: Path) -> Beat | None:
    """The last beat; None where there was none."""
    try:
        return Beat(**json.loads((folder / _BEAT).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def ask_to_stop(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / _STOP).touch()


def is_to_stop(folder: Path) -> bool:
    return (folder / _STOP).exists()


def forget(folder: Path) -> None:
    """Begin anew: nobody has wanted anything yet."""
    for name in (_STOP, _BEAT):
        (folder / name).unlink(missing_ok=True)
