"""How rows change when people and households move. Called by actions, inside their transaction."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Max

from diguan.places.models import Place
from diguan.registry.models import (
    FormerPlace,
    FormerStay,
    Household,
    Identifier,
    LifeEvent,
    Observation,
    Person,
)

_WHY = "carrying out a life event"


def let_in(household: Household, key: UUID, name: str, known: Person | None, event: LifeEvent) -> Person:
    """Put somebody new into a household, or take back somebody who had left."""
    last = Person.objects.unscoped(_WHY).filter(household=household).aggregate(last=Max("ordinal"))["last"]
    if known is None:
        return Person.objects.unscoped(_WHY).create(
            key=key,
            household=household,
            place_number=household.place_number,
            ordinal=1 + (last or 0),
            name=name,
            joined_on=event.occurred_on,
            joined_by=event,
            registered_at=event.recorded_at,
            registered_by=event.recorded_by,
            registered_by_name=event.recorded_by_name,
        )
    assert known.left_on is not None
    assert known.left_by is not None
    _remember_stay(known, known.left_on, known.left_by)
    known.left_on, known.left_by = None, None
    _settle([known], household, event)
    return known


def let_out(people: Sequence[Person], event: LifeEvent) -> None:
    """Those people do not belong to their household from the day of the event on."""
    Person.objects.unscoped(_WHY).filter(pk__in=[p.pk for p in people]).update(left_on=event.occurred_on, left_by=event)


def transfer(people: Sequence[Person], to: Household, event: LifeEvent) -> None:
    """Move people into another household; where they were before is remembered."""
    for person in people:
        _remember_stay(person, event.occurred_on, event)
    _settle(people, to, event)


def found(key: UUID, name: str, place: Place, event: LifeEvent) -> Household:
    """Begin a household that did not exist before the event."""
    fresh = Household.objects.unscoped(_WHY).create(
        key=key,
        place=place,
        place_number=place.number,
        name=name,
        began_on=event.occurred_on,
        began_by=event,
        registered_at=event.recorded_at,
        registered_by=event.recorded_by,
        registered_by_name=event.recorded_by_name,
    )
    LifeEvent.objects.unscoped(_WHY).filter(pk=event.pk).update(other=fresh)
    return fresh


def end(household: Household, event: LifeEvent, *, into: Household | None = None) -> None:
    household.ended_on, household.ended_by, household.merged_into = event.occurred_on, event, into
    household.save(update_fields=["ended_on", "ended_by", "merged_into"])


def is_empty(household: Household) -> bool:
    """Whether nobody belongs to a household any more."""
    there = Person.objects.unscoped(_WHY).filter(household=household, left_on=None, same_as=None)
    return not there.exists()


def relocate(household: Household, place: Place, event: LifeEvent) -> None:
    """Move a household to another place, and with it every row that stands under it, so that its scope is one."""
    FormerPlace.objects.unscoped(_WHY).create(
        household=household, place=household.place, place_number=place.number, left_on=event.occurred_on, left_by=event
    )
    household.place, household.place_number = place, place.number
    household.save(update_fields=["place", "place_number"])
    for model in (Person, Observation, Identifier, LifeEvent, FormerStay, FormerPlace):
        model.objects.unscoped(_WHY).filter(household=household).update(place_number=place.number)
    event.place_number = place.number


def _remember_stay(person: Person, left_on: dt.date, left_by: LifeEvent) -> None:
    FormerStay.objects.unscoped(_WHY).create(
        person=person,
        household=person.household,
        place_number=person.household.place_number,
        joined_on=person.joined_on,
        joined_by=person.joined_by,
        left_on=left_on,
        left_by=left_by,
    )


def _settle(people: Sequence[Person], household: Household, event: LifeEvent) -> None:
    """People belong to a household from the day of the event on, at its place, after those who are there."""
    there = Person.objects.unscoped(_WHY).filter(household=household).aggregate(last=Max("ordinal"))["last"] or 0
    for number, person in enumerate(people, start=1):
        person.household, person.place_number = household, household.place_number
        person.ordinal, person.joined_on, person.joined_by = there + number, event.occurred_on, event
    changed = ["household", "place_number", "ordinal", "joined_on", "joined_by", "left_on", "left_by"]
    Person.objects.unscoped(_WHY).bulk_update(people, changed)
    theirs = Identifier.objects.unscoped(_WHY).filter(person__in=people)
    theirs.update(household=household, place_number=household.place_number)
