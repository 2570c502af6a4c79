"""How far a run is, told to whoever waits for it, and whether it is to go on, asked of them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from diguan.rulebook.problems import N_, RulesRefused

EVERY = 0.25  # seconds between two looks at the work
# From here on an estimate of the time left is worth saying.
SURE_SECONDS, SURE_SHARE = 3.0, 0.02


class Stopped(RulesRefused):
    """Somebody wanted the run to end. Nothing of it took the place of anything."""

    def __init__(self) -> None:
        super().__init__(N_("Stopped. What stood there before is untouched."))


class Progress:
    """Whoever waits for a run: tells nobody, and lets it go on.

    `step` is called by the thread that works; `share`, of the step at hand and never falling, and `is_wanted` by another.
    """

    def step(self, name: str) -> None:
        """A step begins."""

    def share(self, done: float) -> None:
        """So much of the step is done, from 0 to 1."""

    def is_wanted(self) -> bool:
        """Whether the run is to go on."""
        return True


SILENT = Progress()


class Steps(Progress):
    """Tells a function which step begins; whatever that raises ends the run."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def step(self, name: str) -> None:
        self._tell(name)


class Part(Progress):
    """Of work that is the same step several times over: tells the share of all of them."""

    def __init__(self, outer: Progress, number: int, of: int) -> None:
        self._outer, self._number, self._of = outer, number, of

    def share(self, done: float) -> None:
        self._outer.share((self._number + done) / self._of)

    def is_wanted(self) -> bool:
        return self._outer.is_wanted()


class Inner(Progress):
    """Of work within other work: tells nothing, and goes on as long as that is wanted."""

    def __init__(self, outer: Progress) -> None:
        self._outer = outer

    def is_wanted(self) -> bool:
        return self._outer.is_wanted()


class Work(Protocol):
    """Work whose statements take long."""

    def share(self) -> float:
        """How much of the step at hand is done, from 0 to 1."""

    def interrupt(self) -> None:
        """End the statement at hand, if there is one; called from another thread."""


def begin(progress: Progress, step: str) -> None:
    """Go on to a step. Raises: Stopped."""
    insist(progress)
    progress.step(step)


def insist(progress: Progress) -> None:
    """Raises: Stopped when the run is wanted no more."""
    if not progress.is_wanted():
        raise Stopped


@contextmanager
def watched(work: Work, progress: Progress) -> Iterator[None]:
    """Tell how far the work is, and interrupt it once it is wanted no more; from a thread beside it. Raises: Stopped."""
    ended, stopped = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.wait(EVERY):
            if progress.is_wanted():
                progress.share(work.share())
            else:
                # Again and again: between two statements there is nothing to interrupt.
                stopped.set()
                work.interrupt()

    thread = threading.Thread(target=watch, name="progress", daemon=True)
    thread.start()
    try:
        yield
    except Exception as error:
        if stopped.is_set():
            raise Stopped from error
        raise
    finally:
        ended.set()
        thread.join()


class Estimate:
    """How much of a run of several steps is done, and how long the rest will take; `weights` say how long each step takes
    beside the others."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights, self._done, self._step = weights, 0.0, ""
        self._begun: tuple[float, float] | None = None  # when it was first asked for, and how much was done then

    def step(self, name: str) -> None:
        self._done += self._weights.get(self._step, 0.0)
        self._step = name

    def whole(self, share: float) -> float:
        """The share of the whole run, with so much of the step at hand."""
        done = self._done + self._weights.get(self._step, 0.0) * share
        return min(done / (sum(self._weights.values()) or 1.0), 1.0)

    def left(self, share: float) -> float | None:
        """Seconds that the rest will take; None as long as that is anybody's guess.

        What was done before somebody took the run up again says nothing about how fast it goes.
        """
        now, whole = time.monotonic(), self.whole(share)
        if self._begun is None:
            self._begun = now, whole
        elapsed, done = now - self._begun[0], whole - self._begun[1]
        return elapsed * (1.0 - whole) / done if elapsed >= SURE_SECONDS and done >= SURE_SHARE else None


class Meter:
    """Counts the long statements of a step, so that its share never falls."""

    def __init__(self) -> None:
        self._of, self._done, self._most = 1, 0, 0.0

    def begin(self, of: int) -> None:
        """A step of about so many statements begins."""
        self._of, self._done, self._most = max(of, 1), 0, 0.0

    def one_done(self) -> None:
        self._done += 1

    def share(self, of_this: float) -> float:
        """With `of_this` share of the statement at hand."""
        self._most = max(self._most, min((self._done + max(of_this, 0.0)) / self._of, 1.0))
        return self._most
