"""People are born, marry, move and die; households split and merge; nobody is ever deleted."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db.models import Model
from tests import cast as of
from tests.registry.family import EVERYWHERE, HUA, LI, MING, Office, facts_of

from diguan.access.scope import Scope
from diguan.journal.models import Entry
from diguan.places import queries as places
from diguan.registry import actions, as_of, queries, snapshots
from diguan.registry.actions import Newcomer, Told
from diguan.registry.as_of import Moment
from diguan.registry.batch import Batch, HouseholdRow, PersonRow
from diguan.registry.models import FormerStay, Household, LifeEvent, Observation, Person

CHEN, GRANNY, BABY = (UUID(int=number, version=4) for number in (20, 21, 22))
MAY, MARCH = dt.date(2020, 5, 10), dt.date(2020, 3, 1)
ONLY_LIUJIA = Scope(((int(of.LIUJIA), int(of.LIUJIA) + 1),))


@pytest.fixture
def chens(office: Office) -> Household:
    """Household Chen of Chenjia Village: an old woman."""
    people = [PersonRow(GRANNY, CHEN, "Chen Xiulan", 1)]
    office.record(batch=Batch(households=[HouseholdRow(CHEN, of.CHENJIA, "Chen Xiulan")], persons=people))
    return home(CHEN)


def home(key: UUID) -> Household:
    return Household.objects.within(EVERYWHERE).get(key=key)


def happen(kind: str, on: dt.date = MAY, *, scope: Scope = EVERYWHERE, of_home: UUID = LI, **more: object) -> LifeEvent:
    told = Told(uuid4(), kind, of_home, on, **more)  # type: ignore[arg-type]
    return actions.record_life_event(scope=scope, told=told, by=None, at=of.NOW)


def names(key: UUID) -> list[str]:
    return [person.name for person in queries.members(EVERYWHERE, home(key))]


def on(day: dt.date, key: UUID = LI) -> list[UUID]:
    return [person.key for person in as_of.members_as_of(EVERYWHERE, home(key), Moment(day))]


def test_a_child_is_born_into_a_household(office: Office) -> None:
    happen("birth", newcomer=Newcomer(BABY, "Li Xiaobao"))
    assert names(LI) == ["Li Ming", "Li Hua", "Li Xiaobao"]
    assert on(MAY - dt.timedelta(days=1)) == [MING, HUA]


def test_whoever_dies_does_not_count_from_that_day_and_stays_on_file(office: Office) -> None:
    happen("death", people=[MING])
    assert names(LI) == ["Li Hua"]
    assert (on(MAY), on(MAY - dt.timedelta(days=1))) == ([HUA], [MING, HUA])
    assert Person.objects.within(EVERYWHERE).filter(key=MING).exists()


def test_a_daughter_who_marries_takes_her_facts_with_her(office: Office, chens: Household) -> None:
    office.visit(persons={str(HUA): {"in_school": True}}, on="2020-04-01")
    happen("transfer", people=[HUA], other=CHEN, cause="marriage")
    assert (names(LI), names(CHEN)) == (["Li Ming"], ["Chen Xiulan", "Li Hua"])
    office.visit(persons={str(HUA): {"born_on": "2001-02-03"}}, of=CHEN, on="2020-05-20")
    assert facts_of(HUA) == {"in_school": True, "born_on": "2001-02-03"}


def test_a_dispute_that_somebody_brings_along_is_seen_by_who_sees_where_it_was_said(
    office: Office, chens: Household
) -> None:
    office.visit(persons={str(HUA): {"in_school": True}}, on="2020-04-01")
    office.visit(persons={str(HUA): {"in_school": False}}, on="2020-04-01")
    happen("transfer", people=[HUA], other=CHEN)
    [conflict] = queries.conflicts(EVERYWHERE, home(CHEN))
    assert (conflict.kept.person, conflict.kept.variable) == (HUA, "in_school")
    number = home(CHEN).place_number
    assert queries.conflicts(Scope(((number, number + 1),)), home(CHEN)) == []


def test_what_comes_late_from_where_she_lived_before_still_counts(office: Office, chens: Household) -> None:
    office.visit(persons={str(HUA): {"born_on": "2001-02-03"}}, on="2020-04-01")
    happen("transfer", people=[HUA], other=CHEN)
    office.visit(persons={str(HUA): {"in_school": False}}, of=CHEN, on="2020-05-20")
    assert office.visit(persons={str(HUA): {"in_school": True}}, on="2020-04-02").accepted == 1
    assert facts_of(HUA) == {"in_school": False, "born_on": "2001-02-03"}


def test_a_household_moves_with_everything_about_it(office: Office) -> None:
    office.visit({"rooms": 3}, on="2020-04-01")
    happen("relocation", place=of.SUNJIA)
    sunjia = places.by_code(of.SUNJIA)
    models: tuple[type[Model], ...] = (Household, Person, Observation, LifeEvent)
    for model in models:
        assert {row.place_number for row in model.objects.within(EVERYWHERE)} == {sunjia.number}  # type: ignore[attr-defined]
    assert not Household.objects.within(ONLY_LIUJIA).exists()
    assert as_of.place_as_of(EVERYWHERE, home(LI), Moment(MARCH)) == "Liujia Village"


def test_a_household_splits(office: Office) -> None:
    fresh = uuid4()
    happen("split", people=[HUA], other=fresh, name="Li Hua")
    assert (names(LI), names(fresh)) == (["Li Ming"], ["Li Hua"])
    assert home(fresh).began_on == MAY
    assert on(MARCH, fresh) == []


def test_of_two_merged_households_one_ends_and_nothing_is_lost(office: Office, chens: Household) -> None:
    happen("merge", of_home=CHEN, other=LI)
    assert (names(LI), names(CHEN)) == (["Li Ming", "Li Hua", "Chen Xiulan"], [])
    assert (home(CHEN).ended_on, home(CHEN).merged_into_id) == (MAY, home(LI).pk)
    assert on(MARCH, CHEN) == [GRANNY]


def test_a_household_ends_with_its_last_member(office: Office, chens: Household) -> None:
    happen("death", of_home=CHEN, people=[GRANNY])
    assert home(CHEN).ended_on == MAY


def test_who_comes_back_is_the_same_person_and_was_away_in_between(office: Office) -> None:
    happen("departure", MARCH, people=[HUA], cause="work")
    happen("arrival", MAY, newcomer=Newcomer(HUA), cause="return")
    assert names(LI) == ["Li Ming", "Li Hua"]
    days = [dt.date(2020, 2, 1), dt.date(2020, 4, 1), MAY]
    assert [HUA in on(day) for day in days] == [True, False, True]
    assert FormerStay.objects.within(EVERYWHERE).count() == 1


def test_told_again_an_event_changes_nothing_and_told_otherwise_it_is_a_conflict(office: Office) -> None:
    told = Told(uuid4(), "death", LI, MAY, people=[MING])
    first = actions.record_life_event(scope=EVERYWHERE, told=told, by=None, at=of.NOW)
    assert actions.record_life_event(scope=EVERYWHERE, told=told, by=None, at=of.NOW) == first
    with pytest.raises(actions.LifeEventConflict):
        actions.record_life_event(scope=EVERYWHERE, told=replace(told, people=[HUA]), by=None, at=of.NOW)
    assert names(LI) == ["Li Hua"]


IMPOSSIBLE = {
    "in the future": {"kind": "death", "people": [MING], "on": dt.date(2020, 6, 2)},
    "of nobody": {"kind": "death"},
    "of a stranger": {"kind": "death", "people": [GRANNY]},
    "of the same household": {"kind": "transfer", "people": [HUA], "other": LI},
    "to nowhere": {"kind": "relocation", "place": "77"},
    "to where it is": {"kind": "relocation", "place": of.LIUJIA},
    "of a kind that is none": {"kind": "wedding", "people": [HUA]},
    "of somebody who is there": {"kind": "arrival", "newcomer": Newcomer(HUA)},
    "without a newcomer": {"kind": "birth"},
    "with too much": {"kind": "merge", "other": CHEN, "people": [HUA]},
    "of everybody": {"kind": "split", "people": [MING, HUA], "other": uuid4()},
    "into one on file": {"kind": "split", "people": [HUA], "other": CHEN},
    "by a taken key": {"kind": "birth", "newcomer": Newcomer(GRANNY)},
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_what_cannot_have_happened_is_refused_in_words_and_changes_nothing(
    office: Office, chens: Household, what: str
) -> None:
    more = dict(IMPOSSIBLE[what])
    kind, day = str(more.pop("kind")), more.pop("on", MAY)
    with pytest.raises(actions.LifeEventRefused) as refused:
        happen(kind, day, **more)  # type: ignore[arg-type]
    assert len(str(refused.value)) > 10
    assert (names(LI), names(CHEN)) == (["Li Ming", "Li Hua"], ["Chen Xiulan"])
    assert not LifeEvent.objects.within(EVERYWHERE).exists()


def test_before_the_last_change_of_a_person_nothing_can_be_told_of_them(office: Office, chens: Household) -> None:
    happen("transfer", people=[HUA], other=CHEN)
    with pytest.raises(actions.LifeEventRefused, match="2020-05-10"):
        happen("death", MARCH, of_home=CHEN, people=[HUA])


def test_nobody_moves_people_to_a_household_they_may_not_change(office: Office, chens: Household) -> None:
    with pytest.raises(actions.LifeEventRefused, match="not among those you may change"):
        happen("transfer", people=[HUA], other=CHEN, scope=ONLY_LIUJIA)
    with pytest.raises(Household.DoesNotExist):
        happen("death", of_home=CHEN, people=[GRANNY], scope=ONLY_LIUJIA)


def test_every_event_stands_in_the_journal_without_names(office: Office) -> None:
    happen("death", people=[MING])
    entry = Entry.objects.get(verb="household.life_event")
    assert (entry.subject_key, entry.detail["kind"]) == (str(LI), "death")
    assert "Li" not in str(entry.detail)


def test_a_snapshot_of_a_past_day_has_people_and_places_as_they_were(
    office: Office, chens: Household, tmp_path: object
) -> None:
    import duckdb

    happen("transfer", people=[HUA], other=CHEN)
    happen("relocation", of_home=CHEN, place=of.SUNJIA)
    happen("death", people=[MING])

    def members(day: dt.date, known_on: dt.date | None = None) -> dict[str, list[str]]:
        found = snapshots.write(pack=office.pack, as_of=day, folder=tmp_path, scope=EVERYWHERE, known_on=known_on)  # type: ignore[arg-type]
        rows = duckdb.execute(f"""
            SELECT h.place, list(p.person_id ORDER BY p.person_id) FILTER (p.person_id IS NOT NULL)
            FROM '{found.folder}/households.parquet' h LEFT JOIN '{found.folder}/persons.parquet' p USING (household_id)
            GROUP BY h.place""").fetchall()  # fmt: skip
        return {str(place): people or [] for place, people in rows}

    before = {of.LIUJIA: [str(MING), str(HUA)], of.CHENJIA: [str(GRANNY)]}
    assert members(MARCH) == before
    assert members(MAY) == {of.SUNJIA: [str(HUA), str(GRANNY)]}
    assert members(MAY, known_on=of.NOW.date() - dt.timedelta(days=1)) == {}
    assert members(MAY, known_on=of.NOW.date()) == members(MAY)


def test_a_snapshot_of_a_past_day_has_everybody_once_though_both_households_spoke_since(
    office: Office, chens: Household, tmp_path: Path
) -> None:
    happen("transfer", people=[HUA], other=CHEN)
    for home_of in (LI, CHEN):
        office.visit({"rooms": 2}, of=home_of, on="2020-05-20")
    found = snapshots.write(pack=office.pack, as_of=MARCH, folder=tmp_path, scope=EVERYWHERE)
    assert (found.households, found.persons) == (2, 3)
