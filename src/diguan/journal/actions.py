"""The only way into the journal. The entry is written in the caller's transaction: both stand, or neither."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from diguan.journal import naming, reactions
from diguan.journal.models import Entry
from diguan.journal.naming import Actor as Actor
from diguan.journal.verification import Report

VERIFIED = "journal.verified"


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be recorded of one act, when many are recorded at once."""

    verb: str
    subject_type: str
    subject_key: str
    place_number: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(
    *,
    by: Actor | None,
    at: dt.datetime,
    verb: str,
    subject_type: str,
    subject_key: object,
    place_number: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """Append one entry.

    A page that shows many rows is one entry: the page's address as subject, its filter and the count in the detail.
    The detail never holds names, ID numbers or other personal values.
    """
    entry = _entry(by, at, Act(verb, subject_type, str(subject_key), place_number, detail or {}))
    entry.save(force_insert=True)
    reactions.follow(entry)
    return entry


def record_many(*, by: Actor | None, at: dt.datetime, acts: Iterable[Act]) -> int:
    """Append an entry for each act, in their order, and return how many."""
    return len(Entry.objects.bulk_create([_entry(by, at, act) for act in acts], batch_size=500))


def record_verification(*, report: Report, by: Actor | None, at: dt.datetime) -> Entry:
    """Append that the journal was verified, with what was found."""
    newest = max((each.batches for each in report.agreeing), default=None)
    first = report.differences[0] if report.differences else None
    return record(
        by=by,
        at=at,
        verb=VERIFIED,
        subject_type="journal",
        subject_key="sealed",
        detail={
            "last_entry": report.last_entry,
            "batches": report.batches,
            "checkpoint": newest,
            "differences": len(report.differences) + report.unnamed,
            "first": None if first is None else {"what": first.kind, "entry": first.entry, "batch": first.batch},
        },
    )


def _entry(by: Actor | None, at: dt.datetime, act: Act) -> Entry:
    return Entry(
        at=at,
        actor_id=None if by is None else by.pk,
        actor_name=naming.of(by),
        verb=act.verb,
        subject_type=act.subject_type,
        subject_key=act.subject_key,
        place_number=act.place_number,
        detail=dict(act.detail),
    )
