"""Who may grant and end roles, and what a grant gives."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from tests import cast as of
from tests.cast import Cast

from diguan.access import actions, queries
from diguan.access import scope as scopes
from diguan.access.models import Grant, User
from diguan.access.permissions import HOUSEHOLDS_READ, PEOPLE_MANAGE
from diguan.journal.models import Entry

TODAY = of.NOW.date()
DAY = dt.timedelta(days=1)


def grant(cast: Cast, who: str, role: str, code: str, *, by: str | None = None, **days: dt.date) -> Grant:
    days.setdefault("starts_on", TODAY)
    giver = cast.people[by] if by else None
    return actions.grant_role(user=cast.people[who], role=role, place=cast.place(code), by=giver, at=of.NOW, **days)


def may_read(user: User, on: dt.date = TODAY) -> bool:
    return queries.rights(user, on).may(HOUSEHOLDS_READ)


def test_a_grant_gives_the_role_for_the_place_and_all_below(cast: Cast) -> None:
    scope = queries.rights(cast.people["sun"], TODAY).scope(HOUSEHOLDS_READ)
    assert scope.covers(*cast.place(of.LIUJIA).range)
    assert not scope.overlaps(*cast.place(of.XISHAN).range)


def test_a_stranger_may_do_nothing(cast: Cast) -> None:
    assert queries.rights(cast.people["chen"], TODAY).are_none


def test_a_future_grant_gives_nothing_yet_and_an_expired_one_nothing_more(cast: Cast) -> None:
    grant(cast, "chen", "auditor", of.COUNTY_A, starts_on=TODAY + DAY, ends_on=TODAY + 3 * DAY)
    reads = [may_read(cast.people["chen"], TODAY + n * DAY) for n in range(6)]
    assert reads == [False, True, True, True, False, False]


def test_scattered_grants_add_up(cast: Cast) -> None:
    grant(cast, "chen", "village_worker", of.LIUJIA)
    grant(cast, "chen", "village_worker", of.SUNJIA)
    scope = queries.rights(cast.people["chen"], TODAY).scope(HOUSEHOLDS_READ)
    assert scope.ranges == (cast.place(of.LIUJIA).range, cast.place(of.SUNJIA).range)


def test_a_person_who_left_may_do_nothing(cast: Cast) -> None:
    qian = cast.people["qian"]
    qian.is_active = False
    assert queries.rights(qian, TODAY).are_none


def test_a_superuser_may_do_nothing_without_a_grant(cast: Cast) -> None:
    cast.people["chen"].is_superuser = True
    assert not may_read(cast.people["chen"])


def test_granting_and_ending_are_one_journal_entry_each(cast: Cast) -> None:
    before = Entry.objects.count()
    made = grant(cast, "chen", "auditor", of.COUNTY_A, by="zheng")
    actions.end_grant(grant=made, by=cast.people["zheng"], at=of.NOW)
    acts = list(Entry.objects.order_by("id")[before:].values_list("verb", "actor_name", "subject_key", "place_number"))
    number = cast.place(of.COUNTY_A).number
    assert acts == [("grant.made", "zheng", "chen", number), ("grant.ended", "zheng", "chen", number)]


def test_an_ended_grant_gives_nothing_from_that_moment(cast: Cast) -> None:
    actions.end_grant(grant=cast.people["qian"].grants.get(), by=cast.people["zheng"], at=of.NOW)
    assert not may_read(cast.people["qian"])


def test_nobody_grants_to_themselves_nor_ends_their_own(cast: Cast) -> None:
    with pytest.raises(actions.NotAllowed, match="themselves"):
        grant(cast, "zheng", "analyst", of.PROVINCE, by="zheng")
    with pytest.raises(actions.NotAllowed, match="own grant"):
        actions.end_grant(grant=cast.people["zheng"].grants.get(), by=cast.people["zheng"], at=of.NOW)


@pytest.mark.parametrize("who", ["zhao", "qian", "wu", "chen"])
def test_only_an_administrator_grants_ends_and_adds(cast: Cast, who: str) -> None:
    with pytest.raises(actions.NotAllowed):
        grant(cast, "feng", "auditor", of.COUNTY_A, by=who)
    with pytest.raises(actions.NotAllowed):
        actions.end_grant(grant=cast.people["sun"].grants.get(), by=cast.people[who], at=of.NOW)
    with pytest.raises(actions.NotAllowed):
        actions.create_user(username="li", name="Li", by=cast.people[who], at=of.NOW)


def test_an_administrator_of_a_county_grants_there_only(cast: Cast) -> None:
    grant(cast, "chen", "administrator", of.COUNTY_A)
    assert grant(cast, "feng", "auditor", of.DONGSHAN, by="chen").place_code == of.DONGSHAN
    for elsewhere in (of.COUNTY_B, of.PROVINCE):
        with pytest.raises(actions.NotAllowed, match="places you administer"):
            grant(cast, "feng", "auditor", elsewhere, by="chen")


def test_one_person_never_both_manages_people_and_reads_households(cast: Cast) -> None:
    with pytest.raises(actions.NotAllowed, match="can't both"):
        grant(cast, "qian", "administrator", of.COUNTY_B)
    with pytest.raises(actions.NotAllowed, match="can't both"):
        grant(cast, "zheng", "auditor", of.COUNTY_A)


def test_the_two_may_follow_each_other_in_time(cast: Cast) -> None:
    grant(cast, "chen", "administrator", of.COUNTY_A, ends_on=TODAY + DAY)
    grant(cast, "chen", "auditor", of.COUNTY_A, starts_on=TODAY + 2 * DAY)
    for day in range(4):
        rights = queries.rights(cast.people["chen"], TODAY + day * DAY)
        assert not (rights.may(PEOPLE_MANAGE) and rights.may(HOUSEHOLDS_READ))


def test_a_role_already_held_there_is_not_granted_again(cast: Cast) -> None:
    with pytest.raises(actions.NotAllowed, match="already holds this role"):
        grant(cast, "qian", "county_officer", of.DONGSHAN)
    actions.end_grant(grant=cast.people["qian"].grants.get(), by=None, at=of.NOW)
    assert grant(cast, "qian", "county_officer", of.DONGSHAN).pk


def test_a_grant_that_ends_before_it_begins_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        grant(cast, "chen", "auditor", of.COUNTY_A, ends_on=TODAY - DAY)


def test_a_refused_grant_leaves_nothing_behind(cast: Cast) -> None:
    grants, entries = Grant.objects.count(), Entry.objects.count()
    with pytest.raises(actions.NotAllowed):
        grant(cast, "zheng", "auditor", of.COUNTY_A)
    assert (Grant.objects.count(), Entry.objects.count()) == (grants, entries)


def test_nobody_collects_more_grants_than_a_query_carries(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scopes, "MAX_RANGES", 2)
    grant(cast, "chen", "village_worker", of.LIUJIA)
    grant(cast, "chen", "village_worker", of.CHENJIA)
    with pytest.raises(actions.NotAllowed, match="already holds 2 roles"):
        grant(cast, "chen", "village_worker", of.SUNJIA)
