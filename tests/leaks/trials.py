"""Mutants tried one after the other, each in a process of its own, so that nothing of one is there for the next."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.leaks import mutation
from tests.leaks.mutation import SWITCHES, Site

MOST_STEPS, MOST_WALLED = 150, 40
# Who comes upon a second wall soonest.
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
        asked: dict[tuple[str, str], list[int]] = {
            (name, str(ask)): []
            for (_who, name, ask), seen in zip(self.steps, self.seen, strict=True)
            if number in seen
        }
        for step, (_who, name, ask) in enumerate(self.steps):
            if (name, str(ask)) in asked:
                asked[name, str(ask)].append(step)
        ranked = [sorted(steps, key=lambda n: self._rank(n, turn)) for turn, steps in enumerate(asked.values())]
        return [step for some in itertools.zip_longest(*ranked) for step in some if step is not None]

    def _rank(self, step: int, turn: int) -> int:
        who = self.steps[step][0].username
        return (_SHARP.index(who) + turn) % len(_SHARP) if who in _SHARP else len(_SHARP)


class Trials:
    def __init__(self, walk: Any, first: FirstWalk, jobs: int) -> None:
        self._walk, self._first, self._jobs = walk, first, jobs

    def tried(self, asked: Sequence[tuple[Site, tuple[int, ...], str]]) -> Iterator[tuple[Site, Any]]:
        """Each mutant with others that are awake beside it; what leaked first, or None. In the order they end.

        The text is who finds it, and on which route, where that is known: those are asked first.
        """
        works = [
            (site, lambda site=site, others=others, by=by: self._first_leak((site.number, *others), by))  # type: ignore[misc]
            for site, others, by in asked
        ]
        return self._each_apart(works)

    def walls(self, sites: Sequence[Site]) -> Iterator[tuple[Site, Any]]:
        """For each mutant others with which it leaks what they alone do not, and who finds it; None where there are none."""
        return self._each_apart([(site, lambda site=site: self._walls(site.number)) for site in sites])  # type: ignore[misc]

    def reaches(self, site: Site) -> bool:
        return site.number in self._first.passed

    def _each_apart(self, works: Sequence[tuple[Site, Callable[[], Any]]]) -> Iterator[tuple[Site, Any]]:
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

    def _begun(self, work: Callable[[], Any]) -> tuple[int, int]:
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

    def _first_leak(self, numbers: tuple[int, ...], by: str) -> str | None:
        """The first leak with these mutants awake. Requests that pass none of them can't have changed."""
        alone = len(numbers) == 1
        order = self._far_apart(self._first.passed.get(numbers[0], [])) if alone else self._first.around(numbers[0])
        order = sorted(order, key=lambda step: self._called(step) != by)
        for step in order[:MOST_STEPS]:
            found = self._leaks(step, numbers) if alone else self._added(step, numbers[0], numbers[1:])
            if found:
                return f"{self._called(step)}: {self._first.steps[step][2]} {min(found)}"[:400]
        return None

    def _far_apart(self, steps: Sequence[int]) -> list[int]:
        """What one request does not show, its neighbour seldom does."""
        stride = max(1, int(len(steps) ** 0.5))
        return [each for start in range(stride) for each in steps[start::stride]]

    def _walls(self, number: int) -> tuple[list[str], str] | None:
        """With all other guards down, does this one hold anything? If so, which of them must be down for it to show."""
        for step in self._first.around(number)[:MOST_WALLED]:
            others = self._first.seen[step] - {number}
            for _deeper in range(2):
                # Behind a wall that is down lies code that nobody has seen before.
                SWITCHES.seen.clear()
                self._leaks(step, (number, *others))
                others |= SWITCHES.seen - {number}
            if self._added(step, number, others):
                needed = self._needed(step, number, sorted(others))
                return [SWITCHES.sites[each].name for each in needed], self._called(step)
        return None

    def _needed(self, step: int, number: int, others: list[int]) -> list[int]:
        size = len(others)
        while size:
            start = 0
            while start < len(others):
                fewer = others[:start] + others[start + size :]
                if self._added(step, number, fewer):
                    others = fewer
                else:
                    start += size
            size //= 2
        return others

    def _added(self, step: int, number: int, others: Iterable[int]) -> set[str]:
        """What leaks with these others down, and does not if this one stands."""
        others = tuple(others)
        found = self._leaks(step, (number, *others))
        return found - self._leaks(step, others) if found else found

    def _called(self, step: int) -> str:
        persona, name, _ask = self._first.steps[step]
        return f"{persona} on {name}"

    def _leaks(self, step: int, numbers: Iterable[int]) -> set[str]:
        persona, name, ask = self._first.steps[step]
        self._walk.forget_twins()
        with mutation.awake(*numbers):
            return {leak.what for leak in self._walk.leaks(persona, name, ask)}
