"""The journal keeps what happened, and nothing of it can be changed."""

from __future__ import annotations

import pytest
from django.db import transaction
from tests import cast as of
from tests.cast import Cast

from diguan.access.scope import NOTHING, Scope
from diguan.journal import actions, queries
from diguan.journal.models import Entry, JournalIsAppendOnly

pytestmark = pytest.mark.django_db


def note(verb: str = "household.read", *, key: str = "k", place: int | None = 5) -> Entry:
    return actions.record(by=None, at=of.NOW, verb=verb, subject_type="household", subject_key=key, place_number=place)


def test_an_entry_says_who_did_what_when_and_where(cast: Cast) -> None:
    qian, county = cast.people["qian"], cast.place(of.COUNTY_A)
    entry = actions.record(
        by=qian,
        at=of.NOW,
        verb="household.read",
        subject_type="household",
        subject_key="abc",
        place_number=county.number,
        detail={"count": 3},
    )
    entry.refresh_from_db()
    assert (entry.actor_id, entry.actor_name, entry.verb) == (qian.pk, "qian", "household.read")
    assert (entry.subject_key, entry.place_number, entry.detail) == ("abc", county.number, {"count": 3})


def test_an_act_of_nobody_is_the_systems() -> None:
    assert (note().actor_id, note().actor_name) == (None, "system")


def test_many_acts_are_recorded_in_their_order() -> None:
    acts = [actions.Act("household.read", "household", str(number), number) for number in range(1200)]
    assert actions.record_many(by=None, at=of.NOW, acts=acts) == 1200
    assert list(Entry.objects.order_by("id").values_list("place_number", flat=True)) == list(range(1200))


def test_an_entry_cannot_be_changed() -> None:
    entry = note()
    entry.verb = "household.forgotten"
    with pytest.raises(JournalIsAppendOnly):
        entry.save()
    with pytest.raises(JournalIsAppendOnly):
        Entry.objects.update(verb="household.forgotten")
    with pytest.raises(JournalIsAppendOnly):
        Entry.objects.bulk_update([entry], ["verb"])
    assert Entry.objects.get().verb == "household.read"


def test_an_entry_cannot_be_removed() -> None:
    entry = note()
    with pytest.raises(JournalIsAppendOnly):
        entry.delete()
    with pytest.raises(JournalIsAppendOnly):
        Entry.objects.all().delete()
    assert Entry.objects.count() == 1


def test_an_entry_goes_with_the_act_that_failed() -> None:
    def act_and_fail() -> None:
        with transaction.atomic():
            note()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_and_fail()
    assert Entry.objects.count() == 0


def test_a_reader_sees_only_entries_of_places_in_scope() -> None:
    inside, _outside, placeless = note(place=5), note(place=10), note(place=None)
    assert queries.entries(Scope(((0, 10),))) == [inside]
    assert queries.entries(Scope(((0, 10),)), with_placeless=True) == [placeless, inside]
    assert queries.entries(NOTHING) == []


def test_entries_of_one_subject_come_newest_first_and_page_by_key() -> None:
    entries = [note(key="li") for _ in range(5)]
    note(key="other")
    scope = Scope(((0, 10),))
    first = queries.entries(scope, subject_key="li", limit=3)
    assert first == entries[::-1][:3]
    assert queries.entries(scope, subject_key="li", after=first[-1].pk) == entries[::-1][3:]
