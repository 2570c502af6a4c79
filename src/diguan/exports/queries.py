"""Reads of exports: one's own, and those one may decide about."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from diguan.access import permissions
from diguan.access.models import User
from diguan.access.rights import Rights
from diguan.access.scope import Scope
from diguan.exports.lists import ExportableList
from diguan.exports.models import Export, State

_A_DAY = dt.timedelta(days=1)


def exportable(rights: Rights, listed: ExportableList) -> Scope:
    """Return where a list may be exported: where exporting and reading it are both allowed."""
    return rights.scope(permissions.EXPORTS_REQUEST).overlap(rights.scope(listed.permission))


def mine(user: User) -> QuerySet[Export]:
    """Return what a person asked for."""
    return Export.objects.filter(asked_by=user)


def to_decide(user: User, scope: Scope, at: dt.datetime) -> list[Export]:
    """Return the requests of others that wait for a decision in this scope, the oldest first."""
    waiting = Export.objects.filter(state=State.ASKED, expires_at__gt=at).exclude(asked_by=user)
    return [each for each in waiting.select_related("asked_by").order_by("id") if scope.encloses(each.scope)]


def export(user: User, scope: Scope, number: int) -> Export:
    """Return an export that a person asked for, or whose places lie in the scope where they approve.

    Raises: Export.DoesNotExist.
    """
    found = Export.objects.select_related("asked_by", "decided_by").get(pk=number)
    if found.asked_by_id != user.pk and not scope.encloses(found.scope):
        raise Export.DoesNotExist
    return found


def taken_without_approval(user: User, at: dt.datetime) -> int:
    """Return how many rows a person asked for in the last day that nobody else approved."""
    own = Export.objects.filter(asked_by=user, asked_at__gt=at - _A_DAY, needs_approval=False)
    rows = own.aggregate(total=Sum(Coalesce(F("rows"), F("expected_rows"))))["total"]
    return rows or 0


def lapsed(at: dt.datetime) -> QuerySet[Export]:
    """Return what nobody decided, made or fetched in time."""
    return Export.objects.filter(state__in=(State.ASKED, State.APPROVED, State.MADE), expires_at__lte=at)


def rows_at_once() -> int:
    """How many rows a person may take in a day without a second person."""
    return int(settings.EXPORT_ROWS)
