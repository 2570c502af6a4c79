"""Reading the registry: within the scope, and what was said when."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from tests import cast as of
from tests.registry import family
from tests.registry.family import EVERYWHERE, HUA, LI, Office

from diguan.access import rows
from diguan.access.scope import NOTHING, Scope
from diguan.journal import actions as journal
from diguan.journal.models import Entry
from diguan.registry import actions, as_of, queries
from diguan.registry.batch import Batch, HouseholdRow
from diguan.registry.models import Household, Registry

DONGSHAN = Scope(((990101001000, 990101002000),))
XISHAN = Scope(((990101002000, 990101003000),))


def test_a_household_out_of_scope_is_as_missing_as_one_that_does_not_exist(office: Office) -> None:
    assert queries.household(DONGSHAN, LI).key == LI
    for scope, key in ((XISHAN, LI), (NOTHING, LI), (EVERYWHERE, uuid4())):
        with pytest.raises(Household.DoesNotExist) as missing:
            queries.household(scope, key)
        assert str(missing.value) == "Household matching query does not exist."


def test_nobody_reads_households_without_a_scope(office: Office) -> None:
    with pytest.raises(rows.ScopeMissing):
        Household.objects.count()
    with pytest.raises(rows.ScopeMissing):
        family.li().members.all()


def test_members_and_observations_of_a_household_out_of_scope_are_nobody_and_nothing(office: Office) -> None:
    office.visit({"rooms": 1})
    assert len(queries.members(DONGSHAN, family.li())) == 2
    assert queries.members(XISHAN, family.li()) == []
    assert queries.observations(XISHAN, family.li()) == []


def test_opening_a_household_writes_one_line_of_the_journal(office: Office) -> None:
    before = Entry.objects.count()
    actions.open_household(scope=DONGSHAN, key=LI, by=None, at=of.NOW)
    entry = Entry.objects.latest("pk")
    assert Entry.objects.count() == before + 1
    assert (entry.verb, entry.subject_key, entry.place_number) == ("household.read", str(LI), int(of.LIUJIA))
    assert entry.detail == {"purpose": "page"}


def test_opening_what_is_out_of_scope_writes_nothing(office: Office) -> None:
    before = Entry.objects.count()
    with pytest.raises(Household.DoesNotExist):
        actions.open_household(scope=XISHAN, key=LI, by=None, at=of.NOW)
    assert Entry.objects.count() == before


def test_a_household_is_not_shown_when_its_reading_cannot_be_journalled(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_words: object) -> None:
        raise OSError("disk full")

    before = Entry.objects.count()
    monkeypatch.setattr(journal, "record", broken)
    with pytest.raises(OSError, match="disk full"):
        actions.open_household(scope=DONGSHAN, key=LI, by=None, at=of.NOW)
    assert Entry.objects.count() == before


def test_the_history_of_a_variable_is_told_newest_first(office: Office) -> None:
    office.visit({"rooms": 2}, on="2020-01-01")
    office.visit({"rooms": 3, "has_water": True}, on="2020-03-01")
    office.visit({"rooms": 1}, on="2020-02-01", source="census")
    told = queries.fact_history(EVERYWHERE, family.li(), "rooms")
    assert [(s.value, s.observation.source) for s in told] == [(3, "visit"), (1, "census"), (2, "visit")]


def test_the_history_of_a_persons_variable_says_of_whom(office: Office) -> None:
    office.visit(persons={str(HUA): {"in_school": True}})
    [told] = queries.fact_history(EVERYWHERE, family.li(), "in_school")
    assert (told.person, told.value) == (HUA, True)


def test_facts_as_of_a_date_know_nothing_that_was_observed_later(office: Office, small_pack: object) -> None:
    office.visit({"rooms": 2}, {str(HUA): {"in_school": True}}, on="2020-01-01")
    office.visit({"rooms": 3, "has_water": True}, {str(HUA): {"in_school": False}}, on="2020-03-01")
    told = as_of.facts_as_of(EVERYWHERE, family.li(), dt.date(2020, 2, 29), pack=office.pack)
    assert {name: fact["v"] for name, fact in told.household.items()} == {"rooms": 2}
    assert {name: fact["v"] for name, fact in told.persons[HUA].items()} == {"in_school": True}
    today = as_of.facts_as_of(EVERYWHERE, family.li(), dt.date(2020, 3, 1), pack=office.pack)
    assert today.household == family.li().facts


def test_pages_of_households_go_through_the_scope_once_each(office: Office) -> None:
    villages = (of.LIUJIA, of.WANGJIA, of.CHENJIA, of.SUNJIA)
    made = [HouseholdRow(UUID(int=100 + n, version=4), villages[n % 4], str(n)) for n in range(40)]
    office.record(batch=Batch(households=made))
    county_and_village = Scope(((990101000000, 990102000000), (int(of.SUNJIA), int(of.SUNJIA) + 1)))
    seen: list[UUID] = []
    params = QueryDict("")
    while True:
        page = queries.household_page(county_and_village, params, size=7)
        seen += [household.key for household in page.rows]
        if page.next_query is None:
            break
        params = QueryDict(page.next_query.removeprefix("?"))
    assert len(seen) == len(set(seen)) == 41
    assert queries.household_count(DONGSHAN) == 21
    back = queries.household_page(county_and_village, QueryDict((page.previous_query or "").removeprefix("?")), size=7)
    assert [household.key for household in back.rows] == seen[28:35]


def test_the_registry_says_once_what_it_is(office: Office) -> None:
    for name in ("First", "Second"):
        actions.describe_registry(name=name, synthetic=True, seed=7, by=None, at=of.NOW)
    assert queries.described() == Registry.objects.get()
    assert Registry.objects.get().name == "Second"
