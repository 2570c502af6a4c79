"""Any number of values in one question: keys, numbers and texts, on either store."""

from __future__ import annotations

import uuid

from tests.cast import Family

from diguan.access.scope import EVERYTHING
from diguan.registry.models import Household, Person


def test_keys_are_found_written_with_hyphens_or_not(families: dict[str, Family]) -> None:
    known = [str(key) for key in Household.objects.within(EVERYTHING).values_list("key", flat=True)]
    asked = [known[0], known[1].replace("-", ""), str(uuid.uuid4())]
    found = Household.objects.within(EVERYTHING).filter(key__among=asked)
    assert {str(each.key) for each in found} == set(known[:2])


def test_rows_of_another_are_found_by_its_key_and_by_its_number(families: dict[str, Family]) -> None:
    home = Household.objects.within(EVERYTHING).order_by("id").first()
    assert home is not None
    people = set(Person.objects.within(EVERYTHING).filter(household=home))
    assert people
    assert set(Person.objects.within(EVERYTHING).filter(household__among=[home.pk])) == people
    assert set(Person.objects.within(EVERYTHING).filter(household_id__among=[str(home.pk)])) == people
    assert set(Person.objects.within(EVERYTHING).filter(household__key__among=[home.key])) == people


def test_nothing_is_among_nothing_and_more_values_than_parameters_are_one_question(
    families: dict[str, Family],
    django_assert_num_queries: object,
) -> None:
    assert not Household.objects.within(EVERYTHING).filter(name__among=[]).exists()
    names = [f"Nobody {number}" for number in range(40_000)] + ["Li Guirong"]
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = list(Household.objects.within(EVERYTHING).filter(name__among=names))
    assert [each.name for each in found] == ["Li Guirong"]
