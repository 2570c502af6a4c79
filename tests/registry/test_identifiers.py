"""ID numbers on file: sealed, recognised when they come again, flagged when they cannot be right."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from tests.registry import family
from tests.registry.family import EVERYWHERE, HUA, LI, MING, Office, facts_of, said

from diguan import rulebook, vault
from diguan.places.models import Place
from diguan.registry.batch import Batch, Counts
from diguan.registry.models import Identifier, Observation
from diguan.rulebook.identifiers import check_digit

MINGS = "99010119500301123" + check_digit("99010119500301123")
WRONG = MINGS[:17] + ("0" if MINGS[17] != "0" else "1")
PHONE = "13800001111"


@pytest.fixture(scope="session")
def papers_pack(tmp_path_factory: pytest.TempPathFactory) -> rulebook.Pack:
    """The small pack with an ID number, what is read from it, and a telephone."""
    from tests.small_pack import written

    folder = tmp_path_factory.mktemp("packs") / "small"
    written(folder)
    more = """\
  id_number: {entity: person, type: identifier, scheme: gb11643, label: ID number}
  id_born_on: {entity: person, type: date, label: Born, read_from: {identifier: id_number, part: born_on}}
  telephone: {entity: household, type: identifier, scheme: phone, label: Telephone}
"""
    file = folder / "dictionary.yaml"
    file.write_text(file.read_text("utf-8").rstrip() + "\n" + more, "utf-8")
    return rulebook.load(folder)


@pytest.fixture
def office(tree: dict[str, Place], papers_pack: rulebook.Pack) -> Office:
    return family.settled(papers_pack)


def numbers() -> list[Identifier]:
    return list(Identifier.objects.within(EVERYWHERE).order_by("id"))


def test_an_id_number_is_sealed_and_the_fact_names_its_row(office: Office) -> None:
    office.visit(persons={str(MING): {"id_number": MINGS, "in_school": False}})
    (kept,) = numbers()
    assert facts_of(MING) == {"id_number": kept.pk, "in_school": False}
    assert (kept.owner, kept.state, kept.told) == (MING, "valid", {"gender": "male", "born_on": "1950-03-01"})
    assert vault.opened().unseal(kept.sealed, context=str(MING)) == MINGS


def test_no_table_holds_an_id_number_in_clear(office: Office) -> None:
    office.visit({"telephone": PHONE}, {str(MING): {"id_number": MINGS}, str(HUA): {"in_school": True}})
    assert office.visit(persons={str(MING): {"id_number": "x" * 61}}).refused == 1
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            held = repr(cursor.fetchall())
            assert MINGS not in held, table
            assert PHONE not in held, table


def test_what_an_observation_keeps_is_the_row_beside_everything_else_it_said(office: Office) -> None:
    office.visit({"telephone": PHONE, "rooms": 3}, {str(MING): {"id_number": MINGS}, str(HUA): {"in_school": True}})
    body = Observation.objects.within(EVERYWHERE).get().body
    ming, home = (next(n.pk for n in numbers() if n.variable == v) for v in ("id_number", "telephone"))
    assert body == {
        "household": {"telephone": home, "rooms": 3},
        "persons": {str(MING): {"id_number": ming}, str(HUA): {"in_school": True}},
    }


def test_the_same_visit_again_is_a_replay_and_another_number_under_its_id_a_conflict(office: Office) -> None:
    first = said({"rooms": 2}, {str(MING): {"id_number": MINGS}})
    assert office.record(first).observations == Counts(read=1, accepted=1)
    assert office.record(first).observations == Counts(read=1, unchanged=1)
    spaced = replace(
        first, body={"household": {"rooms": 2}, "persons": {str(MING): {"id_number": f" {MINGS[:6]}-{MINGS[6:]}"}}}
    )
    assert office.record(spaced).observations == Counts(read=1, unchanged=1)
    other = replace(first, body={"household": {"rooms": 2}, "persons": {str(MING): {"id_number": WRONG}}})
    assert [refusal.reason for refusal in office.record(other).refusals] == ["instance_conflict"]
    assert len(numbers()) == 1


def test_within_one_batch_a_replay_is_recognised_before_its_number_has_a_row(office: Office) -> None:
    first = said(persons={str(MING): {"id_number": MINGS}})
    assert office.record(first, first).observations == Counts(read=2, accepted=1, unchanged=1)


def test_a_wrong_check_digit_is_flagged_and_kept(office: Office) -> None:
    assert office.visit(persons={str(MING): {"id_number": WRONG}}).accepted == 1
    assert [n.state for n in numbers()] == ["suspect"]


def test_two_numbers_of_one_day_are_a_conflict_until_somebody_settles_it(office: Office) -> None:
    office.visit(persons={str(MING): {"id_number": MINGS}})
    office.visit(persons={str(MING): {"id_number": WRONG}})
    document = family.li().members.within(EVERYWHERE).get(key=MING).facts  # type: ignore[attr-defined]
    assert document["id_number"]["v"] == numbers()[0].pk
    assert len(document["id_number"]["c"]) == 1


def test_what_is_read_from_the_number_is_not_stated_by_itself(office: Office) -> None:
    report = office.visit(persons={str(MING): {"id_born_on": "1950-03-01"}})
    assert [refusal.reason for refusal in report.refusals] == ["read_from"]
    assert "id_number" in report.refusals[0].message()


@pytest.mark.parametrize("number", [True, 1.5, "", "  ", ["1"], "9" * 61])
def test_what_is_no_number_is_refused_without_repeating_it(office: Office, number: object) -> None:
    report = office.visit(persons={str(MING): {"id_number": number}})
    assert report.observations == Counts(read=1, refused=1)
    assert "9" * 20 not in json.dumps([dict(refusal.params) for refusal in report.refusals])


def test_a_number_typed_without_quotes_is_taken_as_its_digits(office: Office) -> None:
    office.visit({"telephone": 13800001111})
    assert vault.opened().unseal(numbers()[0].sealed, context=str(LI)) == PHONE


def test_two_people_of_one_number_have_the_same_keyed_hash(office: Office) -> None:
    office.visit(persons={str(MING): {"id_number": MINGS}, str(HUA): {"id_number": MINGS}})
    first, second = numbers()
    assert first.mac == second.mac
    assert first.sealed != second.sealed


def test_numbers_of_files_are_sealed_as_well(office: Office, tmp_path: Path) -> None:
    batch = Batch(observations=[said(persons={str(MING): {"id_number": MINGS}})])
    assert office.record(batch=family.as_files(tmp_path, batch)).accepted == 1
    assert [n.state for n in numbers()] == ["valid"]
