"""Numbers are revealed with a reason, and outlive their keys; somebody found twice becomes one, and two again."""

import pytest
from tests import cast as of
from tests.registry import family
from tests.registry.family import EVERYWHERE, HUA, LI, MING, Office, facts_of
from tests.registry.test_identifiers import MINGS, PHONE, numbers, papers_pack  # noqa: F401

from diguan import rulebook, vault
from diguan.access.scope import Scope
from diguan.journal.models import Entry
from diguan.places.models import Place
from diguan.registry import actions, queries
from diguan.registry.models import Household, Identifier, Person

WHY = "to correct the bank's list"


@pytest.fixture
def office(tree: dict[str, Place], papers_pack: rulebook.Pack) -> Office:  # noqa: F811
    office = family.settled(papers_pack)
    office.visit({"telephone": PHONE}, {str(MING): {"id_number": MINGS, "in_school": False}})
    return office


def reveal(identifier: int, *, scope: Scope = EVERYWHERE, reason: str = WHY) -> str:
    return actions.reveal_identifier(
        scope=scope, household=LI, identifier=identifier, reason=reason, by=None, at=of.NOW
    )


def mings() -> Identifier:
    return next(row for row in numbers() if row.variable == "id_number")


def test_revealing_leaves_the_reason_in_the_journal_and_not_the_number(office: Office) -> None:
    assert reveal(mings().pk) == MINGS
    entry = Entry.objects.get(verb="identifier.revealed")
    assert entry.detail == {"variable": "id_number", "owner": str(MING), "reason": WHY}


def test_without_a_reason_or_out_of_scope_nothing_is_shown(office: Office) -> None:
    with pytest.raises(actions.ReasonMissing):
        reveal(mings().pk, reason=" ")
    with pytest.raises(Household.DoesNotExist):
        reveal(mings().pk, scope=Scope())
    assert not Entry.objects.filter(verb="identifier.revealed").exists()


def test_people_are_found_by_their_number_within_the_scope(office: Office) -> None:
    asked = [MINGS, MINGS[:6] + " " + MINGS[6:], "990101195003019999"]
    assert queries.owners(EVERYWHERE, "gb11643", asked) == {asked[0]: [MING], asked[1]: [MING]}
    assert queries.owners(Scope(), "gb11643", asked) == {}


@pytest.mark.parametrize("kind", ["sealing", "hashing"])
def test_after_rotation_every_number_opens_and_is_found_and_the_old_key_can_go(office: Office, kind: str) -> None:
    old = vault.opened().current(kind).id  # type: ignore[arg-type]
    assert actions.rotate_keys(kind=kind, by=None, at=of.NOW) == 2  # type: ignore[arg-type]
    vault.rotate(kind, drop=True)  # type: ignore[arg-type]
    assert old not in vault.opened().keys
    assert reveal(mings().pk) == MINGS
    assert queries.owners(EVERYWHERE, "gb11643", [MINGS]) == {MINGS: [MING]}
    assert office.visit(persons={str(MING): {"id_number": MINGS}}, on="2020-05-09").accepted == 1
    assert len(numbers()) == 2


def test_a_rotation_cut_off_in_the_middle_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.identity, "SLICE", 1)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.rotate_keys(kind="sealing", by=None, at=of.NOW, progress=stop)
    assert len({row.sealed.split(":")[0] for row in numbers()}) == 2
    actions.rotate_keys(kind="sealing", by=None, at=of.NOW)
    assert {row.sealed.split(":")[0] for row in numbers()} == {vault.opened().current("sealing").id}


def person(key: object) -> Person:
    return Person.objects.within(EVERYWHERE).get(key=key)


def test_somebody_found_twice_becomes_one_with_the_facts_of_both_and_two_again(office: Office) -> None:
    office.visit(persons={str(HUA): {"born_on": "1950-03-01"}}, on="2020-04-01")
    before = {key: person(key).facts for key in (MING, HUA)}
    actions.unite_persons(
        scope=EVERYWHERE, kept=person(MING), double=person(HUA), reason=WHY, pack=office.pack, by=None, at=of.NOW
    )
    assert facts_of(MING) == {"id_number": mings().pk, "in_school": False, "born_on": "1950-03-01"}
    assert [each.key for each in queries.members(EVERYWHERE, family.li())] == [MING]
    office.visit(persons={str(HUA): {"in_school": True}}, on="2020-05-09")
    assert facts_of(MING)["in_school"] is True
    actions.part_persons(scope=EVERYWHERE, double=person(HUA), reason=WHY, pack=office.pack, by=None, at=of.NOW)
    assert person(MING).facts == before[MING]
    assert facts_of(HUA) == {"born_on": "1950-03-01", "in_school": True}


def test_nobody_is_made_one_with_themselves_or_a_third(office: Office) -> None:
    with pytest.raises(actions.NotOne):
        actions.unite_persons(
            scope=EVERYWHERE, kept=person(MING), double=person(MING), reason=WHY, pack=office.pack, by=None, at=of.NOW
        )
    with pytest.raises(actions.NotOne):
        actions.part_persons(scope=EVERYWHERE, double=person(HUA), reason=WHY, pack=office.pack, by=None, at=of.NOW)
