"""What people say of a pair. The last word counts, every word is kept, and what a word did is undone by another one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.access import walls
from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.linkage import policies
from diguan.linkage.models import Match, RollEntry, Verdict
from diguan.registry import actions as registry
from diguan.registry.models import Person
from diguan.registry.why import insist_on_reason

_WHY = "linkage: a verdict touches both sides of its pair"


class VerdictGiven(Exception):
    """Somebody else has said something of the pair since it was opened; the message says who, and what."""


def give_verdict(
    *, scope: Scope, match: Match, verdict: str, reason: str, seen: int, kept: int | None = None, pack: rulebook.Pack,
    by: journal.Actor | None, at: dt.datetime,
) -> Verdict:  # fmt: skip
    """Say of a pair that it is one person, two, or that nobody can tell yet; `scope` is where that may be said.

    `seen` is how many verdicts the person had before them. Two of the registry become one, of whom `kept` stays (the older
    if none is named), and two again when the verdict changes. Somebody on a list is found, or is not.
    Raises: ReasonMissing; VerdictGiven; NotAllowed; registry.NotOne; Match.DoesNotExist, Person.DoesNotExist.
    """
    insist_on_reason(reason)
    with transaction.atomic(), walls.acting(_WHY):
        match = Match.objects.within(scope).select_for_update().get(pk=match.pk)
        _insist_on_seen(match, seen)
        policies.may_say(match, verdict, scope=scope).insist()
        before = match.verdict
        given = Verdict.objects.create(
            pair=match.pair,
            number=match.verdicts + 1,
            verdict=verdict,
            reason=reason.strip(),
            given_at=at,
            given_by=None if by is None else by.pk,
            given_by_name=naming.of(by),
        )
        sides = Match.objects.unscoped(_WHY).filter(pair=match.pair)
        sides.update(verdict=verdict, verdicts=given.number)
        first = sides.get(is_first=True)
        if first.entry_id is None:
            _join_or_part(scope, first, before, given, kept, pack, by, at)
        elif verdict != Match.Verdict.UNSURE or before not in ("", verdict):
            _find_or_lose(first, given, at)
        _record(match, given, before, by, at)
    return given


def _insist_on_seen(match: Match, seen: int) -> None:
    if match.verdicts == seen:
        return
    last = Verdict.objects.filter(pair=match.pair).order_by("-number")[0]
    words = {"who": naming.said(last.given_by_name), "verdict": last.get_verdict_display()}
    raise VerdictGiven(
        _("Meanwhile %(who)s has said of this pair: %(verdict)s. Read it below, and decide again if you know better.")
        % words
    )


def _join_or_part(
    scope: Scope, first: Match, before: str, given: Verdict, kept: int | None, pack: rulebook.Pack,
    by: journal.Actor | None, at: dt.datetime,
) -> None:  # fmt: skip
    same = Match.Verdict.SAME
    if (before == same) == (given.verdict == same):
        return
    sides = (first.person_id or 0, first.other_person_id or 0)
    people = {person.pk: person for person in Person.objects.within(scope).filter(pk__in=sides)}
    if len(people) < len(set(sides)):
        raise Person.DoesNotExist
    if given.verdict == same:
        stays, goes = sides if kept != first.other_person_id else sides[::-1]
        registry.unite_persons(
            scope=scope, kept=people[stays], double=people[goes], reason=given.reason, pack=pack, by=by, at=at
        )
        return
    for person in people.values():
        if person.same_as_id in sides:
            registry.part_persons(scope=scope, double=person, reason=given.reason, pack=pack, by=by, at=at)


def _find_or_lose(first: Match, given: Verdict, at: dt.datetime) -> None:
    """What a verdict means for somebody on a list: found, still to be looked at, or missing."""
    state, person = RollEntry.State.MISSING, None
    mine = Match.objects.unscoped(_WHY).filter(entry_id=first.entry_id, is_first=True)
    united = mine.filter(verdict=Match.Verdict.SAME).order_by("-probability", "id").first()
    if united is not None:
        state, person = RollEntry.State.FOUND, united.other_person_id
    elif mine.exclude(verdict=Match.Verdict.DIFFERENT).exists():
        state = RollEntry.State.REVIEW
    entry = RollEntry.objects.unscoped(_WHY).select_for_update().get(pk=first.entry_id or 0)
    entry.state, entry.person_id = state, person
    if state == RollEntry.State.MISSING:
        entry.status = entry.status or RollEntry.Status.TO_CHECK
    entry.changed_at, entry.changed_by, entry.changed_by_name = at, given.given_by, given.given_by_name
    entry.save(update_fields=["state", "person", "status", "changed_at", "changed_by", "changed_by_name"])


def _record(match: Match, given: Verdict, before: str, by: journal.Actor | None, at: dt.datetime) -> None:
    journal.record(
        by=by,
        at=at,
        verb="match.verdict",
        subject_type="match",
        subject_key=match.pair,
        place_number=match.place_number,
        detail={"verdict": given.verdict, "before": before, "number": given.number},
    )
