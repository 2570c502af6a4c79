"""Sessions that end: when nobody comes back for a while, and after a day's work in any case.

They also end with a change of password, of second factor, of account (`User.session_epoch`); the one browser in which
somebody changed their own is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from diguan.access.models import User

# How exactly the last request is remembered: writing it down each time would make every read a write.
_GRAIN_SECONDS = 60


def keep(request: HttpRequest, user: User) -> None:
    """Let this one browser outlive a change by which all of the user's sessions end."""
    update_session_auth_hash(request, user)


class Middleware:
    """Signs out whoever was idle, or signed in, for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            _watch(request, timezone.now().timestamp())
        return self.get_response(request)


def _watch(request: HttpRequest, now: float) -> None:
    session: Any = request.session
    begun, seen = session.setdefault("begun", now), session.setdefault("seen", now)
    if now - seen > settings.SESSION_COOKIE_AGE or now - begun > settings.SESSION_LONGEST:
        logout(request)
    elif now - seen >= _GRAIN_SECONDS:
        session["seen"] = now
