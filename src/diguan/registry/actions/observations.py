"""Observations come in, and facts out."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.http import QueryDict

from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.registry import queries, recording, staging, taking
from diguan.registry.batch import Batch, BatchFolder, Report
from diguan.registry.models import Household, Registry
from diguan.ui import paging


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
    return taking.take_in(batch, pack, recording.Stamp.of(by, at), journalled=lambda done: _journal_batch(done, by, at))


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


def open_disputed(
    *, scope: Scope, params: QueryDict, by: journal.Actor | None, at: dt.datetime
) -> paging.Page[Household]:
    """Return one page of households with disputed facts and journal that it was read; neither without the other."""
    with transaction.atomic():
        page = queries.disputed_page(scope, params)
        journal.record(
            by=by, at=at, verb="conflicts.listed", subject_type="list", subject_key="conflicts",
            detail={"count": len(page.rows)},
        )  # fmt: skip
    return page


def _journal_batch(done: taking.Taken, by: journal.Actor | None, at: dt.datetime) -> None:
    """One entry for the batch; under the household's own key when it is about one household."""
    report, subjects = done.report, done.subjects
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
