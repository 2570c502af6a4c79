"""Who may take rows out, who may let them, and until when. Pure: rows in, a decision out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from diguan.access.decision import ALLOWED, Decision, refused
from diguan.access.models import User
from diguan.access.rights import Rights
from diguan.access.scope import Scope
from diguan.exports.lists import Column
from diguan.exports.models import Export, State


def may_ask(scope: Scope, columns: Sequence[Column], *, rights: Rights, identifier_reason: str) -> Decision:
    """Whether these columns may be asked for; `scope` is where the person may export the list."""
    if scope.is_empty:
        return refused(_("You may export nothing here."))
    if not columns:
        return refused(_("Choose at least one column."))
    identifiers = [column for column in columns if column.protection == "identifier"]
    for column in identifiers:
        if rights.scope(column.permission).overlap(scope).is_empty:
            return refused(_("You may not see “%(column)s”, so it can't be exported.") % {"column": column.label})
    if identifiers and not identifier_reason:
        return refused(_("Say why identifiers are needed, or leave their columns out."))
    return ALLOWED


def needs_approval(rows: int, *, taken_today: int, limit: int) -> bool:
    """Whether a second person decides: where this and what the person took in the last day are too many together."""
    return rows + taken_today > limit


def may_decide(export: Export, *, by: User, scope: Scope, at: dt.datetime) -> Decision:
    """Whether `by` may approve or refuse; `scope` is where they may approve exports."""
    if by.pk == export.asked_by_id:
        return refused(_("Nobody approves their own export: a second person decides."))
    if not scope.encloses(export.scope):
        return refused(_("You may approve exports only of places that you answer for."))
    if export.state_at(at) != State.ASKED:
        return refused(_("This request no longer waits for approval."))
    return ALLOWED


def may_make(export: Export, *, by: User, scope: Scope, at: dt.datetime) -> Decision:
    """Whether the file may be made now; `scope` is what the person may still export of what was asked for."""
    if by.pk != export.asked_by_id:
        return refused(_("Only who asked for the file makes it."))
    if export.state_at(at) != State.APPROVED:
        return refused(_("This file can't be made: it is not approved, is there already, or has expired."))
    if scope.is_empty:
        return refused(_("Your right to export these places has ended, so the file is not made."))
    return ALLOWED


def may_fetch(export: Export, *, by: User, scope: Scope, at: dt.datetime) -> Decision:
    """Whether the file may be fetched now; `scope` is what the person may export today."""
    if by.pk != export.asked_by_id:
        return refused(_("Only who asked for the file fetches it."))
    if export.state_at(at) != State.MADE:
        return refused(_("The file has expired and was removed. Ask for it again."))
    if not scope.encloses(export.scope):
        return refused(_("Your right to export these places has ended, so the file is not given out."))
    return ALLOWED
