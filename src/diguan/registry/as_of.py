"""Reads of the past, within the reader's scope: who belonged to a household on a day, and what was known of them.

Two days can be asked for: the day whose state is wanted, and the day on which one asks. Without the second, everything
on file counts, also what was recorded long after. Who lives out of the reader's scope now is left out, and so is what was
said of somebody where the reader may not look.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from diguan.access.scope import Scope
from diguan.registry import merging, recording, relations, staging
from diguan.registry.models import FormerPlace, FormerStay, Household, LifeEvent, Observation, Person
from diguan.registry.queries import Facts


@dataclass(frozen=True)
class Moment:
    """A day whose state is wanted, and until when what was recorded counts."""

    on: dt.date
    known_on: dt.date | None = None

    @property
    def known_until(self) -> dt.datetime:
        """The first instant of which nothing is counted any more."""
        if self.known_on is None:
            return dt.datetime.max.replace(tzinfo=dt.UTC)
        return timezone.make_aware(dt.datetime.combine(self.known_on + dt.timedelta(days=1), dt.time.min))

    def holds(
        self, begun: tuple[dt.date | None, LifeEvent | None], ended: tuple[dt.date | None, LifeEvent | None]
    ) -> bool:
        """Whether what began and ended so was there on the day, as far as was known."""
        return self._has_happened(*begun, default=True) and not self._has_happened(*ended, default=False)

    def _has_happened(self, on: dt.date | None, event: LifeEvent | None, *, default: bool) -> bool:
        if event is not None and event.recorded_at >= self.known_until:
            return False
        return default if on is None else on <= self.on


@dataclass(frozen=True)
class FactsAsOf:
    """A household on a day: where it was, who belonged to it, and what was known of it and of each of them."""

    moment: Moment
    place: str
    household: Facts
    persons: Mapping[UUID, Facts]


def facts_as_of(
    scope: Scope, household: Household, on: dt.date, *, pack: staging.Dictionary, known_on: dt.date | None = None
) -> FactsAsOf:
    """Work out a household as it was on a day; a batch of one, by the same rules as today's facts.

    Unknown: what nobody had said by then is absent.
    """
    moment = Moment(on, known_on)
    people = {person.pk: person for person in members_as_of(scope, household, moment)}
    with relations.workbench(rows=len(people)) as bench:
        staging.bring_dictionary(bench, pack)
        doubles = Person.objects.within(scope).filter(Q(pk__in=people) | Q(same_as__in=people))
        rows = list(doubles.values_list(*merging.PERSON_COLUMNS, "household_id"))
        relations.fill(bench, "persons", merging.PERSONS, relations.texts(row[:-1] for row in rows))
        relations.create(bench, "sayings", merging.SAYINGS)
        homes = {household.pk, *(row[-1] for row in rows)}
        merging.add_observations(bench, recording.bodies(_said(scope, homes | _former_homes(scope, people), moment)))
        merging.merge(bench)
        of_homes, of_people = merging.documents(bench)
    persons = {person.key: of_people.get(number, {}) for number, person in people.items()}
    return FactsAsOf(moment, place_as_of(scope, household, moment), of_homes.get(household.pk, {}), persons)


def members_as_of(scope: Scope, household: Household, moment: Moment) -> list[Person]:
    """The people who belonged to a household on a day, in their order."""
    now = Person.objects.within(scope).filter(household=household, same_as=None, registered_at__lt=moment.known_until)
    found = [
        person
        for person in now.select_related("joined_by", "left_by")
        if moment.holds((person.joined_on, person.joined_by), (person.left_on, person.left_by))
    ]
    stays = FormerStay.objects.within(scope).filter(household=household)
    ids = [
        stay.person_id
        for stay in stays.select_related("joined_by", "left_by")
        if moment.holds((stay.joined_on, stay.joined_by), (stay.left_on, stay.left_by))
    ]
    found += list(Person.objects.within(scope).filter(pk__in=ids, same_as=None))
    return sorted(found, key=lambda person: (person.ordinal, person.pk))


def place_as_of(scope: Scope, household: Household, moment: Moment) -> str:
    """Name of the place in which a household lived on a day."""
    left = FormerPlace.objects.within(scope).filter(household=household).select_related("place", "left_by")
    later = [
        former for former in left if former.left_on > moment.on or former.left_by.recorded_at >= moment.known_until
    ]
    first = min(later, key=lambda former: (former.left_on, former.pk), default=None)
    return (first or household).place.name


def life_events(scope: Scope, household: Household) -> QuerySet[LifeEvent]:
    """What changed the household, newest first; also what happened to others that concerns it."""
    mine = Q(household=household) | Q(other=household)
    found = LifeEvent.objects.within(scope).filter(mine).select_related("household", "other")
    return found.order_by("-occurred_on", "-id")


def former_homes(scope: Scope, people: Collection[Person]) -> list[Household]:
    """The households in which people lived before."""
    if not people:
        return []
    stays = FormerStay.objects.within(scope).filter(person__in=people)
    return list(Household.objects.within(scope).filter(pk__in=stays.values("household")).order_by("pk"))


def _former_homes(scope: Scope, people: Mapping[int, Person]) -> set[int]:
    stays = FormerStay.objects.within(scope).filter(person__in=people)
    return set(stays.values_list("household_id", flat=True))


def _said(scope: Scope, homes: set[int], moment: Moment) -> Iterator[relations.Row]:
    """Observations of these households up to the day."""
    columns = ("pk", "household_id", "source", "observed_on", "body")
    said = Observation.objects.within(scope).filter(household__in=homes)
    return iter(said.filter(observed_on__lte=moment.on, recorded_at__lt=moment.known_until).values_list(*columns))
