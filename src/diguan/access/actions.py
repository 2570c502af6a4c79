"""The only writers of users and grants."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from django.conf import settings
from django.contrib.auth import login, logout, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access import policies, queries, roles
from diguan.access.decision import Decision
from diguan.access.models import Grant, User
from diguan.access.rights import Rights
from diguan.journal import actions as journal


class PlaceRange(Protocol):
    """A place as a grant needs it: its half-open range of numbers and its code."""

    @property
    def number(self) -> int: ...

    @property
    def upper(self) -> int: ...

    @property
    def code(self) -> str: ...


class NotAllowed(Exception):
    """A policy refused; the message is its reason."""


class UsernameTaken(Exception):
    """Somebody else bears this user name."""


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    password: str | None = None,
    language: str = "",
    by: User | None,
    at: dt.datetime,
) -> User:
    """Add a user, who may do nothing yet. Without a password nobody can sign in as them.

    Raises: NotAllowed; UsernameTaken; ValidationError for a bad user name or a weak password.
    """
    _insist(policies.may_create_user(by=by, rights=_rights(by, at)))
    user = User(username=User.normalize_username(username.strip()), name=name.strip(), language=language)
    if password is None:
        user.set_unusable_password()
    else:
        password_validation.validate_password(password, user)
        user.set_password(password)
    user.clean_fields(exclude=["password", "date_joined"])
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken(_("The user name “%(username)s” is taken.") % {"username": user.username}) from None
    _record("user.created", user, by=by, at=at)
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: User | None, at: dt.datetime) -> None:
    """Give the user a password; their other sessions end. Raises: NotAllowed; ValidationError if it is weak."""
    if by is None or by.pk != user.pk:
        _insist(policies.may_create_user(by=by, rights=_rights(by, at)))
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    _record("user.password_set", user, by=by, at=at)


@transaction.atomic
def set_language(*, user: User, language: str, by: User | None, at: dt.datetime) -> None:
    """Keep the language the person wants to read. Raises: ValidationError for one the pages don't have."""
    if language not in dict(settings.LANGUAGES):
        raise ValidationError(_("The pages are not written in “%(language)s”.") % {"language": language})
    user.language = language
    user.save(update_fields=["language"])
    _record("user.language_set", user, by=by, at=at, detail={"language": language})


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    place: PlaceRange,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
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
        starts_on=starts_on,
        ends_on=ends_on,
        granted_at=at,
        granted_by=by,
    )
    # The same row is locked for every grant to this person, so that two can't pass each other's check.
    User.objects.select_for_update().get(pk=user.pk)
    held = queries.live_grants(user, min(starts_on, _day(at)))
    _insist(policies.may_grant(grant, by=by, rights=_rights(by, at), held=held))
    grant.save(force_insert=True)
    _record("grant.made", user, by=by, at=at, place_number=place.number, detail=_described(grant))
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, by: User | None, at: dt.datetime) -> None:
    """End a grant at once: the person's next request finds it gone. Raises: NotAllowed."""
    grant = Grant.objects.select_for_update().select_related("user").get(pk=grant.pk)
    _insist(policies.may_end(grant, by=by, rights=_rights(by, at)))
    grant.ended_at, grant.ended_by = at, by
    grant.save(update_fields=["ended_at", "ended_by"])
    _record("grant.ended", grant.user, by=by, at=at, place_number=grant.place_number, detail=_described(grant))


@transaction.atomic
def sign_in(*, request: HttpRequest, by: User, at: dt.datetime) -> None:
    """Begin a session for somebody who has proved who they are."""
    login(request, by)
    _record("user.signed_in", by, by=by, at=at)


@transaction.atomic
def sign_out(*, request: HttpRequest, by: User, at: dt.datetime) -> None:
    """End the session."""
    logout(request)
    _record("user.signed_out", by, by=by, at=at)


@transaction.atomic
def refuse_sign_in(*, username: str, by: None, at: dt.datetime) -> None:
    """Keep that somebody failed to sign in. What was typed is kept only if it is a user's name: it may be a password."""
    known = User.objects.filter(username=username).exists()
    journal.record(
        by=by, at=at, verb="user.sign_in_refused", subject_type="user", subject_key=username if known else "unknown"
    )


def _insist(decision: Decision) -> None:
    if not decision:
        raise NotAllowed(str(decision.reason))


def _rights(by: User | None, at: dt.datetime) -> Rights:
    return Rights() if by is None else queries.rights(by, _day(at))


def _day(at: dt.datetime) -> dt.date:
    return timezone.localdate(at)


def _described(grant: Grant) -> dict[str, object]:
    return {
        "grant": grant.pk,
        "role": grant.role,
        "place": grant.place_code,
        "starts_on": grant.starts_on.isoformat(),
        "ends_on": grant.ends_on.isoformat() if grant.ends_on else None,
    }


def _record(
    verb: str,
    user: User,
    *,
    by: User | None,
    at: dt.datetime,
    place_number: int | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    journal.record(
        by=by,
        at=at,
        verb=verb,
        subject_type="user",
        subject_key=user.username,
        place_number=place_number,
        detail=detail,
    )
