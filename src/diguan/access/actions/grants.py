"""Giving and ending roles."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access import policies, queries, roles
from diguan.access.acts import record, rights_of
from diguan.access.models import Grant, User


class PlaceRange(Protocol):
    """A place as a grant needs it: its half-open range of numbers, its code, and how far it is from the top."""

    @property
    def number(self) -> int: ...

    @property
    def upper(self) -> int: ...

    @property
    def code(self) -> str: ...

    @property
    def depth(self) -> int: ...


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    place: PlaceRange,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    purpose: str = "",
    by: User | None,
    at: dt.datetime,
) -> Grant:
    """Grant a role for a place and all below it, from a day to a last day.

    Raises: NotAllowed; RoleUnknown; ValidationError if the last day is before the first.
    """
    roles.role(role)
    if ends_on is not None and ends_on < starts_on:
        raise ValidationError(_("The last day is before the first."))
    grant = Grant(
        user=user,
        role=role,
        place_number=place.number,
        place_upper=place.upper,
        place_code=place.code,
        place_depth=place.depth,
        starts_on=starts_on,
        ends_on=ends_on,
        purpose=purpose.strip(),
        granted_at=at,
        granted_by=by,
    )
    # The same row is locked for every grant to this person, so that two can't pass each other's check.
    User.objects.select_for_update().get(pk=user.pk)
    held = queries.live_grants(user, min(starts_on, timezone.localdate(at)))
    policies.may_grant(grant, by=by, rights=rights_of(by, at), held=held).insist()
    grant.save(force_insert=True)
    record("grant.made", user, by=by, at=at, place_number=place.number, detail=_described(grant))
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, by: User | None, at: dt.datetime) -> None:
    """End a grant at once: the person's next request finds it gone. Raises: NotAllowed."""
    grant = Grant.objects.select_for_update().select_related("user").get(pk=grant.pk)
    policies.may_end(grant, by=by, rights=rights_of(by, at)).insist()
    grant.ended_at, grant.ended_by = at, by
    grant.save(update_fields=["ended_at", "ended_by"])
    record("grant.ended", grant.user, by=by, at=at, place_number=grant.place_number, detail=_described(grant))


def _described(grant: Grant) -> dict[str, object]:
    return {
        "grant": grant.pk,
        "role": grant.role,
        "place": grant.place_code,
        "starts_on": grant.starts_on.isoformat(),
        "ends_on": grant.ends_on.isoformat() if grant.ends_on else None,
        "purpose": grant.purpose,
    }
