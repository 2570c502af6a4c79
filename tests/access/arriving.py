"""Signing in as people do: a browser, a password, an authenticator app."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pyotp
from django.test import Client
from django.utils import timezone
from tests import cast as of

from diguan.access import actions
from diguan.access.models import User


class App:
    """The authenticator app on somebody's telephone."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)

    def code(self, *, steps: int = 0) -> str:
        """What it shows now, or showed or will show some half minutes away."""
        return self._totp.at(timezone.now(), counter_offset=steps)

    def wrong(self) -> str:
        """Six digits that are right neither now nor soon."""
        near = {self.code(steps=step) for step in range(-3, 4)}
        return next(f"{number:06}" for number in range(100) if f"{number:06}" not in near)


def enrolled(user: User) -> tuple[App, list[str]]:
    """Give somebody a second factor, taken up an hour ago; return their app and their recovery codes."""
    secret = pyotp.random_base32()
    at = timezone.now() - dt.timedelta(hours=1)
    step = pyotp.TOTP(secret).timecode(at)
    return App(secret), actions.enrol_factor(secret=secret, step=step, by=user, at=at)


def give_password(client: Client, username: str, password: str = of.PASSWORD, **more: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def is_in(client: Client) -> bool:
    """Whether this browser's session is somebody's."""
    return "_auth_user_id" in client.session and client.get("/account/").status_code == 200


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def app_of_page(answer: Any) -> App:
    """Type the key that an enrolment page shows into an app."""
    found = re.search(r'<code class="secret">([A-Z2-7-]+)</code>', answer.content.decode())
    assert found is not None
    return App(found[1].replace("-", ""))


def codes_of_page(answer: Any) -> list[str]:
    return re.findall(r"<li><code>([0-9A-Z-]{19})</code></li>", answer.content.decode())
