"""Where runs of screenings keep what is theirs alone: their hold, how far they are, and what came about on the way."""

import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings

from diguan.engine import folders
from diguan.jobs import beats
from diguan.screening.models import Run


def folder(of: Run) -> Path:
    return Path(settings.DATA) / "runs" / of.key.hex


def held(of: Run) -> AbstractContextManager[bool]:
    """Hold a run while working on it; False if another process or thread does. The hold ends with the process."""
    return folders.held(folder(of))


def is_cut_off(of: Run) -> bool:
    """Whether a run is called running, and whoever worked on it is gone."""
    return of.state == Run.State.RUNNING and not folders.is_held(folder(of))


def beat(of: Run) -> beats.Beat | None:
    """How far a run is, or was when it ended without results."""
    return beats.last(folder(of))


def remove(of: Run, *, with_results: bool) -> None:
    """Remove what a run that goes on no more left behind; with its results those that no screening took."""
    results = Path(of.folder)
    for path in (folder(of), folders.unfinished(results), *((results,) if with_results else ())):
        shutil.rmtree(path, ignore_errors=True)
