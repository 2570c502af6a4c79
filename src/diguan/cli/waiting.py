"""What a terminal shows of a long run: one line that renews itself, or plain lines where nobody looks on; and Ctrl+C."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType

import click

from diguan.engine.progress import Estimate, Progress
from diguan.rulebook.problems import N_

_PLAIN = 60.0  # seconds between two lines where nobody looks on
_ERASED = "\r\x1b[K"


class Waiting(Progress):
    """Shows on standard error how far a run is, until somebody presses Ctrl+C."""

    def __init__(self, steps: Mapping[str, str], weights: Mapping[str, float], say: Callable[[str], str]) -> None:
        self._steps, self._say = steps, say
        self._estimate = Estimate(weights)
        self._guard = threading.Lock()
        self._is_shown = sys.stderr.isatty()
        self._begun = self._told = time.monotonic()
        self._step = ""
        self._ends: tuple[int, int] | None = None
        self._is_stopped = self._is_heard = False

    def step(self, name: str) -> None:
        with self._guard:
            self._estimate.step(name)
            self._step = self._say(self._steps[name])
            self._told = time.monotonic()
            click.echo(f"{_ERASED if self._is_shown else ''}… {self._step}", err=True, nl=not self._is_shown)

    def share(self, done: float) -> None:
        with self._guard:
            if self._step and (self._is_shown or time.monotonic() - self._told >= _PLAIN):
                self._told = time.monotonic()
                line = f"… {self._step}{self._said(done)}"
                click.echo(f"{_ERASED}{line}" if self._is_shown else line, err=True, nl=not self._is_shown)

    def _said(self, done: float) -> str:
        left = self._estimate.left(done)
        if left is None:
            return ""
        words = {"share": f"{done * 100:.0f}", "elapsed": clock(time.monotonic() - self._begun), "left": clock(left)}
        return self._say(N_(": {share} %, {elapsed} so far, about {left} left")).format(**words)

    def is_wanted(self) -> bool:
        # Python calls a handler only between two of its own instructions, and a statement of DuckDB is one: what came in
        # is read here, from another thread.
        if self._ends is not None and not self._is_stopped:
            with suppress(BlockingIOError):
                self._is_stopped = bool(set(os.read(self._ends[0], 64)) & {signal.SIGINT, signal.SIGTERM})
        return not self._is_stopped

    @contextmanager
    def looked_at(self) -> Iterator[None]:
        """Show it for as long as this block. Ctrl+C, and a signal to end, stop the run in order; twice, at once."""
        self._ends = os.pipe()
        for end in self._ends:
            os.set_blocking(end, False)
        before = signal.set_wakeup_fd(self._ends[1], warn_on_full_buffer=False)
        former = {number: signal.signal(number, self._came) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
            ends, self._ends = self._ends, None
            for end in ends:
                os.close(end)
            if self._is_shown:
                click.echo(_ERASED, err=True, nl=False)

    def _came(self, number: int, frame: FrameType | None) -> None:
        if self._is_heard:
            raise KeyboardInterrupt
        self._is_stopped = self._is_heard = True


def clock(seconds: float) -> str:
    """Minutes and seconds, or hours, minutes and seconds."""
    minutes, rest = divmod(int(max(seconds, 0.0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
