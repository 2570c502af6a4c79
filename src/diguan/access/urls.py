"""Addresses of access. `server` gives them the places and the demo's accounts."""

from __future__ import annotations

from django.urls import URLPattern, path

from diguan.access import account_views, factor_views, people_views, person_views, views
from diguan.access.demo_accounts import Accounts
from diguan.access.forms import Places


def patterns(*, places: Places, demo_accounts: Accounts) -> list[URLPattern]:
    """Return the addresses, with their views given what stands below access."""
    given = {"places": places}
    return [
        path("sign-in/", views.sign_in, {"demo_accounts": demo_accounts}, name="sign-in"),
        path("sign-in/code/", factor_views.code, name="sign-in-code"),
        path("sign-in/enrolment/", factor_views.enrolment, name="sign-in-enrolment"),
        path("account/", account_views.account, name="account"),
        path("account/password/", account_views.password, name="account-password"),
        path("account/second-factor/", account_views.factor, name="account-factor"),
        path("account/second-factor/removal/", account_views.factor_removal, name="account-factor-removal"),
        path("account/recovery-codes/", account_views.recovery_codes, name="account-recovery-codes"),
        path("account/sign-outs/", account_views.sign_outs, name="account-sign-outs"),
        path("sign-out/", views.sign_out, name="sign-out"),
        path("language/", views.set_language, name="set_language"),
        path("people/", people_views.people, given, name="people"),
        path("people/users/", people_views.users, given, name="people-users"),
        path("people/users/<int:user_id>/", person_views.person, name="person"),
        path("people/users/<int:user_id>/password/", person_views.password, name="person-password"),
        path("people/users/<int:user_id>/<str:act>/", person_views.act, name="person-act"),
        path("people/grants/", people_views.grants, given, name="people-grants"),
        path("people/grants/<int:grant_id>/end/", people_views.grant_end, given, name="people-grant-end"),
    ]
