"""Signing in and out, sessions that end, and pages in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone
from tests import cast as of
from tests.cast import Cast

from diguan.access import sessions
from diguan.access.demo_accounts import Account
from diguan.journal.models import Entry
from diguan.server import demo_accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def sun(tree: object) -> Client:
    """A browser; Township Officer Sun has a password."""
    of.hire("sun", password=of.PASSWORD)
    return Client()


def sign_in(client: Client, password: str = of.PASSWORD, **more: str) -> object:
    return client.post("/sign-in/", {"username": "sun", "password": password, **more})


def test_who_gives_name_and_password_is_in(sun: Client) -> None:
    assert sign_in(sun).status_code == 302  # type: ignore[attr-defined]
    assert sun.session["_auth_user_id"]
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.actor_name) == ("user.signed_in", "sun")


def test_a_wrong_password_is_refused_in_clear_words_and_journalled(sun: Client) -> None:
    answer = sign_in(sun, "not-the-password")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert "don&#x27;t belong together" in page
    assert 'value="sun"' in page
    assert "not-the-password" not in page
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.subject_key, entry.actor_name) == ("user.sign_in_refused", "sun", "system")


def test_a_name_nobody_has_is_not_kept_since_it_may_be_a_password(sun: Client) -> None:
    sun.post("/sign-in/", {"username": "hunter2-oops", "password": "x"})
    assert Entry.objects.latest("id").subject_key == "unknown"


def test_an_unknown_name_and_a_wrong_password_are_told_alike(sun: Client) -> None:
    wrong = sign_in(sun, "x").content.decode()  # type: ignore[attr-defined]
    unknown = sun.post("/sign-in/", {"username": "nobody", "password": "x"}).content.decode()
    said = "User name and password don&#x27;t belong together"
    assert said in wrong
    assert said in unknown


def test_sign_in_leads_on_to_where_the_reader_was_going_but_never_to_another_site(sun: Client) -> None:
    assert sign_in(sun, next="/people/").headers["Location"] == "/people/"  # type: ignore[attr-defined]
    sun.post("/sign-out/")
    assert sign_in(sun, next="https://example.org/").headers["Location"] == "/"  # type: ignore[attr-defined]


def test_signing_in_changes_the_sessions_key(sun: Client) -> None:
    session = sun.session
    session["x"] = 1
    session.save()
    sun.cookies["sessionid"] = session.session_key
    sign_in(sun)
    assert sun.session.session_key != session.session_key


def test_who_signs_out_is_out(sun: Client) -> None:
    sign_in(sun)
    assert sun.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert sun.get("/").headers["Location"].startswith("/sign-in/")
    assert Entry.objects.latest("id").verb == "user.signed_out"
    assert sun.get("/sign-out/").status_code == 405


@pytest.fixture
def clock() -> Iterator[object]:
    """The sessions' clock; set `now` to move it."""
    with mock.patch.object(sessions.timezone, "now") as now:
        now.return_value = timezone.datetime(2020, 6, 1, 8, tzinfo=dt.UTC)
        yield now


def hours(clock: mock.Mock, count: float) -> None:
    clock.return_value += dt.timedelta(hours=count)


def test_a_session_ends_when_nobody_comes_back(cast: Cast, clock: mock.Mock) -> None:
    client = cast.client("wu")
    assert client.get("/journal/").status_code == 200
    hours(clock, 0.9)
    assert client.get("/journal/").status_code == 200
    hours(clock, 1.1)
    assert client.get("/journal/").status_code == 302


def test_a_session_ends_after_a_days_work_in_any_case(cast: Cast, clock: mock.Mock) -> None:
    client = cast.client("wu")
    for _ in range(13):
        assert client.get("/journal/").status_code == 200
        hours(clock, 0.9)
    hours(clock, 0.9)
    assert client.get("/journal/").status_code == 302


def test_the_chosen_language_comes_before_the_browsers(cast: Cast) -> None:
    client = cast.client("wu")
    client.post("/language/", {"language": "zh-hant", "next": "/journal/"})
    cast.people["wu"].refresh_from_db()
    assert cast.people["wu"].language == "zh-hant"
    answer = cast.client("wu").get("/journal/", headers={"accept-language": "en"})
    assert answer.headers["Content-Language"] == "zh-hant"


def test_a_visitor_reads_in_the_browsers_language_until_they_choose(db: None) -> None:
    client = Client(headers={"accept-language": "zh-CN"})
    assert client.get("/sign-in/").headers["Content-Language"] == "zh-hans"
    answer = client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert answer.headers["Location"] == "/sign-in/"
    assert client.get("/sign-in/").headers["Content-Language"] == "en"
    assert not Entry.objects.exists()


def test_a_language_that_the_pages_lack_changes_nothing(cast: Cast) -> None:
    cast.client("wu").post("/language/", {"language": "tlh"})
    cast.people["wu"].refresh_from_db()
    assert cast.people["wu"].language == ""


def test_no_account_is_listed_where_the_registry_is_real(db: None) -> None:
    assert list(demo_accounts.accounts()) == []
    assert "Accounts of the demo" not in Client().get("/sign-in/").content.decode()


def test_an_account_of_the_demo_fills_the_form_without_a_script(db: None, rf: object) -> None:
    from diguan.access import views

    account = Account("zhao", "open-sesame-1", "Zhao", "Provincial commander", "Jilin")
    client = Client()
    request = client.get("/sign-in/?account=zhao").wsgi_request
    page = views.sign_in(request, demo_accounts=lambda: [account]).content.decode()  # type: ignore[union-attr]
    assert 'name="username" value="zhao"' in page
    assert 'name="password" value="open-sesame-1"' in page
    assert "?account=zhao" in page
