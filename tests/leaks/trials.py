"""Mutants tried one after the other, each in a process of its own, so that nothing of one is there for the next."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.leaks import mutation
from tests.leaks.mutation import SWITCHES, Site

SECONDS = 900
MOST_STEPS = 60
# Who comes upon a second wall soonest: they hold something here and nothing there.
_SHARP = ("splinter", "village-v1", "two-places", "township-t1", "administrator-c1", "reduced", "masked-c1")


@dataclass
class FirstWalk:
    """What was asked with every mutant asleep; by switch, the requests in which it would say something else."""

    steps: list[Any] = field(default_factory=list)
    passed: dict[int, list[int]] = field(default_factory=dict)
    seen: list[frozenset[int]] = field(default_factory=list)

    def add(self, step: Any) -> None:
        for number in SWITCHES.passed:
            self.passed.setdefault(number, []).append(len(self.steps))
        self.steps.append(step)
        self.seen.append(frozenset(SWITCHES.seen))

    def around(self, number: int) -> list[int]:
        """Requests in which the switch is seen, and the same requests of others, whom another wall may have stopped."""
        asked = {
            (name, str(ask)) for (_who, name, ask), seen in zip(self.steps, self.seen, strict=True) if number in seen
        }
        found = [n for n, (_who, name, ask) in enumerate(self.steps) if (name, str(ask)) in asked]
        return sorted(found, key=lambda n: (self._rank(n), n))[:MOST_STEPS]

    def _rank(self, step: int) -> int:
        who = self.steps[step][0].username
        return _SHARP.index(who) if who in _SHARP else len(_SHARP)


class Trials:
    def __init__(self, walk: Any, first: FirstWalk, jobs: int) -> None:
        self._walk, self._first, self._jobs = walk, first, jobs

    def tried(self, asked: Sequence[tuple[Site, tuple[int, ...]]]) -> Iterator[tuple[Site, str | None]]:
        """Each mutant with others that are awake beside it; what leaked first, or None. In the order they end."""
        works = [
            (site, lambda site=site, others=others: self._first_leak((site.number, *others)))  # type: ignore[misc]
            for site, others in asked
        ]
        return self._each_apart(works)

    def walls(self, sites: Sequence[Site]) -> Iterator[tuple[Site, str | None]]:
        """For each mutant the name of another with which it leaks what that one alone does not; None where none is."""
        return self._each_apart([(site, lambda site=site: self._wall(site.number)) for site in sites])  # type: ignore[misc]

    def reaches(self, site: Site) -> bool:
        return site.number in self._first.passed

    def _each_apart(self, works: Sequence[tuple[Site, Callable[[], str | None]]]) -> Iterator[tuple[Site, str | None]]:
        waiting, running = list(works), {}
        while waiting or running:
            while waiting and len(running) < self._jobs:
                site, work = waiting.pop(0)
                reader, pid = self._begun(work)
                running[pid] = (site, reader)
            pid, _status = os.wait()
            site, reader = running.pop(pid)
            with os.fdopen(reader) as told:
                answer = told.read()
            yield site, json.loads(answer) if answer else "the walk was cut off"

    def _begun(self, work: Callable[[], str | None]) -> tuple[int, int]:
        reader, writer = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            os.close(writer)
            return reader, pid
        try:
            os.close(reader)
            folder = Path(tempfile.mkdtemp(prefix="mutant-", dir=os.environ["DIGUAN_DATA"]))
            self._walk.go_apart(folder)
            told = work()
            shutil.rmtree(folder, ignore_errors=True)
            os.write(writer, json.dumps(told).encode()[:60_000])
        finally:
            os._exit(0)

    def _first_leak(self, numbers: tuple[int, ...]) -> str | None:
        """The first leak with these mutants awake. Requests that pass none of them can't have changed."""
        self._walk.forget_twins()
        deadline = time.monotonic() + SECONDS
        order = sorted({step for number in numbers for step in self._first.passed.get(number, ())})
        if len(numbers) > 1:
            order = self._first.around(numbers[0])
        # Far apart first: what one request does not show, its neighbour seldom does.
        stride = max(1, int(len(order) ** 0.5))
        for step in (each for start in range(stride) for each in order[start::stride]):
            found = self._leaks(step, numbers)
            if len(numbers) > 1:
                found -= self._leaks(step, numbers[1:])
            if found:
                persona, name, ask = self._first.steps[step]
                return f"{persona} on {name}: {ask} {min(found)}"[:400]
            if time.monotonic() > deadline:
                return None
        return None

    def _wall(self, number: int) -> str | None:
        for step in self._first.around(number):
            for wall in sorted(self._first.seen[step] - {number}):
                both = self._leaks(step, (number, wall))
                if both and both - self._leaks(step, (wall,)):
                    return SWITCHES.sites[wall].name
        return None

    def _leaks(self, step: int, numbers: tuple[int, ...]) -> set[str]:
        persona, name, ask = self._first.steps[step]
        self._walk.forget_twins()
        with mutation.awake(*numbers):
            return {leak.what for leak in self._walk.leaks(persona, name, ask)}
