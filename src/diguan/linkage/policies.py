"""Who may say what of a pair, and of somebody missing. Pure: rows and scopes in, a decision out.

Whoever sees one side of a pair may say that they cannot tell; that two are one person, or two persons, only says who
answers for both sides, so that nobody changes what lies elsewhere, nor learns of it by trying.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from diguan.access.decision import ALLOWED, Decision, refused
from diguan.access.scope import Scope
from diguan.linkage.models import Match, Roll, RollEntry
from diguan.places.models import Place


def sees_both(match: Match, scope: Scope) -> bool:
    """Whether both sides of a pair lie in the scope."""
    return scope.contains(match.place_number) and scope.contains(match.other_place_number)


def may_say(match: Match, verdict: str, *, scope: Scope) -> Decision:
    """Whether this may be said of a pair; `scope` is where the person may decide."""
    if verdict not in Match.Verdict.values:
        return refused(_("Say whether they are the same person, different persons, or that you cannot tell yet."))
    if not (scope.contains(match.place_number) or scope.contains(match.other_place_number)):
        return refused(_("You may decide only where one of the two is on file in your own places."))
    decided = (Match.Verdict.SAME, Match.Verdict.DIFFERENT)
    if (verdict in decided or match.verdict in decided) and not sees_both(match, scope):
        return refused(
            _(
                "One of the two is on file elsewhere. Somebody who answers for both places decides; you may note what you know."
            )
        )
    if verdict == match.verdict and verdict != Match.Verdict.UNSURE:
        return refused(_("That has been said already."))
    return ALLOWED


def may_send(place: Place | None, *, scope: Scope) -> Decision:
    """Whether a list of this place may be brought in; `scope` is where rows of lists may lie."""
    if place is not None and not scope.covers(*place.range):
        return refused(_("You may bring lists only of places that you answer for."))
    return ALLOWED


def may_replace(current: Roll | None, as_of: dt.date, *, reaches_beyond: bool) -> Decision:
    """Whether a list of this day may take the place of the current edition, which may hold entries of elsewhere."""
    if current is not None and reaches_beyond:
        return refused(
            _("A list of this name is on file that reaches beyond your places. Give yours a name of its own.")
        )
    if current is not None and as_of < current.as_of:
        words = {"day": current.as_of.isoformat()}
        return refused(_("A later edition of this list is on file already, of %(day)s.") % words)
    return ALLOWED


def may_follow(entry: RollEntry, status: str, *, reason: str) -> Decision:
    """Whether somebody missing may get this status."""
    if entry.state != RollEntry.State.MISSING:
        return refused(_("This person is no longer missing: open the list again."))
    if status not in RollEntry.Status.values:
        return refused(_("Choose what was found."))
    if status in NEED_REASON and not reason.strip():
        return refused(_("Say how you know, in words that somebody else can follow."))
    return ALLOWED


# What ends the matter, and must be believable a year later.
NEED_REASON = (
    RollEntry.Status.OTHER_NAME,
    RollEntry.Status.ELSEWHERE,
    RollEntry.Status.DIED,
    RollEntry.Status.REGISTERED,
)
