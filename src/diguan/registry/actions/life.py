"""Life events: the only way in which people and households come, go, move, split and merge."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access import walls
from diguan.access.decision import Decision
from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.places.models import Place
from diguan.registry import moves, policies
from diguan.registry.models import Household, LifeEvent, Person

Kind = LifeEvent.Kind
_MAKES_PERSON = (Kind.BIRTH, Kind.ARRIVAL)
_ENDS_STAY = (Kind.DEATH, Kind.DEPARTURE)


class LifeEventRefused(Exception):
    """What was told cannot have happened so; the message says why."""


class LifeEventConflict(LifeEventRefused):
    """An event with this instance id is on file with other content."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody who comes in by birth or arrival; one who was on file before comes back under the same key."""

    key: UUID
    name: str = ""


@dataclass(frozen=True)
class Told:
    """A life event as somebody told it.

    `people`: those it is about. `newcomer`: who was born or arrived. `other`: the household people went to; of a split
    the key of the new one, which `name` heads. `place`: where the household moved, or where the new one lives.
    """

    instance_id: UUID
    kind: str
    household: UUID
    occurred_on: dt.date
    people: Sequence[UUID] = ()
    newcomer: Newcomer | None = None
    other: UUID | None = None
    name: str = ""
    place: str = ""
    cause: str = ""
    reporter: str = ""

    def digest(self) -> str:
        content = {name: str(value) for name, value in vars(self).items() if name != "people"}
        content["people"] = sorted(map(str, self.people))  # type: ignore[assignment]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def record_life_event(*, scope: Scope, told: Told, by: journal.Actor | None, at: dt.datetime) -> LifeEvent:
    """Record what happened and change who belongs where; told again with the same content, it changes nothing.

    Everything and everybody it touches must be in scope.
    Raises: LifeEventRefused, LifeEventConflict; Household.DoesNotExist if the household is not there or out of scope.
    """
    with transaction.atomic(), walls.acting("recording a life event"):
        household = Household.objects.within(scope).select_for_update().get(key=told.household)
        known = LifeEvent.objects.unscoped("recognising a replay").filter(instance_id=told.instance_id).first()
        if known is not None:
            if known.digest != told.digest():
                raise LifeEventConflict(policies.EVENT_CONFLICT)
            return known
        parties = _parties(scope, told, household)
        _insist(policies.may_happen(told, parties, today=timezone.localdate(at)))
        event = _kept(told, parties, by, at)
        try:
            with transaction.atomic():
                _carry_out(told, parties, event)
        except IntegrityError:
            raise LifeEventRefused(_("The key of the new person or household is taken.")) from None
        journal.record(
            by=by,
            at=at,
            verb="household.life_event",
            subject_type="household",
            subject_key=household.key,
            place_number=event.place_number,
            detail={"kind": event.kind, "people": len(event.people), "other": str(told.other or "")},
        )
    return event


def _parties(scope: Scope, told: Told, household: Household) -> policies.Parties:
    """Everybody and everything the event touches, locked, as far as it is in scope."""
    people = Person.objects.within(scope).select_for_update().filter(key__in=told.people, same_as=None)
    other = None
    if told.other is not None:
        other = Household.objects.within(scope).select_for_update().filter(key=told.other).first()
    place = Place.objects.filter(code=told.place).first() if told.place else None
    if place is not None and not scope.contains(place.number):
        place = None
    newcomer = None
    if told.newcomer is not None:
        newcomer = Person.objects.within(scope).select_for_update().filter(key=told.newcomer.key).first()
    present = Person.objects.within(scope).filter(household=household, left_on=None, same_as=None)
    return policies.Parties(household, list(people.order_by("pk")), list(present), other, place, newcomer)


def _kept(told: Told, parties: policies.Parties, by: journal.Actor | None, at: dt.datetime) -> LifeEvent:
    people = [str(key) for key in told.people] or [str(person.key) for person in parties.present]
    return LifeEvent.objects.unscoped("recording a life event").create(
        instance_id=told.instance_id,
        kind=told.kind,
        cause=told.cause,
        household=parties.household,
        other=parties.other,
        place_number=parties.household.place_number,
        occurred_on=told.occurred_on,
        reporter=told.reporter,
        recorded_at=at,
        recorded_by=None if by is None else by.pk,
        recorded_by_name=naming.of(by),
        people=[str(told.newcomer.key)] if told.newcomer else people if told.kind != Kind.RELOCATION else [],
        digest=told.digest(),
    )


def _carry_out(told: Told, parties: policies.Parties, event: LifeEvent) -> None:
    household = parties.household
    if told.newcomer is not None:
        moves.let_in(household, told.newcomer.key, told.newcomer.name, parties.newcomer, event)
    elif told.kind in _ENDS_STAY:
        moves.let_out(parties.people, event)
    elif told.kind == Kind.TRANSFER:
        assert parties.other is not None
        moves.transfer(parties.people, parties.other, event)
    elif told.kind == Kind.RELOCATION:
        assert parties.place is not None
        moves.relocate(household, parties.place, event)
    elif told.kind == Kind.SPLIT:
        assert told.other is not None
        fresh = moves.found(told.other, told.name, parties.place or household.place, event)
        moves.transfer(parties.people, fresh, event)
    elif told.kind == Kind.MERGE:
        assert parties.other is not None
        moves.transfer(parties.present, parties.other, event)
        moves.end(household, event, into=parties.other)
    if not household.ended_on and moves.is_empty(household):
        moves.end(household, event)


def _insist(decision: Decision) -> None:
    if not decision:
        raise LifeEventRefused(str(decision.reason))
