"""What every action on users needs: whether it is allowed on the day, and its line in the journal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from diguan.access import policies, queries
from diguan.access.decision import Decision
from diguan.access.models import User
from diguan.access.rights import Rights
from diguan.journal import actions as journal


def record(verb: str, user: User, *, by: User | None, at: dt.datetime, **about: Any) -> None:
    """Append what happened to one user, who is called by user name, never by anything typed.

    `about` may hold the `place_number` it concerns and the `detail`.
    """
    journal.record(by=by, at=at, verb=verb, subject_type="user", subject_key=user.username, **about)


def rights_of(by: User | None, at: dt.datetime) -> Rights:
    """What the acting person may do on the day; the system itself needs no rights, its policies say so."""
    return Rights() if by is None else queries.rights(by, timezone.localdate(at))


def may_administer(user: User, by: User | None, at: dt.datetime) -> Decision:
    """Whether `by` may act on this user, whatever roles both hold on the day."""
    held = queries.live_grants(user, timezone.localdate(at))
    return policies.may_administer(user, by=by, rights=rights_of(by, at), held=held)
