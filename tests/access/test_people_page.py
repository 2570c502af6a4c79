"""The page of people and grants, as an administrator uses it."""

from __future__ import annotations

import html

import pytest
from tests import cast as of
from tests.cast import Cast

from diguan.access import actions
from diguan.access.models import Grant, User


def typed(**changed: str) -> dict[str, str]:
    given = {"username": "chen", "role": "auditor", "place": of.COUNTY_A, "starts_on": "2020-06-01", "ends_on": ""}
    return {f"grant-{name}": value for name, value in {**given, **changed}.items()}


def text(answer: object) -> str:
    return html.unescape(answer.content.decode())  # type: ignore[attr-defined]


def test_the_administrator_sees_who_holds_what_where(cast: Cast) -> None:
    page = text(cast.client("zheng").get("/people/"))
    for shown in ("Qian", "County officer", "Anyang County", of.COUNTY_A):
        assert shown in page


def test_who_holds_nothing_is_listed_with_a_next_step(cast: Cast) -> None:
    assert "?grant-to=chen#new-grant" in text(cast.client("zheng").get("/people/"))


def test_a_county_administrator_sees_only_the_county(cast: Cast) -> None:
    actions.grant_role(
        user=cast.people["chen"],
        role="administrator",
        place=cast.place(of.COUNTY_A),
        starts_on=of.LONG_AGO,
        by=None,
        at=of.NOW,
    )
    page = text(cast.client("chen").get("/people/"))
    assert ">Qian<" in page
    assert ">Zhao<" not in page
    assert ">Wu<" not in page


def test_people_are_filtered_by_role_and_name(cast: Cast) -> None:
    client = cast.client("zheng")
    assert "Qian" not in text(client.get("/people/?role=auditor"))
    assert "Wu" in text(client.get("/people/?role=auditor"))
    assert "Qian" in text(client.get("/people/?who=qia"))


def test_a_role_is_granted_and_works(cast: Cast) -> None:
    answer = cast.client("zheng").post("/people/grants/", typed(), follow=True)
    assert "Chen is now Auditor of Anyang County." in text(answer)
    assert cast.client("chen").get("/journal/").status_code == 200


def test_a_place_is_found_by_name_and_chosen_where_several_fit(cast: Cast) -> None:
    client = cast.client("zheng")
    asked = client.post("/people/grants/", typed(place="Township"))
    assert asked.status_code == 422
    assert "Several places fit" in text(asked)
    assert f'type="radio" name="grant-place" value="{of.NANWAN}"' in text(asked)
    assert client.post("/people/grants/", typed(place="Nanwan")).status_code == 302
    assert Grant.objects.latest("id").place_code == of.NANWAN


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"username": "nobody"}, "Nobody has the user name “nobody”"),
        ({"place": "Atlantis"}, "No place that you administer has the code or name “Atlantis”"),
        ({"username": "qian", "role": "administrator"}, "can't both manage people and read households"),
        ({"username": "zheng", "role": "analyst"}, "Nobody grants a role to themselves"),
        ({"starts_on": "2020-06-31"}, "Enter a valid date"),
        ({"ends_on": "2019-01-01"}, "The last day is before the first"),
        ({"role": "emperor"}, "not one of the available choices"),
    ],
)
def test_a_refused_grant_says_why_and_keeps_what_was_typed(cast: Cast, changed: dict[str, str], said: str) -> None:
    before = Grant.objects.count()
    answer = cast.client("zheng").post("/people/grants/", typed(**changed))
    assert answer.status_code == 422
    assert said in text(answer)
    assert f'value="{changed.get("username", "chen")}"' in text(answer)
    assert Grant.objects.count() == before


def test_a_grant_is_ended_from_the_page(cast: Cast) -> None:
    grant = cast.people["qian"].grants.get()
    answer = cast.client("zheng").post(f"/people/grants/{grant.pk}/end/", follow=True)
    assert "Qian is no longer County officer" in text(answer)
    assert cast.client("qian").get("/people/").status_code == 403
    grant.refresh_from_db()
    assert grant.ended_by == cast.people["zheng"]


def test_a_grant_out_of_scope_is_the_same_404_as_one_that_is_missing(cast: Cast) -> None:
    actions.grant_role(
        user=cast.people["chen"],
        role="administrator",
        place=cast.place(of.COUNTY_B),
        starts_on=of.LONG_AGO,
        by=None,
        at=of.NOW,
    )
    client = cast.client("chen")
    outside = client.post(f"/people/grants/{cast.people['qian'].grants.get().pk}/end/")
    missing = client.post("/people/grants/999999/end/")
    assert outside.status_code == missing.status_code == 404
    assert cast.people["qian"].grants.get().ended_at is None


def test_an_own_grant_is_not_ended(cast: Cast) -> None:
    grant = cast.people["zheng"].grants.get()
    answer = cast.client("zheng").post(f"/people/grants/{grant.pk}/end/", follow=True)
    assert "Nobody ends their own grant" in text(answer)
    assert Grant.objects.get(pk=grant.pk).ended_at is None


def test_a_user_is_added_and_led_to_the_first_grant(cast: Cast) -> None:
    form = {"user-username": "lin", "user-name": "Lin", "user-password": of.PASSWORD, "user-language": "zh-hans"}
    answer = cast.client("zheng").post("/people/users/", form)
    assert answer.headers["Location"] == "/people/?grant-to=lin#new-grant"
    lin = User.objects.get(username="lin")
    assert (lin.name, lin.language, lin.check_password(of.PASSWORD)) == ("Lin", "zh-hans", True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"user-username": "qian"}, "The user name “qian” is taken"),
        ({"user-username": "two words"}, "Enter a valid username"),
        ({"user-password": "short"}, "too short"),
        ({"user-name": ""}, "This field is required"),
    ],
)
def test_a_refused_user_says_why(cast: Cast, changed: dict[str, str], said: str) -> None:
    form = {"user-username": "lin", "user-name": "Lin", "user-password": of.PASSWORD, "user-language": "", **changed}
    answer = cast.client("zheng").post("/people/users/", form)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not User.objects.filter(username="lin").exists()


@pytest.mark.parametrize("who", ["zhao", "qian", "sun", "wang", "wu", "feng"])
def test_nobody_but_an_administrator_opens_the_page(cast: Cast, who: str) -> None:
    client = cast.client(who)
    assert client.get("/people/").status_code == 403
    assert client.post("/people/grants/", typed()).status_code == 403
    assert client.post("/people/users/", {}).status_code == 403
    grant = cast.people["wang"].grants.get()
    assert client.post(f"/people/grants/{grant.pk}/end/").status_code == 403


def test_the_page_takes_few_queries(cast: Cast, django_assert_max_num_queries: object) -> None:
    client = cast.client("zheng")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get("/people/")
