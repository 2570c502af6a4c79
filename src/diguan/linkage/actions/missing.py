"""Somebody is on a list and not in the registry: what was found out, who looks into it, and by when."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from diguan.access import walls
from diguan.access.models import User
from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.linkage import policies
from diguan.linkage.models import RollEntry


class EntryChanged(Exception):
    """Somebody else has changed the entry since it was opened; the message says who."""


def follow_up(
    *, scope: Scope, entry: RollEntry, status: str, reason: str = "", assigned_to: User | None = None,
    due_on: dt.date | None = None, seen: str, by: journal.Actor | None, at: dt.datetime,
) -> RollEntry:  # fmt: skip
    """Note what became of somebody missing; `scope` is where the person may record, `seen` what they had before them.

    Raises: NotAllowed; EntryChanged; RollEntry.DoesNotExist out of scope.
    """
    with transaction.atomic(), walls.acting("linkage: noting what became of somebody missing"):
        entry = RollEntry.objects.within(scope).select_for_update().get(pk=entry.pk)
        if seen != entry.mark:
            words = {"who": naming.said(entry.changed_by_name), "status": entry.get_status_display()}
            raise EntryChanged(
                _("Meanwhile %(who)s has noted: %(status)s. Read it, and change it again if you know better.") % words
            )
        policies.may_follow(entry, status, reason=reason).insist()
        before = entry.status
        entry.status, entry.reason, entry.assigned_to, entry.due_on = status, reason.strip(), assigned_to, due_on
        entry.changed_at, entry.changed_by = at, None if by is None else by.pk
        entry.changed_by_name = naming.of(by)
        entry.save()
        journal.record(
            by=by,
            at=at,
            verb="roll.followed_up",
            subject_type="roll_entry",
            subject_key=entry.key,
            place_number=entry.place_number,
            detail={
                "status": status,
                "before": before,
                "assigned_to": assigned_to.username if assigned_to else "",
                "due_on": due_on.isoformat() if due_on else "",
            },
        )
    return entry
