"""A person corrects what is on file, or settles what sources contradict each other about, and says why."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from tests import cast as of
from tests.registry import family
from tests.registry.family import EVERYWHERE, HUA, LI, Office, facts, facts_of

from diguan.access.scope import Scope
from diguan.journal.models import Entry
from diguan.registry import actions, as_of, queries
from diguan.registry.actions import Subject
from diguan.registry.batch import Report
from diguan.registry.models import Household, Observation

NOWHERE = Scope()


def given_by(variable: str, person: UUID | None = None) -> int | None:
    document = family.li().facts
    if person:
        document = next(p.facts for p in queries.members(EVERYWHERE, family.li()) if p.key == person)
    return document[variable]["o"] if variable in document else None


def correct(
    office: Office,
    variable: str,
    value: Any,
    *,
    person: UUID | None = None,
    reason: str = "misheard on the phone",
    **more: Any,
) -> Report:
    subject = Subject(LI, variable, person, more.get("given_by", given_by(variable, person)))
    scope = more.get("scope", EVERYWHERE)
    return actions.correct_fact(
        scope=scope, subject=subject, value=value, reason=reason, pack=office.pack, by=None, at=of.NOW
    )


def test_a_correction_goes_before_what_was_said_on_its_day_and_keeps_it_on_file(office: Office) -> None:
    office.visit({"rooms": 9}, source="census")
    correct(office, "rooms", 3)
    assert facts() == {"rooms": 3}
    said = Observation.objects.within(EVERYWHERE).order_by("id")
    assert [(each.source, each.reason) for each in said] == [("census", ""), ("correction", "misheard on the phone")]


def test_a_later_visit_goes_before_a_correction(office: Office) -> None:
    office.visit({"rooms": 9}, on="2020-04-01")
    correct(office, "rooms", 3)
    office.visit({"rooms": 4}, on="2020-04-02")
    assert facts() == {"rooms": 4}


def test_of_two_corrections_the_later_one_holds(office: Office) -> None:
    office.visit({"rooms": 9})
    correct(office, "rooms", 3)
    correct(office, "rooms", 4)
    assert facts() == {"rooms": 4}
    assert queries.conflicts(EVERYWHERE, family.li()) == []


def test_a_fact_can_be_withdrawn_so_that_it_is_unknown(office: Office) -> None:
    office.visit({"rooms": 9, "has_water": True}, {str(HUA): {"in_school": True}})
    correct(office, "rooms", None)
    correct(office, "in_school", None, person=HUA)
    assert (facts(), facts_of(HUA)) == ({"has_water": True}, {})
    office.visit({"has_water": False}, on="2020-05-09")
    assert facts() == {"has_water": False}


def test_what_nobody_has_said_yet_is_stated_as_of_today(office: Office) -> None:
    correct(office, "rooms", 3)
    assert Observation.objects.within(EVERYWHERE).get().observed_on == of.NOW.date()


def test_a_correction_needs_a_reason(office: Office) -> None:
    office.visit({"rooms": 9})
    with pytest.raises(actions.ReasonMissing):
        correct(office, "rooms", 3, reason="  x ")
    assert facts() == {"rooms": 9}


def test_a_value_the_dictionary_does_not_allow_is_refused_in_words(office: Office) -> None:
    office.visit({"rooms": 9})
    with pytest.raises(actions.CorrectionRefused, match="31"):
        correct(office, "rooms", 31)
    assert facts() == {"rooms": 9}


def test_who_looked_at_an_older_value_corrects_nothing(office: Office) -> None:
    office.visit({"rooms": 9}, on="2020-04-01")
    old = given_by("rooms")
    office.visit({"rooms": 5}, on="2020-04-02")
    with pytest.raises(actions.FactChanged):
        correct(office, "rooms", 3, given_by=old)
    assert facts() == {"rooms": 5}


def test_out_of_scope_there_is_nothing_to_correct(office: Office) -> None:
    office.visit({"rooms": 9})
    with pytest.raises(Household.DoesNotExist):
        correct(office, "rooms", 3, scope=NOWHERE)


def test_nobody_states_a_correction_as_an_ordinary_observation(office: Office) -> None:
    assert [refusal.reason for refusal in office.visit({"rooms": 3}, source="correction").refusals] == [
        "source_unknown"
    ]


def test_a_conflict_is_settled_by_naming_the_observation_that_is_right(office: Office) -> None:
    office.visit({"rooms": 3})
    office.visit({"rooms": 4})
    [conflict] = queries.conflicts(EVERYWHERE, family.li())
    subject = Subject(LI, "rooms", None, conflict.kept.observation.pk)
    right = conflict.others[0].observation.pk
    words = "the second visitor counted the attic"
    actions.settle_conflict(
        scope=EVERYWHERE, subject=subject, chosen=right, reason=words, pack=office.pack, by=None, at=of.NOW
    )
    assert facts() == {"rooms": 4}
    assert queries.conflicts(EVERYWHERE, family.li()) == []
    assert Entry.objects.filter(verb="fact.corrected").count() == 1


def test_an_observation_that_takes_no_part_settles_nothing(office: Office) -> None:
    office.visit({"rooms": 3})
    office.visit({"rooms": 4})
    office.visit({"has_water": True})
    stranger = Observation.objects.within(EVERYWHERE).order_by("-id")[0].pk
    subject = Subject(LI, "rooms", None, given_by("rooms"))
    with pytest.raises(Observation.DoesNotExist):
        actions.settle_conflict(
            scope=EVERYWHERE, subject=subject, chosen=stranger, reason="a guess", pack=office.pack, by=None, at=of.NOW
        )


def test_what_was_known_before_the_correction_can_still_be_read(office: Office) -> None:
    office.visit({"rooms": 9})
    correct(office, "rooms", 3)
    day = dt.date(2020, 5, 31)
    assert as_of.facts_as_of(EVERYWHERE, family.li(), day, pack=office.pack).household["rooms"]["v"] == 3
    before = as_of.facts_as_of(EVERYWHERE, family.li(), day, pack=office.pack, known_on=dt.date(2020, 5, 31))
    assert before.household == {}
