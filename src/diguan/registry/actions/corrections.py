"""Corrections: a person says, with a reason, what is right; also how a conflict between sources is settled."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access import walls
from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.registry import queries, recording, staging, taking
from diguan.registry.batch import Batch, ObservationRow, Report
from diguan.registry.models import Household, Observation
from diguan.registry.why import insist_on_reason


class FactChanged(Exception):
    """Somebody stated something newer in the meantime; what was to be corrected no longer stands."""


class CorrectionRefused(Exception):
    """The dictionary does not allow the value; the message says why."""


@dataclass(frozen=True)
class Subject:
    """Which fact: a variable of a household, or of one of its people. `given_by` is the observation it rests on, if any."""

    household: UUID
    variable: str
    person: UUID | None = None
    given_by: int | None = None


def correct_fact(
    *, scope: Scope, subject: Subject, value: Any, reason: str, pack: staging.Dictionary,
    by: journal.Actor | None, at: dt.datetime,
) -> Report:  # fmt: skip
    """State what is right in place of the fact that stands, from the same day on; None withdraws it, so that it is unknown.

    A later observation goes before it, as before any other. What was said before stays on file.
    Raises: Household.DoesNotExist, ReasonMissing, FactChanged, CorrectionRefused.
    """
    insist_on_reason(reason)
    with transaction.atomic(), walls.acting("correcting a fact"):
        household = Household.objects.within(scope).select_for_update().get(key=subject.household)
        standing = _standing(scope, household, subject)
        day = standing.observed_on if standing else timezone.localdate(at)
        return _state(household, subject, value, day, reason.strip(), pack, by, at)


def settle_conflict(
    *, scope: Scope, subject: Subject, chosen: int, reason: str, pack: staging.Dictionary,
    by: journal.Actor | None, at: dt.datetime,
) -> Report:  # fmt: skip
    """Say which of the observations that contradict each other is right.

    Raises: Household.DoesNotExist, ReasonMissing, FactChanged; Observation.DoesNotExist if it takes no part in the conflict.
    """
    insist_on_reason(reason)
    with transaction.atomic(), walls.acting("correcting a fact"):
        household = Household.objects.within(scope).select_for_update().get(key=subject.household)
        standing = _standing(scope, household, subject)
        found = [each for each in queries.conflicts(scope, household) if _is_about(each.kept, subject)]
        statements = [statement for each in found for statement in (each.kept, *each.others)]
        right = next((each for each in statements if each.observation.pk == chosen), None)
        if standing is None or right is None:
            raise Observation.DoesNotExist
        value = queries.plain_value(scope, household, subject.variable, right.value, pack)
        return _state(household, subject, value, standing.observed_on, reason.strip(), pack, by, at)


def _is_about(statement: queries.Statement, subject: Subject) -> bool:
    return (statement.person, statement.variable) == (subject.person, subject.variable)


def _standing(scope: Scope, household: Household, subject: Subject) -> Observation | None:
    """The observation that the fact rests on. Raises: FactChanged if it is not the one the correction speaks of."""
    document = household.facts
    if subject.person is not None:
        people = {person.key: person for person in queries.members(scope, household)}
        if subject.person not in people:
            raise FactChanged(_("This person no longer belongs to the household."))
        document = people[subject.person].facts
    fact = document.get(subject.variable)
    if (fact["o"] if fact else None) != subject.given_by:
        raise FactChanged(_("Somebody has stated something newer in the meantime. Look at it before you correct it."))
    return Observation.objects.within(scope).get(pk=fact["o"]) if fact else None


def _state(
    household: Household, subject: Subject, value: Any, day: dt.date, reason: str, pack: staging.Dictionary,
    by: journal.Actor | None, at: dt.datetime,
) -> Report:  # fmt: skip
    said = {subject.variable: value}
    body = {"persons": {str(subject.person): said}} if subject.person else {"household": said}
    row = ObservationRow(uuid4(), household.key, staging.CORRECTION, day, body)
    stamp = recording.Stamp.of(by, at, reason=reason)
    report = taking.take_in(Batch(observations=[row]), pack, stamp, sources=(staging.CORRECTION,))
    if report.refused:
        raise CorrectionRefused(" ".join(refusal.message() for refusal in report.refusals))
    journal.record(
        by=by,
        at=at,
        verb="fact.corrected",
        subject_type="household",
        subject_key=household.key,
        place_number=household.place_number,
        detail={"variable": subject.variable, "person": str(subject.person or ""), "withdrawn": value is None},
    )
    return report
