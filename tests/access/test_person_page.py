"""One person as their administrator sees them, and what nobody else may do to them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from tests import cast as of
from tests.access.arriving import enrolled, is_in, text
from tests.cast import Cast

from diguan.access import actions
from diguan.access.models import Factor, User
from diguan.cli import people
from diguan.journal.models import Entry

ACTS = ("deactivation", "reactivation", "factor-reset", "unlocking", "sign-outs")


@pytest.fixture
def chen(cast: Cast) -> User:
    """An administrator of County A only."""
    county = cast.place(of.COUNTY_A)
    actions.grant_role(
        user=cast.people["chen"], role="administrator", place=county, starts_on=of.LONG_AGO, by=None, at=of.NOW
    )
    return cast.people["chen"]


def test_a_lost_factor_is_reset_and_journalled(cast: Cast) -> None:
    qian = cast.people["qian"]
    enrolled(qian)
    client = cast.client("zheng")
    assert "Reset the second factor" in text(client.get(f"/people/users/{qian.pk}/"))
    answer = client.post(f"/people/users/{qian.pk}/factor-reset/", follow=True)
    assert "The second factor of Qian was taken away" in text(answer)
    assert not Factor.objects.exists()
    entry = Entry.objects.get(verb="user.factor_reset")
    assert (entry.actor_name, entry.subject_key) == ("zheng", "qian")


def test_nobody_resets_their_own(cast: Cast) -> None:
    zheng = cast.people["zheng"]
    enrolled(zheng)
    zheng.refresh_from_db()
    answer = cast.client("zheng").post(f"/people/users/{zheng.pk}/factor-reset/", follow=True)
    assert "Nobody does this to themselves" in text(answer)
    assert Factor.objects.filter(user=zheng).exists()


@pytest.mark.parametrize("act", ACTS)
def test_nobody_reaches_upwards_or_beside(cast: Cast, chen: User, act: str) -> None:
    """Not even who administers one of the places where the person holds a role."""
    client = cast.client("chen")
    sun, zhao = cast.people["sun"], cast.people["zhao"]
    county_b = cast.place(of.COUNTY_B)
    actions.grant_role(user=sun, role="auditor", place=county_b, starts_on=of.LONG_AGO, by=None, at=of.NOW)
    for person in (sun, zhao):
        assert client.post(f"/people/users/{person.pk}/{act}/").status_code == 404
        assert client.get(f"/people/users/{person.pk}/").status_code == 404
    assert client.get(f"/people/users/{cast.people['qian'].pk}/").status_code == 200


def test_an_administrator_sets_no_password_of_somebody_above(cast: Cast, chen: User) -> None:
    with pytest.raises(actions.NotAllowed):
        actions.set_password(user=cast.people["zhao"], password=of.PASSWORD, by=chen, at=of.NOW)


def test_who_leaves_is_deactivated_and_stays_on_record(cast: Cast) -> None:
    qian, client = cast.client("qian"), cast.client("zheng")
    number = cast.people["qian"].pk
    answer = client.post(f"/people/users/{number}/deactivation/", follow=True)
    assert "can no longer sign in" in text(answer)
    assert not is_in(qian)
    page = text(client.get("/people/"))
    assert "Users who may not sign in" in page
    assert "Reactivate" in text(client.get(f"/people/users/{number}/"))
    client.post(f"/people/users/{number}/reactivation/")
    assert User.objects.get(pk=number).is_active


def test_a_forgotten_password_is_replaced(cast: Cast) -> None:
    number = cast.people["qian"].pk
    client = cast.client("zheng")
    weak = client.post(f"/people/users/{number}/password/", {"first-password": "short"})
    assert (weak.status_code, "too short" in text(weak)) == (422, True)
    client.post(f"/people/users/{number}/password/", {"first-password": of.PASSWORD})
    assert User.objects.get(pk=number).check_password(of.PASSWORD)


@pytest.mark.parametrize("who", ["zhao", "qian", "wu"])
def test_the_page_is_for_administrators_only(cast: Cast, who: str) -> None:
    client, number = cast.client(who), cast.people["wang"].pk
    assert client.get(f"/people/users/{number}/").status_code == 403
    assert client.post(f"/people/users/{number}/deactivation/").status_code == 403
    assert User.objects.get(pk=number).is_active


def test_what_is_no_act_is_not_there(cast: Cast) -> None:
    assert cast.client("zheng").post(f"/people/users/{cast.people['wang'].pk}/promotion/").status_code == 404


def test_the_same_from_the_machine_itself(cast: Cast) -> None:
    def typed(*words: str) -> str:
        return CliRunner().invoke(people.cli, [*words, "--lang", "en"]).output

    qian = cast.people["qian"]
    enrolled(qian)
    assert "qian  Qian  county_officer 990101  second factor\n" in typed("list")
    assert typed("reset-factor", "qian").startswith("The second factor of Qian was taken away")
    assert typed("deactivate", "qian").startswith("Qian can no longer sign in")
    assert "may not sign in" in typed("list")
    assert typed("reactivate", "qian") == "Qian can sign in again.\n"
    assert typed("unlock", "qian") == "Qian can try to sign in again.\n"
    assert typed("reset-password", "qian", "--password", of.PASSWORD).startswith("Qian has a new password")
    assert "too short" in typed("reset-password", "qian", "--password", "x")
    assert "Nobody has the user name “nobody”" in typed("deactivate", "nobody")
    assert set(Entry.objects.filter(subject_key="qian", actor_name="system").values_list("verb", flat=True)) >= {
        "user.factor_reset", "user.deactivated", "user.reactivated", "user.unlocked", "user.password_set",
    }  # fmt: skip
