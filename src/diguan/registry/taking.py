"""A batch on its way onto file, from the first look to the report. Called by actions, which answer for it."""

import datetime as dt
import json
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from diguan.access import walls
from diguan.registry import batch as batches
from diguan.registry import carrying, recording, relations, sealing, staging, validation
from diguan.registry.batch import Batch, BatchFolder, Counts, Refusal, Report
from diguan.registry.models import FormerStay, Household, Identifier, Observation, Person


@dataclass(frozen=True)
class Taken:
    """What became of a batch, and the first of the households it named, by key and place number."""

    report: Report
    subjects: Sequence[tuple[str, int]]


def take_in(
    batch: Batch | BatchFolder, pack: staging.Dictionary, stamp: recording.Stamp, *,
    sources: Sequence[str] = (), journalled: Callable[[Taken], None] = lambda done: None,
) -> Report:  # fmt: skip
    """Judge a batch and put it on file, for actions of the registry; `journalled` writes their entry in the transaction.

    `sources` may be named beside those of the dictionary.
    """
    with relations.workbench(rows=batch.size) as bench, relations.workbench(rows=batch.size) as other:
        parts = staging.bring_in(bench, batch)
        benches = [bench]
        if parts > 1:
            staging.bring_in(other, batch)
            benches.append(other)
        for each in benches:
            staging.bring_dictionary(each, pack, sources)
        return carrying.repeated(lambda: _take(benches, parts, stamp, journalled))


def _take(
    benches: Sequence[relations.Bench], parts: int, stamp: recording.Stamp, journalled: Callable[[Taken], None]
) -> Report:
    """Judge and settle what stands on the benches, slice by slice."""
    reports: list[Report] = []
    subjects: list[tuple[str, int]] = []
    with closing(_judged(benches, parts, timezone.localdate(stamp.at))) as slices:
        bench: relations.Bench | None = next(slices)  # before the transaction, so that no writer waits for it
        with transaction.atomic(), walls.acting("recording observations"):
            while bench is not None:
                reports.append(_settle(bench, stamp))
                subjects += bench.execute("SELECT key::VARCHAR, place_number FROM households LIMIT 2").fetchall()
                bench = next(slices, None)
            report = batches.summed(reports)
            journalled(Taken(report, subjects))
    return report


def _judged(benches: Sequence[relations.Bench], parts: int, today: dt.date) -> Generator[relations.Bench, None, None]:
    """The slices of a batch one after the other, judged, each on one of the benches by turns.

    While one is settled the next is judged beside it, which needs no look at the registry.
    """

    def judge(part: int) -> relations.Bench:
        bench = benches[part % len(benches)]
        staging.take(bench, part, parts)
        validation.judge(bench, today=today)
        sealing.tell(bench)
        return bench

    if parts == 1:
        yield judge(0)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="judging") as beside:
        upcoming = beside.submit(judge, 0)
        for part in range(parts):
            bench = upcoming.result()
            if part + 1 < parts:
                upcoming = beside.submit(judge, part + 1)
            yield bench


def everything_on_file(why: str) -> recording.OnFile:
    """All rows of the registry, for an action that answers for what it does with them."""
    return recording.OnFile(
        households=Household.objects.unscoped(why),
        persons=Person.objects.unscoped(why),
        observations=Observation.objects.unscoped(why),
        identifiers=Identifier.objects.unscoped(why),
        former_stays=FormerStay.objects.unscoped(why),
    )


def _settle(bench: relations.Bench, stamp: recording.Stamp) -> Report:
    on_file = everything_on_file("recording observations")
    recording.settle_households(bench, on_file, stamp)
    recording.settle_persons(bench, on_file, stamp)
    recording.settle_observations(bench, on_file, stamp)
    recording.derive_facts(bench, on_file)
    return _report(bench)


def _report(bench: relations.Bench) -> Report:
    counts = {
        kind: Counts(read=read, accepted=accepted, unchanged=unchanged, refused=read - accepted - unchanged)
        for kind, read, accepted, unchanged in bench.execute(_COUNTS).fetchall()
    }
    refused = any(each.refused for each in counts.values())
    rows = bench.execute(_REFUSALS).fetchall() if refused else []
    return Report(
        households=counts["household"],
        persons=counts["person"],
        observations=counts["observation"],
        refusals=tuple(
            Refusal(kind, n, key, household, reason, json.loads(params))
            for kind, n, key, household, reason, params in rows
        ),
    )


_COUNTS = " UNION ALL ".join(
    f"""SELECT '{kind}', (SELECT count(*) FROM given_{kind}s), count(*) FILTER (verdict = 'accepted'),
               count(*) FILTER (verdict = 'unchanged') FROM {kind}_verdicts"""
    for kind in ("household", "person", "observation")
)

_REFUSALS = """
WITH given AS (SELECT 'household' AS kind, n, key_text, key_text AS household FROM given_households
               UNION ALL SELECT 'person', n, key_text, household_text FROM given_persons
               UNION ALL SELECT 'observation', n, key_text, household_text FROM given_observations)
SELECT kind, n, coalesce(key_text, ''), coalesce(household, ''), reason, params
FROM refusals JOIN given USING (kind, n) ORDER BY kind, n, reason, params"""
