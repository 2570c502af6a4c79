"""python -m tests.leaks: the whole walk, then the walk against every mutant; how many are caught, and which are not.

`--share 0.1 --seed 7` takes a tenth of the mutants, `--only TEXT` those whose name holds the text, `--jobs N` so many at a time.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.leaks import mutation
from tests.leaks.mutation import SWITCHES, Site

ROOT = Path(__file__).resolve().parents[2]
WANTED = 0.95
SECONDS = 900


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.leaks", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--brief", action="store_true", help="every other request of long routes")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="diguan-leaks-") as folder:
        os.environ |= {"DIGUAN_DATA": folder, "DJANGO_SETTINGS_MODULE": "diguan.server.settings"}
        return _measured(given)


def _measured(given: argparse.Namespace) -> int:
    mutation.install()
    with Provinces() as walk:
        begun = time.monotonic()
        steps, passed = _first_walk(walk, given.brief)
        if steps is None:
            return 1
        print(
            f"{len(steps)} requests by {len({each[0] for each in steps})} people, no leak; {time.monotonic() - begun:.0f} s"
        )
        chosen = [site for site in SWITCHES.sites if given.only in site.name]
        if given.share < 1:
            chosen = random.Random(given.seed).sample(chosen, max(1, round(len(chosen) * given.share)))
        from tests.leaks import verdicts

        found = verdicts.reached(_Trials(walk, steps, passed, given.jobs), sorted(chosen, key=lambda site: site.number))
        verdicts.show(found)
        if not given.only:
            verdicts.keep(found, is_whole=given.share == 1)
        return 0 if verdicts.share(found) >= WANTED else 1


class Provinces:
    """Everything set up as the tests set it up, in memory, and taken down again."""

    def __enter__(self) -> Any:
        import django

        django.setup()
        from django.conf import settings
        from django.db import transaction
        from django.test.utils import setup_databases, setup_test_environment

        setup_test_environment()
        for handler in logging.getLogger().handlers:
            handler.setLevel(logging.CRITICAL + 1)
        self._databases = setup_databases(0, interactive=False)
        from tests.leaks import personas
        from tests.leaks.conftest import QUICK, set_up
        from tests.leaks.walk import Walk

        from diguan.access import roles

        settings.PASSWORD_HASHERS = [QUICK]
        roles.ROLES = MappingProxyType({**roles.ROLES, **personas.EXTRA_ROLES})
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        return Walk(set_up())

    def __exit__(self, *error: object) -> None:
        from django.test.utils import teardown_databases

        self._transaction.__exit__(RuntimeError, None, None)
        teardown_databases(self._databases, 0)


def _first_walk(walk: Any, is_brief: bool) -> tuple[list[Any] | None, dict[int, list[int]]]:
    """Walk with every mutant asleep: what is asked, and which requests pass which switch."""
    from tests.leaks.personas import PERSONAS
    from tests.leaks.walk import steps

    taken: list[Any] = []
    passed: dict[int, list[int]] = {}
    for persona in PERSONAS:
        for name, ask in steps(walk, persona, is_brief=is_brief):
            SWITCHES.passed.clear()
            leaks = list(walk.leaks(persona, name, ask))
            if leaks:
                print("\n".join(map(str, leaks)))
                return None, {}
            for number in SWITCHES.passed:
                passed.setdefault(number, []).append(len(taken))
            taken.append((persona, name, ask))
    return taken, passed


class _Trials:
    """Mutants tried in processes of their own, so that nothing of one is there for the next."""

    def __init__(self, walk: Any, steps: list[Any], passed: dict[int, list[int]], jobs: int) -> None:
        self._walk, self._steps, self._passed, self._jobs = walk, steps, passed, jobs

    def tried(self, asked: Sequence[tuple[Site, tuple[int, ...]]]) -> Iterator[tuple[Site, str | None]]:
        """Each mutant with others that are awake beside it; what leaked first, or None. In the order they end."""
        waiting, running = list(asked), {}
        while waiting or running:
            while waiting and len(running) < self._jobs:
                site, others = waiting.pop(0)
                reader, pid = self._begun((site.number, *others))
                running[pid] = (site, reader)
            pid, _status = os.wait()
            site, reader = running.pop(pid)
            with os.fdopen(reader) as told:
                answer = told.read()
            yield site, json.loads(answer) if answer else "the walk was cut off"

    def reaches(self, site: Site) -> bool:
        return site.number in self._passed

    def _begun(self, numbers: tuple[int, ...]) -> tuple[int, int]:
        reader, writer = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            os.close(writer)
            return reader, pid
        try:
            os.close(reader)
            told = self._walked(numbers)
            os.write(writer, json.dumps(told).encode()[:60_000])
        finally:
            os._exit(0)

    def _walked(self, numbers: tuple[int, ...]) -> str | None:
        """The first leak with these mutants awake. Requests that pass none of them can't have changed."""
        self._walk.forget_twins()
        folder = Path(tempfile.mkdtemp(prefix="mutant-", dir=os.environ["DIGUAN_DATA"]))
        self._walk.go_apart(folder)
        try:
            return self._first_leak(numbers)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _first_leak(self, numbers: tuple[int, ...]) -> str | None:
        deadline = time.monotonic() + SECONDS
        order = sorted({step for number in numbers for step in self._passed.get(number, ())})
        # Far apart first: what one request does not show, its neighbour seldom does.
        stride = max(1, int(len(order) ** 0.5))
        for step in (each for start in range(stride) for each in order[start::stride]):
            persona, name, ask = self._steps[step]
            with mutation.awake(*numbers):
                leak = next(iter(self._walk.leaks(persona, name, ask)), None)
            if leak is not None:
                return str(leak)[:400]
            if time.monotonic() > deadline:
                return "no end"
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
