"""python -m bench.reliability STORE [--short]: imports killed at random, submissions and edits by many at once."""

import random
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import processes, province, stores
from bench.figures import Figure


def main(store: str, short: bool) -> int:
    import django

    django.setup()
    province.pack()  # once, for all processes that are forked from this one
    with tempfile.TemporaryDirectory(prefix="diguan-bench-") as name:
        processes.alone(province.prepare)
        killed = _killed(Path(name), rounds=4 if short else 40, households=150 if short else 600)
        sent = _submitted(processes_at_once=4 if short else 8, ids=10 if short else 50, of_each=4 if short else 8)
        lost = _edited(writers=4 if short else 8, edits=6 if short else 40)
    rounds = killed["rounds"]
    stores.tell(
        [
            Figure(f"2.kills_{store}_partial", killed["partial"], f"imports on file in part, of {rounds} kills", 0),
            Figure(
                f"2.kills_{store}_unfinished", killed["unfinished"], "of them that did not complete when run again", 0
            ),
            Figure(
                f"2.kills_{store}_repeats", killed["changed"], "of them that a further run did not leave unchanged", 0
            ),
            Figure(f"2.kills_{store}_at_work", killed["at_work"], "kills that hit the import at work"),
            Figure(f"2.submissions_{store}_lost", sent["lost"], f"instance ids not on file once, of {sent['ids']}", 0),
            Figure(f"2.submissions_{store}_wrong", sent["wrong"], f"answers that were not right, of {sent['sent']}", 0),
            Figure(f"2.edits_{store}_lost", lost["lost"], f"edits of one household not on file, of {lost['edits']}", 0),
            Figure(f"2.edits_{store}_unequal", lost["unequal"], "facts that a replay gives otherwise", 0),
        ]
    )
    return 0


def _record(batch: Any) -> Any:
    from django.utils import timezone

    from diguan.registry import actions

    return actions.record_observations(batch=batch, pack=province.pack(), by=None, at=timezone.now())


def _import(folder: str) -> dict[str, int]:
    from diguan.registry.batch import BatchFolder

    report = _record(BatchFolder(Path(folder)))
    return {"accepted": report.accepted, "unchanged": report.unchanged, "read": report.read}


def _killed(folder: Path, *, rounds: int, households: int) -> dict[str, int]:
    """Kill an import at a random moment of its course, look, run it again to the end, and once more."""
    chance, found = (
        random.Random(7),
        Counter({"rounds": rounds, "partial": 0, "unfinished": 0, "changed": 0, "at_work": 0}),
    )

    def made(seed: int) -> str:
        return str(processes.alone(lambda: str(province.write(folder / str(seed), households, seed=seed))))

    first = made(1000)
    began = time.monotonic()
    processes.alone(lambda: _import(first))
    length = time.monotonic() - began
    for number in range(rounds):
        batch = made(number)
        before = processes.alone(province.counts)
        child = processes.Child(lambda batch=batch: _import(batch))
        time.sleep(chance.uniform(0.1, 1.0) * length)
        found["at_work"] += child.kill()
        after = processes.alone(province.counts)
        fresh = {name: after[name] - before[name] for name in after}
        whole = fresh["Household"] == households and fresh["Observation"] == households
        found["partial"] += not (whole or not any(fresh.values()))
        again = processes.alone(lambda batch=batch: _import(batch))
        found["unfinished"] += again["accepted"] != (0 if whole else again["read"])
        once_more = processes.alone(lambda batch=batch: _import(batch))
        found["changed"] += once_more["unchanged"] != once_more["read"]
    return dict(found)


def _submitted(*, processes_at_once: int, ids: int, of_each: int) -> dict[str, int]:
    """The same visits sent by many at once, in any order; of every tenth id one of the bodies is another."""
    households = processes.alone(lambda: province.keys(10))
    instances = [str(uuid.uuid4()) for _ in range(ids)]
    sendings = [(number, copy) for number in range(ids) for copy in range(of_each)]
    random.Random(7).shuffle(sendings)

    def send(share: list[tuple[int, int]]) -> Callable[[], Any]:
        def work() -> list[tuple[int, bool, str]]:
            told = []
            for number, copy in share:
                is_altered = number % 10 == 0 and copy == 0
                said = {"family_support": "9999" if is_altered else str(number)}
                report = _record(province.visit(households[number % 10], said, instance=instances[number]))
                outcome = (
                    "accepted" if report.accepted else "unchanged" if report.unchanged else report.refusals[0].reason
                )
                told.append((number, is_altered, outcome))
            return told

        return work

    before = processes.alone(province.counts)["Observation"]
    shares = [sendings[first::processes_at_once] for first in range(processes_at_once)]
    answers = [answer for share in processes.together([send(share) for share in shares]) for answer in share]
    on_file = processes.alone(province.counts)["Observation"] - before
    wrong = sum(not _is_right([(a, o) for n, a, o in answers if n == number]) for number in range(ids))
    return {"lost": abs(on_file - ids), "wrong": wrong, "ids": ids, "sent": len(sendings)}


def _is_right(answers: list[tuple[bool, str]]) -> bool:
    """One is accepted; those of the same body are replays, those of the other conflicts."""
    first = [is_altered for is_altered, outcome in answers if outcome == "accepted"]
    if len(first) != 1:
        return False
    rest = [(is_altered, outcome) for is_altered, outcome in answers if outcome != "accepted"]
    return all(
        outcome == ("unchanged" if is_altered == first[0] else "instance_conflict") for is_altered, outcome in rest
    )


def _edited(*, writers: int, edits: int) -> dict[str, int]:
    """Every writer says something of its own about one and the same household, again and again."""
    (household,) = processes.alone(lambda: province.keys(1))
    names = ("planting_receipts", "livestock_receipts", "operating_costs", "farm_subsidies", "family_support")

    def write(writer: int) -> Callable[[], Any]:
        def work() -> int:
            said = [{names[(writer + n) % len(names)]: str(1000 * writer + n)} for n in range(edits)]
            return sum(_record(province.visit(household, each)).accepted for each in said)

        return work

    before = processes.alone(province.counts)["Observation"]
    accepted = sum(processes.together([write(writer) for writer in range(writers)]))
    on_file = processes.alone(province.counts)["Observation"] - before
    lost = writers * edits - min(accepted, on_file)
    return {"lost": lost, "unequal": processes.alone(lambda: _unequal(household)), "edits": writers * edits}


def _unequal(household: str) -> int:
    import datetime as dt

    from diguan.access.scope import EVERYTHING
    from diguan.registry import as_of, queries

    found = queries.household(EVERYTHING, uuid.UUID(household))
    replayed = as_of.facts_as_of(EVERYTHING, found, dt.date.max, pack=province.pack()).household
    return sum(found.facts.get(name) != replayed.get(name) for name in {*found.facts, *replayed})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--short" in sys.argv))
