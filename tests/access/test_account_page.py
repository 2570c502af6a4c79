"""What people see and change of their own second factor."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from django.test import Client
from django.utils import timezone
from tests import cast as of
from tests.access.arriving import App, app_of_page, codes_of_page, enrolled, give_password, is_in, text
from tests.cast import Cast

from diguan.access import actions as access
from diguan.access.decision import NotAllowed
from diguan.access.models import Factor, RecoveryCode, User
from diguan.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def sun(tree: object) -> User:
    return of.hire("sun", password=of.PASSWORD)


@pytest.fixture
def browser(sun: User) -> Client:
    client = Client()
    give_password(client, "sun")
    return client


@pytest.fixture
def with_factor(sun: User) -> tuple[Client, App, list[str]]:
    """Sun signed in with a code, the app, and unused recovery codes."""
    app, codes = enrolled(sun)
    client = Client()
    give_password(client, "sun")
    client.post("/sign-in/code/", {"code": app.code(steps=-1)})
    assert is_in(client)
    return client, app, codes


def test_a_second_factor_is_taken_up_with_the_password(browser: Client, sun: User) -> None:
    other = Client()
    give_password(other, "sun")
    page = browser.get("/account/second-factor/")
    form = {"new-code": app_of_page(page).code(), "proof-proof": of.PASSWORD}
    assert len(codes_of_page(browser.post("/account/second-factor/", form))) == 10
    assert is_in(browser)
    assert not is_in(other)
    assert Factor.objects.get().user == sun


@pytest.mark.parametrize(("code", "proof", "said"), [
    ("wrong", of.PASSWORD, "This code is not right now"),
    ("right", "not-the-password", "not your present password"),
])  # fmt: skip
def test_neither_a_wrong_code_nor_a_wrong_password_takes_one_up(
    browser: Client, code: str, proof: str, said: str
) -> None:
    app = app_of_page(browser.get("/account/second-factor/"))
    typed = app.code() if code == "right" else app.wrong()
    answer = browser.post("/account/second-factor/", {"new-code": typed, "proof-proof": proof})
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Factor.objects.exists()


def test_it_is_renewed_with_a_code_of_the_present_one(with_factor: tuple[Client, App, list[str]]) -> None:
    client, app, _codes = with_factor
    fresh = app_of_page(client.get("/account/second-factor/"))
    refused = client.post("/account/second-factor/", {"new-code": fresh.code(), "proof-proof": of.PASSWORD})
    assert refused.status_code == 422
    done = client.post("/account/second-factor/", {"new-code": fresh.code(), "proof-proof": app.code()})
    assert len(codes_of_page(done)) == 10
    assert Entry.objects.latest("id").verb == "user.factor_renewed"
    other = Client()
    give_password(other, "sun")
    assert other.post("/sign-in/code/", {"code": app.code(steps=1)}).status_code == 422
    assert other.post("/sign-in/code/", {"code": fresh.code(steps=1)}).status_code == 302


def test_new_recovery_codes_take_the_place_of_the_former(with_factor: tuple[Client, App, list[str]]) -> None:
    client, app, former = with_factor
    fresh = codes_of_page(client.post("/account/recovery-codes/", {"proof-proof": app.code()}))
    assert len(fresh) == 10
    assert not set(fresh) & set(former)
    other = Client()
    give_password(other, "sun")
    assert other.post("/sign-in/code/", {"code": former[0]}).status_code == 422
    assert other.post("/sign-in/code/", {"code": fresh[0]}).status_code == 302


def test_recovery_codes_are_not_renewed_without_a_proof(with_factor: tuple[Client, App, list[str]]) -> None:
    client, app, _codes = with_factor
    before = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert client.post("/account/recovery-codes/", {"proof-proof": app.wrong()}).status_code == 422
    assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before


def test_it_is_given_up_where_no_role_demands_it(with_factor: tuple[Client, App, list[str]]) -> None:
    client, app, _codes = with_factor
    answer = client.post("/account/second-factor/removal/", {"proof-proof": app.code()}, follow=True)
    assert "by password alone" in text(answer)
    assert not Factor.objects.exists()
    assert is_in(client)


def test_it_is_kept_where_a_role_demands_it(cast: Cast) -> None:
    app, _codes = enrolled(cast.people["qian"])
    cast.people["qian"].refresh_from_db()
    client = cast.client("qian")
    assert "Do without" not in text(client.get("/account/"))
    answer = client.post("/account/second-factor/removal/", {"proof-proof": app.code()}, follow=True)
    assert "Your roles demand a second factor" in text(answer)
    assert Factor.objects.exists()


@pytest.mark.parametrize("act", [
    lambda by: access.remove_factor(by=by, at=timezone.now()),
    lambda by: access.renew_recovery_codes(by=by, at=timezone.now()),
    lambda by: access.enrol_factor(secret=pyotp.random_base32(), step=1, by=by, at=timezone.now()),
], ids=["remove", "renew", "enrol"])  # fmt: skip
def test_the_factor_of_a_deactivated_account_stays_as_it_is(cast: Cast, act: Callable[[User], object]) -> None:
    enrolled(cast.people["qian"])
    kept = [*Factor.objects.values_list("secret"), *RecoveryCode.objects.order_by("pk").values_list("digest")]
    access.deactivate(user=cast.people["qian"], by=None, at=timezone.now())
    with pytest.raises(NotAllowed, match="deactivated"):
        act(cast.people["qian"])
    assert [*Factor.objects.values_list("secret"), *RecoveryCode.objects.order_by("pk").values_list("digest")] == kept


def test_guessing_codes_on_the_page_pauses_too(with_factor: tuple[Client, App, list[str]]) -> None:
    client, app, _codes = with_factor
    answers = [client.post("/account/recovery-codes/", {"proof-proof": app.wrong()}).status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 429, 429]


def test_the_page_shows_roles_with_their_purpose(cast: Cast) -> None:
    page = text(cast.client("qian").get("/account/"))
    assert "County officer" in page
    assert of.COUNTY_A in page
