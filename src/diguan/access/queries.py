"""Reads of users and grants."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from diguan.access.models import Factor, Grant, RecoveryCode, User
from diguan.access.rights import Rights
from diguan.access.scope import Scope


class UserUnknown(Exception):
    """Nobody has this user name."""


def rights(user: User | AnonymousUser, on: dt.date) -> Rights:
    """Return what the person may do on this day; nobody signed in, or no longer active, may do nothing."""
    if not isinstance(user, User) or not user.is_active:
        return Rights()
    return Rights(tuple(Grant.objects.filter(user=user).in_force(on).order_by("id")))


def user(username: str) -> User:
    """Return the person with this user name. Raises: UserUnknown."""
    try:
        return User.objects.get(username=username.strip())
    except User.DoesNotExist:
        raise UserUnknown(username) from None


def users() -> QuerySet[User]:
    """Return everybody who was ever added, by user name."""
    return User.objects.order_by("username")


def administered(scope: Scope, user_id: int, on: dt.date) -> User:
    """Return a person all of whose live grants lie inside the scope. Raises: User.DoesNotExist."""
    found = User.objects.get(pk=user_id)
    if scope.is_empty or not all(scope.covers(each.place_number, each.place_upper) for each in live_grants(found, on)):
        raise User.DoesNotExist
    return found


def has_factor(user: User) -> bool:
    return Factor.objects.filter(user=user).exists()


def factor(user: User) -> Factor | None:
    """Return the person's second factor; None where they have none."""
    return Factor.objects.filter(user=user).first()


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def grants(scope: Scope, on: dt.date) -> QuerySet[Grant]:
    """Return the grants, in force or yet to begin, for places wholly inside the scope, with their users."""
    condition = Q(pk__in=())
    for low, high in scope.ranges:
        condition |= Q(place_number__gte=low, place_number__lt=high, place_upper__lte=high)
    return _alive(Grant.objects.filter(condition), on).select_related("user")


def live_grants(user: User, on: dt.date) -> list[Grant]:
    """Return one person's grants, in force or yet to begin, wherever they are."""
    return list(_alive(Grant.objects.filter(user=user), on).order_by(F("id")))


def grant(scope: Scope, grant_id: int) -> Grant:
    """Return the grant if its place is wholly inside the scope. Raises: Grant.DoesNotExist."""
    found = Grant.objects.select_related("user").get(pk=grant_id)
    if not scope.covers(found.place_number, found.place_upper):
        raise Grant.DoesNotExist
    return found


def holders(role_ids: Iterable[str], number: int, on: dt.date) -> QuerySet[User]:
    """Return the active users who hold one of these roles where the number lies, by user name."""
    held = Grant.objects.in_force(on).filter(role__in=list(role_ids), place_number__lte=number, place_upper__gt=number)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("username")


def users_without_grants(on: dt.date) -> QuerySet[User]:
    """Return the active users who hold nothing, now or later: they see nothing until somebody grants them a role."""
    holding = _alive(Grant.objects.filter(user=OuterRef("pk")), on)
    return User.objects.filter(~Exists(holding), is_active=True)


def inactive_users(scope: Scope, on: dt.date) -> QuerySet[User]:
    """Return those who may no longer sign in and whose live grants all lie inside the scope, by user name."""
    inside = Q(pk__in=())
    for low, high in scope.ranges:
        inside |= Q(place_number__gte=low, place_number__lt=high, place_upper__lte=high)
    outside = _alive(Grant.objects.filter(user=OuterRef("pk")), on).exclude(inside)
    return User.objects.filter(~Exists(outside), is_active=False).order_by("username")


def _alive(rows: QuerySet[Grant], on: dt.date) -> QuerySet[Grant]:
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), ended_at__isnull=True)
