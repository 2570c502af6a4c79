"""Too many wrong tries: signing in pauses, tells nobody anything, and nothing of what was typed is kept."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests import cast as of
from tests.access.arriving import enrolled, give_password, is_in, text
from tests.cast import Cast
from waitress.proxy_headers import proxy_headers_middleware

from diguan.access import actions, attempts
from diguan.access.models import User
from diguan.journal.models import Entry

pytestmark = pytest.mark.django_db
LIMIT = settings.AXES_FAILURE_LIMIT


@pytest.fixture
def sun(tree: object) -> User:
    return of.hire("sun", password=of.PASSWORD)


@pytest.fixture
def wang(tree: object) -> User:
    return of.hire("wang", password=of.PASSWORD)


def guess(username: str, times: int, *, address: str = "10.0.0.1") -> Any:
    """Give a wrong password so many times; return the last answer."""
    client = Client(REMOTE_ADDR=address)
    for number in range(times):
        answer = give_password(client, username, f"wrong-guess-{number}")
    return answer


def paused(username: str, *, address: str = "10.0.0.1") -> bool:
    """Whether even the right password is not looked at."""
    return give_password(Client(REMOTE_ADDR=address), username).status_code == 429


def test_the_last_try_before_the_pause_is_told_so(sun: User) -> None:
    assert guess("sun", LIMIT - 1).status_code == 422
    answer = guess("sun", 1)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "Wait 15 minutes" in text(answer)


def test_in_the_pause_not_even_the_right_password_lets_in_wherever_from(sun: User) -> None:
    guess("sun", LIMIT)
    for address in ("10.0.0.1", "10.9.9.9"):
        client = Client(REMOTE_ADDR=address)
        assert give_password(client, "sun").status_code == 429
        assert not is_in(client)


def test_a_pause_tells_alike_of_a_user_and_of_nobody(sun: User) -> None:
    known, unknown = guess("sun", LIMIT), guess("nobody-here", LIMIT, address="10.0.0.2")
    assert known.status_code == unknown.status_code == 429
    token = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub(b"", known.content) == token.sub(b"", unknown.content)


@pytest.mark.parametrize(("language", "words"), [
    ("en", "Signing in pauses"), ("zh-hans", "登录暂停"), ("zh-hant", "登錄暫停"),
])  # fmt: skip
def test_a_pause_is_told_in_the_readers_language(sun: User, language: str, words: str) -> None:
    client = Client(headers={"accept-language": language})
    for number in range(LIMIT):
        answer = give_password(client, "sun", f"wrong-{number}")
    assert words in text(answer)


def test_a_pause_ends_by_itself(sun: User) -> None:
    guess("sun", LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=14))
    assert paused("sun")
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))
    assert not paused("sun")


def test_trying_in_the_pause_does_not_make_it_longer(sun: User) -> None:
    guess("sun", LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=14))
    before = list(AccessAttempt.objects.values_list("attempt_time", "failures_since_start"))
    guess("sun", 3)
    assert list(AccessAttempt.objects.values_list("attempt_time", "failures_since_start")) == before


def test_one_name_paused_leaves_the_others_in_the_office(sun: User, wang: User) -> None:
    guess("sun", LIMIT)
    assert not paused("wang")


def test_an_address_that_tries_many_names_is_paused_with_all_of_them(sun: User) -> None:
    for number in range(settings.SIGN_IN_ADDRESS_PATIENCE * LIMIT):
        guess(f"name-{number}", 1)
    assert paused("sun")
    assert not paused("sun", address="10.0.0.7")


def test_signing_in_forgets_ones_own_failures_and_nobody_elses(sun: User, wang: User) -> None:
    guess("sun", LIMIT - 1)
    guess("wang", LIMIT - 1)
    assert not paused("sun")
    assert guess("sun", 1).status_code == 422
    assert guess("wang", 1).status_code == 429


def test_wrong_codes_count_like_wrong_passwords(sun: User) -> None:
    app, _codes = enrolled(sun)
    client = Client()
    give_password(client, "sun")
    answers = [client.post("/sign-in/code/", {"code": app.wrong()}).status_code for _ in range(LIMIT)]
    assert answers == [422] * (LIMIT - 1) + [429]
    assert client.get("/sign-in/code/").headers["Location"] == "/sign-in/"
    assert give_password(Client(), "sun").status_code == 429
    verbs = list(Entry.objects.filter(subject_key="sun").values_list("verb", flat=True).order_by("-id")[:3])
    assert verbs == ["user.sign_in_paused", "user.sign_in_paused", "user.proof_refused"]


def test_a_pause_is_journalled_with_the_address(sun: User) -> None:
    guess("sun", LIMIT)
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.subject_key) == ("user.sign_in_paused", "sun")
    assert entry.detail == {"address": "10.0.0.1"}


def test_nothing_typed_is_kept_or_logged(sun: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    guess("my-password-typed-into-the-wrong-field", LIMIT + 1)
    guess("sun", LIMIT + 1)
    kept = str([list(model.objects.values()) for model in (AccessAttempt, AccessLog, AccessFailureLog)])
    for typed in ("my-password", "wrong-guess", '"sun"', "'sun'", "csrfmiddlewaretoken=abc"):
        assert typed not in kept
        assert typed not in caplog.text
    assert "10.0.0.1" not in caplog.text


def test_an_administrator_unlocks_on_the_page(cast: Cast) -> None:
    sun = cast.people["sun"]
    actions.set_password(user=sun, password=of.PASSWORD, by=None, at=of.NOW)
    guess("sun", LIMIT)
    client = cast.client("zheng")
    assert "Unlock now" in text(client.get(f"/people/users/{sun.pk}/"))
    answer = client.post(f"/people/users/{sun.pk}/unlocking/", follow=True)
    assert "Sun can try to sign in again." in text(answer)
    assert not paused("sun")
    entry = Entry.objects.get(verb="user.unlocked")
    assert (entry.actor_name, entry.subject_key) == ("zheng", "sun")


def test_behind_a_trusted_web_server_the_address_is_that_of_the_reader(sun: User) -> None:
    seen: dict[str, str] = {}

    def application(environ: dict[str, Any], start_response: object) -> list[bytes]:
        seen["address"] = environ["REMOTE_ADDR"]
        return []

    headers = {"x-forwarded-for", "x-forwarded-proto"}
    behind = proxy_headers_middleware(
        application, trusted_proxy="127.0.0.1", trusted_proxy_count=1, trusted_proxy_headers=headers
    )
    forged = {"HTTP_X_FORWARDED_FOR": "1.1.1.1, 10.0.0.5", "wsgi.url_scheme": "http", "SERVER_NAME": "x"}
    behind({**forged, "REMOTE_ADDR": "127.0.0.1", "SERVER_PORT": "80"}, lambda *_: None)
    assert seen["address"] == "10.0.0.5"
    request = Client().get("/sign-in/", REMOTE_ADDR=seen["address"]).wsgi_request
    attempts.failed(request, "sun")
    assert AccessAttempt.objects.get().ip_address == "10.0.0.5"
