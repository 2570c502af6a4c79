"""Nobody reads a row about people without saying on whose behalf."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from tests import cast as of

from diguan.access import walls
from diguan.access.rows import ScopeMissing
from diguan.access.scope import EVERYTHING, NOTHING, Scope
from diguan.places.models import Place
from diguan.registry.models import Household, Person

Tree = dict[str, Place]


def settled(place: Place) -> Household:
    household = Household(
        key=uuid.uuid4(), place=place, place_number=place.number, registered_at=of.NOW, registered_by_name="system"
    )
    person = Person(
        key=uuid.uuid4(),
        household=household,
        place_number=place.number,
        ordinal=1,
        registered_at=of.NOW,
        registered_by_name="system",
    )
    with walls.acting("a test"):
        household.save(force_insert=True)
        person.household_id = household.pk
        person.save(force_insert=True)
    return household


@pytest.mark.parametrize(
    "read",
    [
        lambda: list(Household.objects.all()),
        lambda: Household.objects.count(),
        lambda: Household.objects.filter(pk=1),
        lambda: Household.objects.get(pk=1),
        lambda: Household.objects.exists(),
        lambda: Household.objects.values("pk"),
        lambda: Household.objects.create(),
        lambda: Household.objects.first(),
        lambda: Household.objects.iterator(),
    ],
)
def test_a_read_without_a_scope_is_refused(db: None, read: Callable[[], object]) -> None:
    with pytest.raises(ScopeMissing):
        read()


def test_a_related_read_without_a_scope_is_refused(tree: Tree) -> None:
    household = settled(tree[of.LIUJIA])
    with pytest.raises(ScopeMissing):
        list(household.members.all())
    with pytest.raises(ScopeMissing):
        tree[of.LIUJIA].households.count()


def test_prefetching_without_a_scope_is_refused(tree: Tree) -> None:
    settled(tree[of.LIUJIA])
    with pytest.raises(ScopeMissing):
        list(Place.objects.prefetch_related("households"))


def test_rows_within_a_scope_are_those_of_its_places(tree: Tree) -> None:
    here, there = settled(tree[of.LIUJIA]), settled(tree[of.SUNJIA])
    assert list(Household.objects.within(Scope((tree[of.DONGSHAN].range,)))) == [here]
    assert set(Household.objects.within(Scope((tree[of.PROVINCE].range,)))) == {here, there}
    assert list(Household.objects.within(NOTHING)) == []


def test_related_rows_stay_within_the_scope_and_with_their_object(tree: Tree) -> None:
    here, beside = settled(tree[of.LIUJIA]), settled(tree[of.LIUJIA])
    township = Scope((tree[of.DONGSHAN].range,))
    assert [person.household_id for person in here.members.within(township)] == [here.pk]
    assert list(here.members.within(NOTHING)) == []
    assert set(tree[of.LIUJIA].households.within(township)) == {here, beside}


def test_asking_within_one_scope_opens_no_other_read(tree: Tree) -> None:
    household = settled(tree[of.LIUJIA])
    household.members.within(Scope((tree[of.DONGSHAN].range,)))
    with pytest.raises(ScopeMissing):
        household.members.all()
    with pytest.raises(ScopeMissing):
        Person.objects.all()


def test_unscoped_rows_need_a_reason(tree: Tree) -> None:
    household = settled(tree[of.LIUJIA])
    assert list(Household.objects.unscoped("a test")) == [household]
    with pytest.raises(ValueError, match="reason"):
        Household.objects.unscoped("")


def test_what_a_reader_may_see_at_all_bounds_what_a_statement_is_held_to() -> None:
    county, village = Scope(((10, 20),)), Scope(((12, 13), (30, 31)))
    assert walls.current() == NOTHING
    with walls.standing(village):
        assert walls.current() == village
    with walls.reading_as(lambda: county):
        assert walls.current() == county
        with walls.standing(village):
            assert walls.current() == Scope(((12, 13),))
        with walls.acting("a test"):
            assert walls.current() is EVERYTHING
    assert walls.current() == NOTHING


def test_acting_without_a_scope_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"), walls.acting(" "):
        pass
