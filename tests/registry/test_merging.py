"""What holds when several observations speak: the date decides, then the source, then who came first."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

import pytest
from tests.registry import family
from tests.registry.family import EVERYWHERE, HUA, LI, MING, Office, facts, facts_of, said

from diguan.registry import queries, relations, staging


def test_a_newer_observation_overrides_an_older_one(office: Office) -> None:
    office.visit({"rooms": 2}, on="2020-01-01")
    office.visit({"rooms": 3}, on="2020-02-01")
    assert facts() == {"rooms": 3}


def test_an_older_observation_that_comes_late_does_not_override_a_newer_one(office: Office) -> None:
    office.visit({"rooms": 3}, on="2020-02-01")
    office.visit({"rooms": 2, "has_water": True}, on="2020-01-01")
    assert facts() == {"rooms": 3, "has_water": True}


def test_on_the_same_date_the_source_that_the_dictionary_names_first_wins(office: Office) -> None:
    office.visit({"rooms": 2}, source="import")
    office.visit({"rooms": 3}, source="census")
    office.visit({"rooms": 4}, source="visit")
    assert facts() == {"rooms": 3}
    assert queries.conflicts(EVERYWHERE, family.li()) == []


def test_a_variable_may_have_an_order_of_sources_of_its_own(office: Office) -> None:
    office.visit(persons={str(HUA): {"in_school": True}}, source="census")
    office.visit(persons={str(HUA): {"in_school": False}}, source="visit")
    assert facts_of(HUA) == {"in_school": False}
    office.visit(persons={str(HUA): {"in_school": True}}, source="education")
    assert facts_of(HUA) == {"in_school": True}


def test_the_date_goes_before_the_source(office: Office) -> None:
    office.visit({"rooms": 3}, source="census", on="2020-01-01")
    office.visit({"rooms": 4}, source="import", on="2020-01-02")
    assert facts() == {"rooms": 4}


def test_two_values_of_the_same_date_and_source_are_both_kept_and_listed(office: Office) -> None:
    office.visit({"rooms": 3})
    office.visit({"rooms": 4})
    office.visit({"rooms": 3})
    assert facts() == {"rooms": 3}
    [conflict] = queries.conflicts(EVERYWHERE, family.li())
    assert conflict.kept.variable == "rooms"
    assert conflict.kept.value == 3
    assert [other.value for other in conflict.others] == [4]


def test_a_conflict_about_one_person_says_about_whom(office: Office) -> None:
    office.visit(persons={str(HUA): {"born_on": "2008-01-01"}, str(MING): {"born_on": "1975-01-01"}})
    office.visit(persons={str(HUA): {"born_on": "2009-01-01"}, str(MING): {"born_on": "1975-01-01"}})
    [conflict] = queries.conflicts(EVERYWHERE, family.li())
    assert (conflict.kept.person, conflict.kept.value) == (HUA, "2008-01-01")


def test_a_conflict_ends_with_a_newer_observation(office: Office) -> None:
    office.visit({"rooms": 3}, on="2020-01-01")
    office.visit({"rooms": 4}, on="2020-01-01")
    office.visit({"rooms": 5}, on="2020-01-02")
    assert facts() == {"rooms": 5}
    assert queries.conflicts(EVERYWHERE, family.li()) == []


def test_the_same_amount_written_otherwise_is_no_conflict(office: Office) -> None:
    office.visit({"income": "100"})
    office.visit({"income": "100.00"})
    office.visit({"income": 100})
    assert facts() == {"income": "100"}
    assert queries.conflicts(EVERYWHERE, family.li()) == []


@pytest.mark.parametrize(("few", "slice_rows"), [(200, 20_000), (0, 20_000), (0, 10)])
def test_one_by_one_and_all_at_once_come_to_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch, few: int, slice_rows: int
) -> None:
    monkeypatch.setattr(relations, "FEW", few)
    monkeypatch.setattr(staging, "SLICE", slice_rows)
    chance = random.Random(7)
    made = [_by_chance(chance) for _ in range(30)]
    for observation in made:
        office.record(observation)
    one_by_one = _plain(family.li().facts)
    other = UUID(int=99, version=4)
    batch = [said(o.body["household"], on=o.observed_on, source=o.source, of=other) for o in made]
    office.record(batch=family.Batch(households=[family.HouseholdRow(other, family.people.LIUJIA)], observations=batch))
    at_once = family.Household.objects.within(EVERYWHERE).get(key=other).facts
    assert _plain(at_once) == one_by_one
    assert one_by_one == _by_hand(made)


def _by_chance(chance: random.Random) -> family.ObservationRow:
    values = {"rooms": chance.randint(1, 4), "has_water": chance.random() < 0.5, "remark": chance.choice("甲乙'\"")}
    some = {name: values[name] for name in chance.sample(sorted(values), chance.randint(1, 3))}
    day = dt.date(2020, 1, 1) + dt.timedelta(chance.randint(0, 5))
    return said(some, on=day, source=chance.choice(["census", "visit", "education", "import"]), of=LI)


def _plain(found: dict[str, Any]) -> dict[str, tuple[Any, int]]:
    return {name: (fact["v"], len(fact.get("c", []))) for name, fact in found.items()}


def _by_hand(made: list[family.ObservationRow]) -> dict[str, tuple[Any, int]]:
    order = ["census", "visit", "education", "import"]
    found = {}
    for name in sorted({name for o in made for name in o.body["household"]}):
        said_so = [o for o in made if name in o.body["household"]]
        latest = max(str(o.observed_on) for o in said_so)
        of_day = [o for o in said_so if str(o.observed_on) == latest]
        first = min(order.index(o.source) for o in of_day)
        equals = [o.body["household"][name] for o in of_day if order.index(o.source) == first]
        found[name] = (equals[0], sum(value != equals[0] for value in equals))
    return found
