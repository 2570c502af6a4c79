"""A run while somebody works on it: how far it is, told where pages and terminals find it, and why it ended."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from diguan import engine, rulebook
from diguan.engine import room
from diguan.engine.progress import Estimate
from diguan.jobs import beats
from diguan.rulebook.problems import N_
from diguan.screening import keeping, run
from diguan.screening.models import AT_WORK, Run, Screening

log = logging.getLogger(__name__)

_TOLD = 0.5  # seconds between two beats
NOT_OURS = N_("Something failed that should not. It is written in the log; please report it.")


def memory() -> str:
    """What a run may take of the machine's memory where nobody says otherwise."""
    return str(settings.MEMORY)


class Told(engine.Progress):
    """Keeps how far a run is beside it, and tells the terminal too, if there is one; ends it when either wants that."""

    def __init__(self, of: Run, outer: engine.Progress) -> None:
        self._run, self._outer, self._folder = of, outer, keeping.folder(of)
        self._estimate = Estimate(run.weights())
        self._step, self._since, self._told = "", time.monotonic(), 0.0
        self.seconds: dict[str, float] = {}

    def step(self, name: str) -> None:
        self._note()
        self._step, self._since, self._told = name, time.monotonic(), 0.0
        self._estimate.step(name)
        if name != "loading":  # of which the row will tell when it is done
            Run.objects.filter(pk=self._run.pk).update(step=name)
        self.share(0.0)
        self._outer.step(name)

    def share(self, done: float) -> None:
        if time.monotonic() - self._told >= _TOLD:
            self._told = time.monotonic()
            whole = self._estimate.whole(done)
            beats.keep(self._folder, beats.Beat(time.time(), self._step, done, whole, self._estimate.left(done)))
        self._outer.share(done)

    def is_wanted(self) -> bool:
        return not self.is_cancelled and self._outer.is_wanted()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody else wants the run to end: they account for it themselves."""
        return beats.is_to_stop(self._folder)

    def finished(self) -> Mapping[str, float]:
        """How long each step took."""
        self._note()
        return self.seconds

    def _note(self) -> None:
        if self._step:
            self.seconds[self._step] = round(time.monotonic() - self._since, 3)


def begin(of: Run) -> None:
    """Somebody works on it from now on. Raises: engine.Stopped when it was cancelled before."""
    if not Run.objects.filter(pk=of.pk, state__in=AT_WORK).update(state=Run.State.RUNNING, attempts=of.attempts + 1):
        raise engine.Stopped
    of.refresh_from_db()


def keep_snapshots(of: Run, names: Mapping[int, str]) -> None:
    """Note the snapshots, by months before, so that one who goes on need not write them again."""
    history = {str(months): name for months, name in names.items() if months}
    Run.objects.filter(pk=of.pk).update(snapshot_id=names[0], history=history)
    of.refresh_from_db()


def finish(of: Run, screening: Screening, told: Told) -> None:
    """It has led to a screening; within the transaction that keeps it. Raises: engine.Stopped when it was cancelled."""
    ended = {"ended_at": screening.finished_at, "ended_by": screening.finished_by}
    changes = {"state": Run.State.DONE, "screening": screening, "seconds": dict(told.finished()), **ended}
    if not Run.objects.filter(pk=of.pk, state=Run.State.RUNNING).update(**changes):
        raise engine.Stopped
    of.refresh_from_db()


def problem_of(error: BaseException, of: Run) -> dict[str, Any]:
    """Why a run could not go on, as a text to be translated where it is read, and its values."""
    if isinstance(error, rulebook.RulesRefused):
        return {"template": error.template, "values": {name: str(value) for name, value in error.values.items()}}
    if isinstance(error, rulebook.PackProblems):
        return {
            "template": N_("The pack {pack} has faults: {first}"),
            "values": {"pack": of.pack_id, "first": str(error.problems[0])},
        }
    log.error("screening %s: %s failed", of.pk, of.step, exc_info=error)
    return {"template": NOT_OURS, "values": {}}


@contextmanager
def in_words(of: Run) -> Iterator[None]:
    """Say in a sentence what the machine lacks, be it for files or for the database. Raises: engine.Exhausted."""
    folder = settings.DATA
    try:
        with room.in_words(folder):
            yield
    except DatabaseError as error:
        found = room.lacking(error, folder)
        if found is None:
            raise
        raise found from error
