"""What is taken away is gone with the next request of a running session, in every browser."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from tests import cast as of
from tests.access.arriving import enrolled, give_password, is_in, text
from tests.cast import Cast

from diguan.access import actions
from diguan.access.models import User
from diguan.journal.models import Entry

pytestmark = pytest.mark.django_db
OTHER = "another-made-up-1"


@pytest.fixture
def sun(tree: object) -> User:
    """The officer of Dongshan Township, who needs no second factor."""
    return of.hire("sun", password=of.PASSWORD)


@pytest.fixture
def browsers(sun: User) -> list[Client]:
    """Two browsers in which Sun is signed in."""
    found = [Client(), Client()]
    for client in found:
        give_password(client, "sun")
        assert is_in(client)
    return found


def test_an_ended_grant_ends_what_the_session_may_do(browsers: list[Client], sun: User) -> None:
    assert [client.get("/households/").status_code for client in browsers] == [200, 200]
    actions.end_grant(grant=sun.grants.get(), by=None, at=of.NOW)
    assert [client.get("/households/").status_code for client in browsers] == [403, 403]


def test_a_deactivated_user_is_out_everywhere_and_stays_out(browsers: list[Client], sun: User) -> None:
    actions.deactivate(user=sun, by=None, at=of.NOW)
    assert not any(is_in(client) for client in browsers)
    assert give_password(Client(), "sun").status_code == 422
    actions.reactivate(user=sun, by=None, at=of.NOW)
    assert not any(is_in(client) for client in browsers)
    assert give_password(Client(), "sun").status_code == 302


def test_a_password_set_by_somebody_else_ends_every_session(browsers: list[Client], sun: User) -> None:
    actions.set_password(user=sun, password=OTHER, by=None, at=of.NOW)
    assert not any(is_in(client) for client in browsers)


def test_who_changes_their_own_password_stays_in_this_browser_only(browsers: list[Client]) -> None:
    here, elsewhere = browsers
    form = {"password-present": of.PASSWORD, "password-password": OTHER, "password-again": OTHER}
    assert "Your password was changed" in text(here.post("/account/password/", form, follow=True))
    assert is_in(here)
    assert not is_in(elsewhere)
    assert give_password(Client(), "sun").status_code == 422
    assert give_password(Client(), "sun", OTHER).status_code == 302


@pytest.mark.parametrize(("changed", "said"), [
    ({"password-present": "wrong"}, "not your present password"),
    ({"password-again": "different-one-1"}, "not the same"),
    ({"password-password": "short", "password-again": "short"}, "too short"),
])  # fmt: skip
def test_a_refused_change_says_why_and_shows_nothing_typed(
    browsers: list[Client], changed: dict[str, str], said: str
) -> None:
    form = {"password-present": of.PASSWORD, "password-password": OTHER, "password-again": OTHER, **changed}
    answer = browsers[0].post("/account/password/", form)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not any(typed in text(answer) for typed in form.values() if typed not in ("short", "wrong"))
    assert all(is_in(client) for client in browsers)


def test_a_reset_factor_ends_every_session(sun: User) -> None:
    app, codes = enrolled(sun)
    here, elsewhere = Client(), Client()
    for client, code in ((here, app.code()), (elsewhere, codes[0])):
        give_password(client, "sun")
        client.post("/sign-in/code/", {"code": code})
        assert is_in(client)
    actions.reset_factor(user=sun, by=None, at=timezone.now())
    assert not is_in(here)
    assert not is_in(elsewhere)


def test_signing_out_everywhere_ends_this_browser_too(browsers: list[Client]) -> None:
    assert browsers[0].post("/account/sign-outs/").headers["Location"] == "/sign-in/"
    assert not any(is_in(client) for client in browsers)
    assert Entry.objects.latest("id").verb == "user.signed_out_everywhere"


def test_signing_out_ends_one_browser_only(browsers: list[Client]) -> None:
    browsers[0].post("/sign-out/")
    assert [is_in(client) for client in browsers] == [False, True]


def test_somebody_elses_sessions_are_left_alone(cast: Cast) -> None:
    wang = cast.client("wang")
    actions.sign_out_everywhere(user=cast.people["sun"], by=None, at=of.NOW)
    assert is_in(wang)
