"""Addresses of access. `server` gives them the places and the demo's accounts."""

from __future__ import annotations

from django.urls import URLPattern, path

from diguan.access import people_views, views
from diguan.access.demo_accounts import Accounts
from diguan.access.forms import Places


def patterns(*, places: Places, demo_accounts: Accounts) -> list[URLPattern]:
    """Return the addresses, with their views given what stands below access."""
    given = {"places": places}
    return [
        path("sign-in/", views.sign_in, {"demo_accounts": demo_accounts}, name="sign-in"),
        path("sign-out/", views.sign_out, name="sign-out"),
        path("language/", views.set_language, name="set_language"),
        path("people/", people_views.people, given, name="people"),
        path("people/users/", people_views.users, given, name="people-users"),
        path("people/grants/", people_views.grants, given, name="people-grants"),
        path("people/grants/<int:grant_id>/end/", people_views.grant_end, given, name="people-grant-end"),
    ]
