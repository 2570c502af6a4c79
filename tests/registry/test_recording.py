"""Observations come in: once each, whole or not at all, and never silently refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import duckdb
import pytest
from tests import cast as of
from tests.registry import family
from tests.registry.family import HUA, LI, MING, Office, facts, facts_of, said

from diguan.journal import actions as journal
from diguan.journal.models import Entry
from diguan.registry import staging
from diguan.registry.batch import Batch, BatchFolder, Counts, HouseholdRow, PersonRow
from diguan.registry.models import Household, Observation, Person


def test_what_a_visit_says_becomes_facts_of_the_household_and_its_people(office: Office) -> None:
    report = office.visit({"income": "5000.50", "has_water": True, "rooms": 3}, {str(HUA): {"in_school": True}})
    assert report.observations == Counts(read=1, accepted=1)
    assert facts() == {"income": "5000.5", "has_water": True, "rooms": 3}
    assert facts_of(HUA) == {"in_school": True}
    assert facts_of(MING) == {}


def test_every_fact_names_the_observation_that_gave_it(office: Office) -> None:
    office.visit({"rooms": 3})
    observation = Observation.objects.within(family.EVERYWHERE).get()
    assert family.li().facts == {"rooms": {"v": 3, "o": observation.pk}}


def test_a_replay_of_the_same_observation_changes_nothing(office: Office) -> None:
    first = said({"income": "100", "rooms": 2})
    office.record(first)
    before = family.li().facts
    again = replace(first, body={"persons": {}, "household": {"rooms": 2, "income": "100"}})
    assert office.record(again).observations == Counts(read=1, unchanged=1)
    assert family.li().facts == before
    assert Observation.objects.within(family.EVERYWHERE).count() == 1


def test_another_body_under_the_same_instance_id_is_refused_as_a_conflict(office: Office) -> None:
    instance = uuid4()
    office.visit({"rooms": 2}, instance_id=instance)
    report = office.visit({"rooms": 9}, instance_id=instance)
    assert report.observations == Counts(read=1, refused=1)
    assert [refusal.reason for refusal in report.refusals] == ["instance_conflict"]
    assert facts() == {"rooms": 2}


def test_within_one_batch_the_second_of_two_equal_ids_is_a_replay_or_a_conflict(office: Office) -> None:
    first = said({"rooms": 2})
    report = office.record(first, first, replace(first, body={"household": {"rooms": 3}}))
    assert report.observations == Counts(read=3, accepted=1, unchanged=1, refused=1)
    assert facts() == {"rooms": 2}


def test_an_id_whose_first_row_was_refused_is_free_for_a_better_one(office: Office) -> None:
    wrong = said({"rooms": 0})
    report = office.record(wrong, replace(wrong, body={"household": {"rooms": 3}}))
    assert report.observations == Counts(read=2, accepted=1, refused=1)
    assert facts() == {"rooms": 3}


@pytest.mark.parametrize(
    ("household", "reason"),
    [
        ({"house_grade": "B"}, "code_unknown"),
        ({"house_grade": 1}, "type_wrong"),
        ({"income": "-0.01"}, "below_min"),
        ({"income": "1.2345678"}, "type_wrong"),
        ({"income": "１２"}, "type_wrong"),
        ({"income": "1e3"}, "type_wrong"),
        ({"income": True}, "type_wrong"),
        ({"rooms": 31}, "above_max"),
        ({"rooms": "3"}, "type_wrong"),
        ({"rooms": 2.5}, "type_wrong"),
        ({"has_water": 1}, "type_wrong"),
        ({"has_water": "true"}, "type_wrong"),
        ({"exited_on": "2020-02-30"}, "type_wrong"),
        ({"exited_on": "2020-2-3"}, "type_wrong"),
        ({"remark": 5}, "type_wrong"),
        ({"remark": "a\x00b"}, "body_malformed"),
        ({"remark": "\ud800"}, "body_malformed"),
        ({"income": float("nan")}, "type_wrong"),
        ({"wealth": 1}, "variable_unknown"),
        ({"wealth": None}, "variable_unknown"),
        ({"in_school": True}, "not_of_household"),
    ],
)  # fmt: skip
def test_a_value_that_the_dictionary_does_not_allow_is_refused_with_its_reason(
    office: Office, household: dict[str, Any], reason: str
) -> None:
    report = office.visit({**household, "has_water": household.get("has_water", True)})
    assert report.observations == Counts(read=1, refused=1)
    assert [refusal.reason for refusal in report.refusals] == [reason]
    assert report.refusals[0].message()
    assert facts() == {}


def test_an_observation_with_one_faulty_value_is_refused_whole_with_all_its_reasons(office: Office) -> None:
    report = office.visit({"rooms": 0, "house_grade": "Z", "has_water": True})
    assert report.observations == Counts(read=1, refused=1)
    assert {refusal.reason for refusal in report.refusals} == {"below_min", "code_unknown"}
    assert facts() == {}


def test_faulty_rows_do_not_hold_up_the_good_ones(office: Office) -> None:
    report = office.record(said({"rooms": 0}), said({"rooms": 4}), said({"rooms": 5}, of=uuid4()))
    assert report.observations == Counts(read=3, accepted=1, refused=2)
    assert [(refusal.row, refusal.reason) for refusal in report.refusals] == [
        (0, "below_min"),
        (2, "household_unknown"),
    ]
    assert facts() == {"rooms": 4}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "rumour"}, "source_unknown"),
        ({"observed_on": "2020-06-02"}, "observed_in_future"),
        ({"observed_on": "yesterday"}, "observed_on_malformed"),
        ({"instance_id": "7"}, "key_malformed"),
        ({"household": "7"}, "household_unknown"),
        ({"body": {"house": {}}}, "body_malformed"),
        ({"body": {"household": [1]}}, "body_malformed"),
        ({"body": {"household": None}}, "body_malformed"),
        ({"body": {"persons": {str(MING): 1}}}, "body_malformed"),
        ({"body": {"persons": {str(LI): {"in_school": True}}}}, "person_unknown"),
        ({"body": {"persons": {"Ming": {"in_school": True}}}}, "person_unknown"),
        ({"body": {"persons": {str(MING): {"rooms": 2}}}}, "not_of_person"),
    ],
)  # fmt: skip
def test_an_observation_that_cannot_be_placed_is_refused(office: Office, change: dict[str, Any], reason: str) -> None:
    report = office.record(replace(said({}), **change))
    assert [refusal.reason for refusal in report.refusals] == [reason]
    assert Observation.objects.within(family.EVERYWHERE).count() == 0


def test_none_says_nothing(office: Office) -> None:
    office.visit({"rooms": 2}, on="2020-01-01")
    report = office.visit({"rooms": None}, on="2020-05-01")
    assert report.accepted == 1
    assert facts() == {"rooms": 2}


def test_a_household_comes_on_file_once_and_only_at_a_known_place(office: Office) -> None:
    other = uuid4()
    rows = [
        HouseholdRow(LI, of.LIUJIA, "Li Ming"),
        HouseholdRow(LI, of.WANGJIA, "Li Ming"),
        HouseholdRow(other, "000000", "Nobody"),
        HouseholdRow("x", of.LIUJIA, "Nobody"),
    ]
    report = office.record(batch=Batch(households=rows))
    assert report.households == Counts(read=4, unchanged=1, refused=3)
    assert [refusal.reason for refusal in report.refusals] == ["key_taken", "place_unknown", "key_malformed"]
    assert Household.objects.within(family.EVERYWHERE).count() == 1


def test_a_person_needs_a_household(office: Office) -> None:
    rows = [PersonRow(uuid4(), uuid4(), "Nobody", 1), PersonRow(MING, LI, "Li Ming", 1), PersonRow(MING, LI, "Li", 1)]
    report = office.record(batch=Batch(persons=rows))
    assert report.persons == Counts(read=3, unchanged=1, refused=2)
    assert [refusal.reason for refusal in report.refusals] == ["household_unknown", "key_taken"]
    assert Person.objects.within(family.EVERYWHERE).count() == 2


def test_a_household_its_people_and_what_is_said_of_them_may_come_together(office: Office) -> None:
    wang, ping = UUID(int=11, version=4), UUID(int=12, version=4)
    batch = Batch(
        households=[HouseholdRow(wang, of.WANGJIA, "Wang Ping")],
        persons=[PersonRow(ping, wang, "Wang Ping", 1)],
        observations=[said({"rooms": 1}, {str(ping): {"born_on": "1950-02-03"}}, of=wang)],
    )
    assert office.record(batch=batch).accepted == 3
    assert facts_of(ping) == {"born_on": "1950-02-03"}
    assert office.record(batch=batch).unchanged == 3


@pytest.mark.parametrize("name", ["李" * 201, "Li\x00Ming"])
def test_a_name_that_no_database_keeps_whole_is_refused(office: Office, name: str) -> None:
    rows = Batch(
        households=[HouseholdRow(uuid4(), of.LIUJIA, name), HouseholdRow(uuid4(), of.LIUJIA, "李" * 200)],
        persons=[PersonRow(uuid4(), LI, name, 3)],
        observations=[replace(said({"rooms": 1}), reporter=name)],
    )
    report = office.record(batch=rows)
    assert (report.accepted, report.refused) == (1, 3)
    assert {refusal.reason for refusal in report.refusals} == {"text_malformed"}
    assert all(refusal.message() for refusal in report.refusals)


def test_people_carry_the_place_of_their_household(office: Office) -> None:
    office.visit({"rooms": 1})
    numbers = {int(of.LIUJIA)}
    assert set(Person.objects.within(family.EVERYWHERE).values_list("place_number", flat=True)) == numbers
    assert set(Observation.objects.within(family.EVERYWHERE).values_list("place_number", flat=True)) == numbers


def test_every_call_writes_one_entry_of_the_journal_without_values(office: Office) -> None:
    before = Entry.objects.count()
    office.record(said({"remark": "a secret"}), said({"rooms": 0}))
    assert Entry.objects.count() == before + 1
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.subject_key) == ("registry.observations_recorded", str(LI))
    assert entry.detail["observations"] == {"read": 2, "accepted": 1, "refused": 1, "unchanged": 0}
    assert "secret" not in str(entry.detail)


def test_when_the_journal_cannot_be_written_nothing_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_words: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(journal, "record", broken)
    with pytest.raises(OSError, match="disk full"):
        office.visit({"rooms": 2})
    assert Observation.objects.within(family.EVERYWHERE).count() == 0
    assert facts() == {}


@pytest.mark.parametrize("slice_rows", [20_000, 3])
def test_files_are_taken_in_slices_without_losing_a_row(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slice_rows: int
) -> None:
    monkeypatch.setattr(staging, "SLICE", slice_rows)
    keys = [UUID(int=500 + number, version=4) for number in range(12)]
    batch = Batch(
        households=[HouseholdRow(key, of.LIUJIA if n else "000", "made up") for n, key in enumerate(keys)],
        persons=[PersonRow(UUID(int=key.int + 100), key, "made up", 1) for key in keys],
        observations=[said({"rooms": n}, {str(UUID(int=key.int + 100)): {}}, of=key) for n, key in enumerate(keys)],
    )
    folder = family.as_files(tmp_path, batch)
    report = office.record(batch=folder)
    assert report.households == Counts(read=12, accepted=11, refused=1)
    assert report.persons == Counts(read=12, accepted=11, refused=1)
    assert report.observations == Counts(read=12, accepted=11, refused=1)
    assert {(refusal.kind, refusal.row, refusal.reason) for refusal in report.refusals} == {
        ("household", 0, "place_unknown"),
        ("person", 0, "household_unknown"),
        ("observation", 0, "below_min"),
        ("observation", 0, "household_unknown"),
    }
    assert office.record(batch=folder).unchanged == 33


def test_a_file_that_lacks_a_column_is_named(office: Office, tmp_path: Path) -> None:
    duckdb.execute(f"COPY (SELECT 'x' AS household_id) TO '{tmp_path}/households.parquet'")
    with pytest.raises(staging.BatchUnreadable, match=r"households\.parquet"):
        office.record(batch=BatchFolder(tmp_path))
    (tmp_path / "households.parquet").write_bytes(b"not Parquet")
    with pytest.raises(staging.BatchUnreadable, match=r"households\.parquet"):
        office.record(batch=BatchFolder(tmp_path))
