"""One gate: a view opens to whom its decorator names, in the scope of that permission, and else to nobody."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests import cast as of
from tests.cast import Cast

from diguan.access import actions, gate, permissions

METHODS = ["get", "post", "head", "put", "delete", "options"]


@pytest.fixture
def routes(settings: object) -> None:
    settings.ROOT_URLCONF = "tests.access.gate_urls"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("routes")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", ["zhao", "zheng", "chen", ""])
def test_a_view_without_a_policy_opens_to_nobody(cast: Cast, method: str, who: str) -> None:
    answer = getattr(cast.client(who), method)("/undecorated/")
    assert answer.status_code == 404
    assert b"reached" not in answer.content


@pytest.mark.usefixtures("routes")
def test_an_undecorated_view_looks_like_a_missing_one(cast: Cast) -> None:
    client = cast.client("zhao")
    closed, missing = client.get("/undecorated/"), client.get("/undecorateD/")
    assert closed.content.replace(b"undecorated", b"") == missing.content.replace(b"undecorateD", b"")


@pytest.mark.usefixtures("routes")
@pytest.mark.parametrize("method", METHODS)
def test_every_method_passes_the_same_gate(cast: Cast, method: str) -> None:
    assert getattr(cast.client("feng"), method)("/households-only/").status_code == 403
    assert getattr(cast.client(""), method)("/households-only/").status_code == 302
    assert getattr(cast.client("sun"), method)("/households-only/").status_code == 200


@pytest.mark.usefixtures("routes")
def test_the_scope_is_that_of_the_pages_permission(cast: Cast) -> None:
    assert cast.client("sun").get("/households-only/").content.decode() == repr((cast.place(of.DONGSHAN).range,))


@pytest.mark.usefixtures("routes")
@pytest.mark.parametrize("address", ["/public/", "/signed-in/"])
def test_a_page_without_a_permission_has_a_scope_of_nothing(cast: Cast, address: str) -> None:
    assert cast.client("zhao").get(address).content == b"()"


@pytest.mark.usefixtures("routes")
def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(cast: Cast) -> None:
    answer = cast.client("").get("/households-only/?place=99")
    assert answer.headers["Location"] == "/sign-in/?next=/households-only/%3Fplace%3D99"


@pytest.mark.usefixtures("routes")
def test_a_stranger_sees_nothing_but_what_to_do(cast: Cast) -> None:
    for address in ("/", "/households-only/", "/journal/", "/people/"):
        answer = cast.client("chen").get(address)
        assert answer.status_code == 403
        assert "Ask the administrator of your place" in answer.content.decode()


@pytest.mark.usefixtures("routes")
def test_revocation_works_on_the_next_request_of_the_same_session(cast: Cast) -> None:
    client = cast.client("sun")
    assert client.get("/households-only/").status_code == 200
    actions.end_grant(grant=cast.people["sun"].grants.get(), by=cast.people["zheng"], at=of.NOW)
    assert client.get("/households-only/").status_code == 403


@pytest.mark.usefixtures("routes")
def test_a_grant_works_on_the_next_request_too(cast: Cast) -> None:
    client = cast.client("chen")
    assert client.get("/households-only/").status_code == 403
    actions.grant_role(
        user=cast.people["chen"], role="auditor", place=cast.place(of.LIUJIA), starts_on=of.LONG_AGO, by=None, at=of.NOW
    )
    assert client.get("/households-only/").status_code == 200


@pytest.mark.usefixtures("routes")
def test_nothing_is_kept_in_a_cache(cast: Cast) -> None:
    for who, address in (("sun", "/households-only/"), ("chen", "/people/"), ("", "/"), ("", "/nowhere/")):
        assert cast.client(who).get(address).headers["Cache-Control"] == "no-store"


def test_a_decorator_names_a_permission_of_the_catalogue() -> None:
    with pytest.raises(permissions.PermissionUnknown):
        gate.page("households.raed")


def views(resolver: URLResolver, prefix: str = "") -> list[tuple[str, gate.View]]:
    found: list[tuple[str, gate.View]] = []
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += views(pattern, address)
        elif isinstance(pattern, URLPattern):
            found.append((address, pattern.callback))
    return found


def test_every_address_of_the_server_has_a_policy() -> None:
    routes = views(get_resolver("diguan.server.urls"))
    assert routes
    assert [address for address, view in routes if gate.policy_of(view) is None] == []


def test_only_the_front_door_is_public() -> None:
    public = {
        address for address, view in views(get_resolver("diguan.server.urls")) if gate.policy_of(view) == "public"
    }
    assert public == {"sign-in/", "sign-in/code/", "sign-in/enrolment/", "sign-out/", "language/", "money-unit/"}


def test_a_post_without_the_forms_token_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people["zheng"])
    assert client.post("/people/users/", {}).status_code == 403
