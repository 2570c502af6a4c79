"""Between the password and the second factor: a session in which nobody is signed in yet.

What is kept in it is who gave the right password and when. It lapses soon, and with the password, the epoch or the
account: whoever was deactivated meanwhile does not arrive.
"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from diguan.access import second_factor
from diguan.access.models import User

_ARRIVING, _CANDIDATE, _PROVEN = "arriving", "factor_candidate", "factor_proven"
_PATIENCE = dt.timedelta(minutes=10)


def begin(request: HttpRequest, user: User, at: dt.datetime, where_to: str) -> None:
    """Remember that this browser gave the user's password, under a new session key."""
    request.session.flush()
    request.session[_ARRIVING] = {
        "user": user.pk,
        "seal": user.get_session_auth_hash(),
        "since": at.timestamp(),
        "next": where_to,
    }


def user_of(request: HttpRequest, at: dt.datetime) -> User | None:
    """Return who is arriving in this session; None if nobody is, or if it took too long."""
    arriving = request.session.get(_ARRIVING)
    if arriving is None or at.timestamp() - arriving["since"] > _PATIENCE.total_seconds():
        return None
    user = User.objects.filter(pk=arriving["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), arriving["seal"]):
        return None
    return user


def where_to(request: HttpRequest) -> str:
    """Return where the arriving person was going; empty if nowhere in particular."""
    return str((request.session.get(_ARRIVING) or {}).get("next", ""))


def end(request: HttpRequest) -> None:
    """Forget who was arriving."""
    request.session.pop(_ARRIVING, None)


def prove(request: HttpRequest) -> None:
    """Keep that this session's user has shown their second factor. It ends with the session, and with every reset."""
    request.session[_PROVEN] = True


def is_proven(request: HttpRequest) -> bool:
    return bool(request.session.get(_PROVEN))


def candidate(request: HttpRequest, user: User) -> str:
    """Return the secret offered to this session for enrolment: one and the same until it is taken or dropped.

    The session keeps it sealed for the user, like the factor it may become.
    """
    held = request.session.get(_CANDIDATE)
    if held is not None and held["user"] == user.pk:
        return second_factor.unsealed(held["secret"], user.pk)
    secret = second_factor.fresh_secret()
    request.session[_CANDIDATE] = {"user": user.pk, "secret": second_factor.sealed(secret, user.pk)}
    return secret


def drop_candidate(request: HttpRequest) -> None:
    request.session.pop(_CANDIDATE, None)
