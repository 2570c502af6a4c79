"""Everybody on every route, with canaries in every protected field: nobody finds one that is not theirs to see."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tests.leaks.canaries import Kind
from tests.leaks.personas import EXTRA, HELD, PERSONAS, Persona
from tests.leaks.routes import ROUTES
from tests.leaks.walk import Walk, steps

from diguan.access import permissions, roles

# The walk has a transaction of its own around all of these; the mark is what makes a database to walk in.
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("persona", PERSONAS, ids=str)
def test_nobody_is_given_what_is_not_theirs_to_see(walk: Walk, persona: Persona) -> None:
    leaks = [leak for name, ask in steps(walk, persona, is_brief=True) for leak in walk.leaks(persona, name, ask)]
    assert not leaks, "\n".join(map(str, leaks))


def test_an_account_that_a_request_opened_is_closed_for_the_next(walk: Walk) -> None:
    """Actions write to the objects they are given, which no transaction takes back."""
    administrator = next(each for each in PERSONAS if each.username == "administrator-c1")
    opening = [(name, ask) for name, asks in walk.asks.items() for ask in asks if ask.path == "reactivate closed"]
    for name, ask in opening:
        assert any("is_active" in str(change) for change in walk.answer(administrator, ask).changes), name
    assert opening
    assert not walk.world.users["closed"].is_active


def test_the_walk_finds_what_it_looks_for(walk: Walk) -> None:
    """Everything protected was seen by somebody who may: the walk has eyes. After the others, which do the walking."""
    if not walk.seen:
        pytest.skip("nobody has walked")
    seen, kept = {canary.what for canary in walk.seen}, walk.world.mint.known.values()
    # A word of another's file is remembered by its name only, so that not even its own sender finds it once the columns are settled.
    unseen = {canary.what for canary in kept if canary.kind is not Kind.CLOSED} - seen - {"word of a file"}
    assert not unseen


def test_every_route_is_walked() -> None:
    missing = {name for name in _names(get_resolver().url_patterns) if name not in ROUTES}
    assert not missing, (
        f"The leak matrix does not know {', '.join(sorted(missing))}. Add a line for each to ROUTES in "
        "tests/leaks/routes.py: the permission by which it shows what is on file, the classes of canaries that may stand "
        "on it, and what to ask of it, inside and outside of people's places. CONTRIBUTING.md has an example."
    )
    assert not set(ROUTES) - _names(get_resolver().url_patterns), "tests/leaks/routes.py names routes that are no more"


def test_the_roles_allow_what_the_walk_believes() -> None:
    """A role that is widened or narrowed is told in two places, on purpose: tests/leaks/personas.py is the other."""
    held = {name: each.allows for name, each in roles.ROLES.items() if name not in EXTRA}
    assert held == dict(HELD)
    assert set().union(*EXTRA.values()) == set(permissions.PERMISSIONS)


def _names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        found |= (
            _names(pattern.url_patterns) if isinstance(pattern, URLResolver) else {pattern.name or str(pattern.pattern)}
        )
    return found
