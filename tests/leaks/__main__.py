"""python -m tests.leaks: the whole walk, then the walk against every mutant; how many are caught, and which are not.

`--share 0.1 --seed 7` takes a tenth of the mutants, `--only TEXT` those whose name holds the text, `--jobs N` so many at a time.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.leaks import mutation
from tests.leaks.mutation import SWITCHES
from tests.leaks.trials import FirstWalk, Trials

ROOT = Path(__file__).resolve().parents[2]
WANTED = 0.95
SECONDS = 900


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.leaks", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--prove", action="store_true", help="look for the wall behind which each survivor stands")
    parser.add_argument("--brief", action="store_true", help="every other request of long routes")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="diguan-leaks-") as folder:
        os.environ |= {"DIGUAN_DATA": folder, "DJANGO_SETTINGS_MODULE": "diguan.server.settings"}
        return _measured(given)


def _measured(given: argparse.Namespace) -> int:
    mutation.install()
    with Provinces() as walk:
        begun = time.monotonic()
        first = _first_walk(walk, given.brief)
        if first is None:
            return 1
        steps = first.steps
        print(
            f"{len(steps)} requests by {len({each[0] for each in steps})} people, no leak; {time.monotonic() - begun:.0f} s"
        )
        chosen = [site for site in SWITCHES.sites if given.only in site.name]
        if given.share < 1:
            chosen = random.Random(given.seed).sample(chosen, max(1, round(len(chosen) * given.share)))
        from tests.leaks import verdicts

        trials = Trials(walk, first, given.jobs)
        found = verdicts.reached(trials, sorted(chosen, key=lambda site: site.number))
        verdicts.show(found)
        if given.prove:
            verdicts.prove(trials, found)
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


def _first_walk(walk: Any, is_brief: bool) -> FirstWalk | None:
    """Walk with every mutant asleep: what is asked, and which requests see and pass which switch."""
    from tests.leaks.personas import PERSONAS
    from tests.leaks.walk import steps

    found = FirstWalk()
    for persona in PERSONAS:
        for name, ask in steps(walk, persona, is_brief=is_brief):
            SWITCHES.passed.clear()
            SWITCHES.seen.clear()
            leaks = list(walk.leaks(persona, name, ask))
            if leaks:
                print("\n".join(map(str, leaks)))
                return None
            found.add((persona, name, ask))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
