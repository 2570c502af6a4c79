"""The only writers of the registry."""

import datetime as dt
import json
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from diguan.access import walls
from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.registry import batch as batches
from diguan.registry import carrying, queries, recording, relations, staging, validation
from diguan.registry.batch import Batch, BatchFolder, Counts, Refusal, Report
from diguan.registry.models import Household, Observation, Person, Registry


def describe_registry(
    *, name: str, synthetic: bool, by: journal.Actor | None, at: dt.datetime, seed: int | None = None, note: str = ""
) -> Registry:
    """Say what this registry is, in place of what was said before."""
    with transaction.atomic():
        values = {"name": name, "synthetic": synthetic, "seed": seed, "note": note}
        registry, _created = Registry.objects.update_or_create(pk=1, defaults=values)
        journal.record(
            by=by,
            at=at,
            verb="registry.described",
            subject_type="registry",
            subject_key=registry.pk,
            detail={"synthetic": synthetic, "seed": seed},
        )
    return registry


def record_observations(
    *, batch: Batch | BatchFolder, pack: staging.Dictionary, by: journal.Actor | None, at: dt.datetime
) -> Report:
    """Put households, people and observations on file and derive the facts; the only way in, for one visit or a province.

    Rows: every row is accepted, unchanged (a replay) or refused with its reasons; the report counts them all. An
    observation with one faulty value is refused as a whole. All that is accepted is written in one transaction.
    Unknown: a value of None says nothing about its variable.
    Raises: staging.BatchUnreadable for files that cannot be read.
    """
    with relations.workbench(rows=batch.size) as bench:
        parts = staging.bring_in(bench, batch)
        staging.bring_dictionary(bench, pack)
        return carrying.repeated(lambda: _record(bench, parts, by, at))


def _record(bench: relations.Bench, parts: int, by: journal.Actor | None, at: dt.datetime) -> Report:
    """Judge and settle what stands on the bench, slice by slice."""
    today, stamp = timezone.localdate(at), recording.Stamp(at, None if by is None else by.pk, _name(by))
    reports: list[Report] = []
    subjects: list[tuple[str, int]] = []
    staging.take(bench, 0, parts)
    validation.judge(bench, today=today)  # before the transaction, so that no writer waits for it
    with transaction.atomic(), walls.acting("recording observations"):
        for part in range(parts):
            if part > 0:
                staging.take(bench, part, parts)
                validation.judge(bench, today=today)
            reports.append(_settle(bench, stamp))
            subjects += bench.execute("SELECT key::VARCHAR, place_number FROM households LIMIT 2").fetchall()
        report = batches.summed(reports)
        _journal_batch(subjects, report, by, at)
    return report


def _settle(bench: relations.Bench, stamp: recording.Stamp) -> Report:
    on_file = recording.OnFile(
        households=Household.objects.unscoped("recording observations"),
        persons=Person.objects.unscoped("recording observations"),
        observations=Observation.objects.unscoped("recording observations"),
    )
    recording.settle_households(bench, on_file, stamp)
    recording.settle_persons(bench, on_file, stamp)
    recording.settle_observations(bench, on_file, stamp)
    recording.derive_facts(bench, on_file)
    return _report(bench)


def open_household(
    *, scope: Scope, key: UUID, by: journal.Actor | None, at: dt.datetime, purpose: str = "page"
) -> Household:
    """Return one household and journal that it was read; neither without the other.

    Raises: Household.DoesNotExist if it is not on file or out of scope, which look the same.
    """
    with transaction.atomic():
        household = queries.household(scope, key)
        journal.record(
            by=by,
            at=at,
            verb="household.read",
            subject_type="household",
            subject_key=household.key,
            place_number=household.place_number,
            detail={"purpose": purpose},
        )
    return household


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


def _journal_batch(subjects: list[tuple[str, int]], report: Report, by: journal.Actor | None, at: dt.datetime) -> None:
    """One entry for the batch; under the household's own key when it is about one household."""
    parts = {"households": report.households, "persons": report.persons, "observations": report.observations}
    detail = {name: vars(counts) for name, counts in parts.items()}
    one = len(subjects) == 1
    subject_type, subject_key, number = ("household", *subjects[0]) if one else ("registry", "1", None)
    journal.record(
        by=by,
        at=at,
        verb="registry.observations_recorded",
        subject_type=subject_type,
        subject_key=subject_key,
        place_number=number,
        detail=detail,
    )


def _name(by: journal.Actor | None) -> str:
    return journal.SYSTEM if by is None else by.get_username()
