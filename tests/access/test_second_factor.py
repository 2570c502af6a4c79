"""The second factor: of whom it is demanded, what it lets in, and that nobody is in before it is shown."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from tests import cast as of
from tests.access.arriving import App, app_of_page, codes_of_page, enrolled, give_password, is_in, text
from tests.cast import Cast

from diguan import vault
from diguan.access import actions, demand, queries, second_factor
from diguan.access.models import Factor, Grant, RecoveryCode, User
from diguan.journal.models import Entry
from diguan.registry import actions as registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def qian(tree: object) -> User:
    """The officer of County A, with a password."""
    return of.hire("qian", password=of.PASSWORD)


@pytest.fixture
def sun(tree: object) -> User:
    return of.hire("sun", password=of.PASSWORD)


def demanded(user: User) -> bool:
    return demand.is_demanded(queries.rights(user, of.NOW.date()))


def test_it_is_demanded_from_the_county_up_and_of_whoever_manages_people(cast: Cast) -> None:
    asked = {name for name, user in cast.people.items() if demanded(user)}
    assert asked == {"zhao", "qian", "wu", "zheng", "feng"}
    chen = cast.people["chen"]
    village = cast.place(of.LIUJIA)
    actions.grant_role(user=chen, role="administrator", place=village, starts_on=of.LONG_AGO, by=None, at=of.NOW)
    assert demanded(chen)


def test_how_far_down_it_is_demanded_is_a_setting(cast: Cast, settings: object) -> None:
    settings.SECOND_FACTOR_DEPTH = 0  # type: ignore[attr-defined]
    assert not demanded(cast.people["qian"])
    settings.SECOND_FACTOR_DEPTH = 4  # type: ignore[attr-defined]
    assert demanded(cast.people["wang"])


def test_a_grant_of_unknown_depth_counts_as_a_high_one(cast: Cast) -> None:
    Grant.objects.filter(user=cast.people["wang"]).update(place_depth=None)
    assert demanded(cast.people["wang"])


@pytest.mark.parametrize(("setting", "synthetic", "asked"), [
    ("", False, True), ("", True, False), ("required", True, True), ("optional", False, False),
])  # fmt: skip
def test_a_synthetic_registry_leaves_it_open_unless_the_setting_says_otherwise(
    cast: Cast, settings: object, setting: str, synthetic: bool, asked: bool
) -> None:
    settings.SECOND_FACTOR = setting  # type: ignore[attr-defined]
    registry.describe_registry(name="Qinghe", synthetic=synthetic, by=None, at=of.NOW)
    assert demanded(cast.people["zhao"]) is asked


def test_the_sign_in_page_of_the_demo_says_that_it_is_optional(db: None, settings: object) -> None:
    registry.describe_registry(name="Qinghe", synthetic=True, by=None, at=of.NOW)
    assert "optional here" in text(Client().get("/sign-in/"))
    settings.SECOND_FACTOR = "required"  # type: ignore[attr-defined]
    assert "optional here" not in text(Client().get("/sign-in/"))


def test_the_password_alone_opens_nothing_but_the_pages_of_the_factor(qian: User) -> None:
    client = Client()
    assert give_password(client, "qian").headers["Location"] == "/sign-in/code/"
    assert not is_in(client)
    for address in ("/", "/households/", "/board/", "/account/", "/account/second-factor/", "/people/", "/journal/"):
        assert client.get(address).headers["Location"].startswith("/sign-in/?next="), address
    assert client.get("/sign-in/code/", follow=True).status_code == 200
    assert Entry.objects.filter(verb="user.signed_in").count() == 0


def test_who_has_none_takes_one_up_and_is_in(qian: User) -> None:
    client = Client()
    give_password(client, "qian", next="/households/")
    page = client.get("/sign-in/code/", follow=True)
    assert page.redirect_chain == [("/sign-in/enrolment/", 302)]
    assert "<svg" in page.content.decode()
    done = client.post("/sign-in/enrolment/", {"new-code": app_of_page(page).code()})
    assert 'href="/households/"' in done.content.decode()
    assert len(codes_of_page(done)) == second_factor.RECOVERY_CODES
    assert is_in(client)
    verbs = list(Entry.objects.order_by("id").values_list("verb", flat=True))
    assert verbs[-2:] == ["user.factor_enrolled", "user.signed_in"]


def test_the_offered_key_stays_the_same_until_it_is_taken(qian: User) -> None:
    client = Client()
    give_password(client, "qian")
    first = app_of_page(client.get("/sign-in/enrolment/"))
    refused = client.post("/sign-in/enrolment/", {"new-code": first.wrong()})
    assert refused.status_code == 422
    assert "This code is not right now" in text(refused)
    assert app_of_page(refused).code() == first.code()
    assert not Factor.objects.exists()


def test_the_secret_is_kept_sealed_for_its_owner_alone(qian: User, sun: User) -> None:
    enrolled(qian)
    kept = Factor.objects.get().secret
    secret = second_factor.unsealed(kept, qian.pk)
    assert secret not in kept
    with pytest.raises(vault.SealBroken):
        second_factor.unsealed(kept, sun.pk)


def test_the_offered_key_lies_sealed_in_the_session(qian: User) -> None:
    client = Client()
    give_password(client, "qian")
    page = client.get("/sign-in/enrolment/").content.decode()
    assert client.session["factor_candidate"]["secret"].split(":")[0] == vault.opened().current("sealing").id
    assert client.session["factor_candidate"]["secret"] not in page


def test_who_has_one_is_asked_for_its_code_whatever_the_role(sun: User) -> None:
    client = Client()
    app, _codes = enrolled(sun)
    assert give_password(client, "sun", next="/households/").headers["Location"] == "/sign-in/code/"
    answer = client.post("/sign-in/code/", {"code": app.code()})
    assert answer.headers["Location"] == "/households/"
    assert is_in(client)
    assert Entry.objects.latest("id").detail == {"factor": "code"}


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_differ_by_half_a_minute(qian: User, steps: int) -> None:
    client = Client()
    app, _codes = enrolled(qian)
    give_password(client, "qian")
    client.post("/sign-in/code/", {"code": app.code(steps=steps)})
    assert is_in(client)


@pytest.mark.parametrize("steps", [-3, 3])
def test_and_by_no_more(qian: User, steps: int) -> None:
    client = Client()
    app, _codes = enrolled(qian)
    give_password(client, "qian")
    assert client.post("/sign-in/code/", {"code": app.code(steps=steps)}).status_code == 422
    assert not is_in(client)


def test_full_width_digits_and_blanks_are_the_same_code(qian: User) -> None:
    app, _codes = enrolled(qian)
    code = app.code()
    typed = "".join(chr(ord(digit) + 0xFEE0) for digit in code[:3]) + " " + code[3:]
    assert actions.pass_factor(code=typed, by=qian, at=timezone.now()) == "code"


def test_a_code_serves_once(qian: User) -> None:
    app, _codes = enrolled(qian)
    code = app.code()
    first, second = Client(), Client()
    give_password(first, "qian")
    give_password(second, "qian")
    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    assert second.post("/sign-in/code/", {"code": code}).status_code == 422
    assert not is_in(second)


def test_an_older_code_serves_no_more_once_a_newer_one_was_taken(qian: User) -> None:
    app, _codes = enrolled(qian)
    now = timezone.now()
    actions.pass_factor(code=app.code(steps=1), by=qian, at=now)
    with pytest.raises(actions.CodeRefused):
        actions.pass_factor(code=app.code(), by=qian, at=now)


def test_the_code_it_was_taken_up_with_serves_no_second_time(qian: User) -> None:
    client = Client()
    give_password(client, "qian")
    app = app_of_page(client.get("/sign-in/enrolment/"))
    code = app.code()
    client.post("/sign-in/enrolment/", {"new-code": code})
    other = Client()
    give_password(other, "qian")
    assert other.post("/sign-in/code/", {"code": code}).status_code == 422


def test_a_recovery_code_stands_in_once(qian: User) -> None:
    _app, codes = enrolled(qian)
    for expected in (True, False):
        client = Client()
        give_password(client, "qian")
        client.post("/sign-in/code/", {"code": codes[0].lower().replace("-", " ")})
        assert is_in(client) is expected
    used = Entry.objects.get(verb="user.recovery_code_used")
    assert used.detail == {"left": second_factor.RECOVERY_CODES - 1}


def test_recovery_codes_are_kept_as_digests_and_serve_nobody_else(qian: User, sun: User) -> None:
    _app, codes = enrolled(qian)
    enrolled(sun)
    kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(second_factor.plain(code) in kept.upper() for code in codes)
    with pytest.raises(actions.CodeRefused):
        actions.pass_factor(code=codes[0], by=sun, at=timezone.now())


def test_arriving_lapses_when_the_code_takes_too_long(qian: User) -> None:
    client = Client()
    app, _codes = enrolled(qian)
    give_password(client, "qian")
    session = client.session
    session["arriving"] = {**session["arriving"], "since": timezone.now().timestamp() - 11 * 60}
    session.save()
    assert client.post("/sign-in/code/", {"code": app.code()}).headers["Location"] == "/sign-in/"
    assert not is_in(client)


@pytest.mark.parametrize("change", ["password", "deactivation", "reset"])
def test_what_changes_meanwhile_stops_who_is_arriving(qian: User, change: str) -> None:
    client = Client()
    app, _codes = enrolled(qian)
    give_password(client, "qian")
    if change == "password":
        actions.set_password(user=qian, password="another-made-up-1", by=None, at=timezone.now())
    elif change == "deactivation":
        actions.deactivate(user=qian, by=None, at=timezone.now())
    else:
        actions.reset_factor(user=qian, by=None, at=timezone.now())
    assert client.post("/sign-in/code/", {"code": app.code()}).headers["Location"] == "/sign-in/"
    assert not is_in(client)


def test_who_arrives_may_make_way_for_somebody_else(qian: User) -> None:
    client = Client()
    app, _codes = enrolled(qian)
    give_password(client, "qian")
    client.post("/sign-out/")
    assert client.post("/sign-in/code/", {"code": app.code()}).headers["Location"] == "/sign-in/"


def test_giving_the_password_changes_the_sessions_key_and_so_does_the_code(qian: User) -> None:
    client = Client()
    app, _codes = enrolled(qian)
    client.get("/sign-in/")
    keys = [client.session.session_key]
    give_password(client, "qian")
    keys.append(client.session.session_key)
    client.post("/sign-in/code/", {"code": app.code()})
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_a_higher_role_granted_meanwhile_asks_for_the_factor_with_the_next_request(sun: User) -> None:
    client = Client()
    give_password(client, "sun")
    assert client.get("/households/").status_code == 200
    county = of.queries.by_code(of.COUNTY_A)
    actions.grant_role(user=sun, role="auditor", place=county, starts_on=of.LONG_AGO, by=None, at=of.NOW)
    assert client.get("/households/").headers["Location"] == "/sign-in/code/"
    assert not is_in(client)
    page = client.get("/sign-in/enrolment/")
    done = client.post("/sign-in/enrolment/", {"new-code": app_of_page(page).code()})
    assert 'href="/households/"' in done.content.decode()
    assert is_in(client)


def test_a_setting_that_begins_to_demand_it_reaches_running_sessions(qian: User, settings: object) -> None:
    settings.SECOND_FACTOR = "optional"  # type: ignore[attr-defined]
    client = Client()
    give_password(client, "qian")
    assert client.get("/households/").status_code == 200
    settings.SECOND_FACTOR = "required"  # type: ignore[attr-defined]
    assert client.get("/households/").headers["Location"] == "/sign-in/code/"


def test_a_picture_holds_no_style_and_no_script() -> None:
    drawn = second_factor.drawn("A" * 32, "qian")
    assert drawn.startswith("<svg")
    assert "style" not in drawn
    assert "script" not in drawn
    assert "xmlns:" not in drawn


def test_a_code_says_at_which_step_it_was_made() -> None:
    secret, at = second_factor.fresh_secret(), dt.datetime(2020, 6, 1, 9, 0, tzinfo=dt.UTC)
    step = App(secret)._totp.timecode(at)
    assert second_factor.step_of(secret, App(secret)._totp.at(at), at) == step
    assert second_factor.step_of(secret, App(secret)._totp.at(at), at, after=step) is None
