"""Actions and queries about pairs and lists, asked past their pages."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from tests.leaks import personas as of
from tests.leaks.asks_of_households import REASON
from tests.leaks.asks_of_linkage import OWN, list_of
from tests.leaks.province import EVERYWHERE, World
from tests.leaks.shown import EVERYBODY, Ask

from diguan.access.models import User
from diguan.access.scope import Scope
from diguan.linkage import actions as linkage
from diguan.linkage import queries, sides
from diguan.linkage.models import Match, Roll, RollEntry
from diguan.places import queries as places
from diguan.registry import actions as registry
from diguan.registry.models import Person


def _ask(name: str, call: Callable[[World, User], object], **more: Any) -> Ask:
    return Ask(name, "act", call=call, **more)


def _scope(user: User, permission: str) -> Scope:
    return Scope(tuple(EVERYBODY[user.username].where(permission)))


def readings(world: World) -> list[Ask]:
    """What the pages of linkage read, within the scope of who reads."""
    made = [_ask(f"counts {name}", lambda w, by, n=name: _counts(w, by, n)) for name in ("", of.C1, of.V6)]
    for name, pair in world.pairs.items():
        made.append(_ask(f"pair {name}", lambda w, by, p=pair: _told(by, p)))
    for name, key in world.entries.items():
        made.append(_ask(f"entry {name}", lambda w, by, k=key: _entry_told(by, k)))
    made.append(_ask("queue", _queue))
    made.append(_ask("missing", _missing))
    return made


def _counts(world: World, by: User, place: str) -> object:
    """Nothing of anywhere else is counted: an entry that is out of sight makes the numbers wrong."""
    scope = _scope(by, "linkage.read")
    roll, found = Roll.objects.get(key=world.roll), places.by_code(place) if place else None
    low, high = of.span(place) if place else (0, 10**12)
    told = sum(queries.counts(scope, [roll], found).get(roll.pk, {}).values())
    due = sum(
        _sees(scope, number) and low <= number < high
        for number in RollEntry.objects.within(EVERYWHERE).filter(roll=roll).values_list("place_number", flat=True)
    )
    by_place = queries.counts_by_place(scope, roll, places.children(places.by_code(of.C1)))
    not_listed = queries.not_listed(scope, roll)
    # One of V3 is found on a row of V6: they count as found where both may be seen.
    listed = RollEntry.objects.within(EVERYWHERE).filter(roll=roll, state="found").select_related("person")
    known = [each for each in listed if each.person and _sees(scope, each.place_number, each.person.place_number)]
    people = sum(_sees(scope, at) for at in world.standing_at.values()) - len(known)
    assert told == due, f"tells {told} of a list where {due} may be known"
    assert not_listed == people, f"tells of {not_listed} who are on no list where {people} may be known"
    assert all(_meets(scope, at.number, at.upper) for at, _sums in by_place), "tells of a place out of sight"
    return told


def _sees(scope: Scope, *numbers: int) -> bool:
    return all(any(start <= number < end for start, end in scope.ranges) for number in numbers)


def _meets(scope: Scope, low: int, high: int) -> bool:
    return any(max(low, start) < min(high, end) for start, end in scope.ranges)


def _told(by: User, pair: object) -> object:
    reader = sides.Reader(_scope(by, "linkage.read"), _scope(by, "names.read"))
    match = queries.match(reader.scope, pair)  # type: ignore[arg-type]
    return repr(sides.both(match, reader))


def _entry_told(by: User, key: object) -> object:
    scope = _scope(by, "linkage.read")
    found = queries.entry(scope, key)  # type: ignore[arg-type]
    together = queries.together(scope, found)
    return [found.key, found.born, [each.key for each in together], [m.pair for m in queries.matches_of(scope, found)]]


def _queue(world: World, by: User) -> object:
    scope = _scope(by, "linkage.read")
    wanted = (queries.Wanted(place=place, verdict="unsure") for place in (None, places.by_code(of.V6)))
    rows, there = (list(queries.matches(scope, each)) for each in wanted)
    assert _sees(scope, of.span(of.V6)[0]) or not there, "tells of pairs of a place out of sight"
    seen = [(row.pair, row.person_id, row.entry_id) for row in rows]
    assert len({pair for pair, *_rest in seen}) == len(seen), "a pair stands in the queue twice"
    ids = [each for row in rows for each in (row.entry_id, row.other_entry_id)]
    return [entry.key for entry in queries.entries(scope, ids).values()]


def _missing(world: World, by: User) -> object:
    roll = Roll.objects.get(key=world.roll)
    page = linkage.open_missing(
        scope=_scope(by, "linkage.read"), roll=roll, place=None, params=QueryDict(), by=by, at=timezone.now()
    )
    return [entry.key for entry in page.rows]


def follow_ups(world: World) -> list[Ask]:
    return [
        _ask(f"follow up {name} {reason}", lambda w, by, k=key, r=reason: _followed(by, k, r), lacks_reason=not reason)
        for name, key in world.entries.items() for reason in (REASON, "")
    ]  # fmt: skip


def sendings(world: World) -> list[Ask]:
    return [
        _ask(f"send a list {title} of {place}", lambda w, by, p=place, t=title: _sent(w, by, p, t))
        for title in ("", OWN) for place in (of.C1, of.V6)
    ]  # fmt: skip


def verdicts(world: World) -> list[Ask]:
    made = []
    for name, pair in world.pairs.items():
        made += [
            _ask(f"say {verdict} of {name}", lambda w, by, p=pair, v=verdict: _said(w, by, p, v, REASON))
            for verdict in ("same", "different", "unsure")
        ]
    pair = world.pairs["near"]
    made.append(_ask("say for nothing", lambda w, by: _said(w, by, pair, "unsure", " "), lacks_reason=True))
    made += [_ask(f"tell apart {name}", lambda w, by, n=name: _told_apart(w, by, n)) for name in ("near", "far")]
    made += [
        _ask(f"part {pair} {reason}", lambda w, by, p=pair, r=reason: _parted(w, by, *p, r), lacks_reason=not reason)
        for pair in (("v1", "v6"), ("v6", "v1"), ("v1", "v2")) for reason in (REASON, "")
    ]  # fmt: skip
    return made


def _followed(by: User, key: object, reason: str) -> object:
    entry = RollEntry.objects.within(EVERYWHERE).get(key=key)
    return linkage.follow_up(
        scope=_scope(by, "registry.write"), entry=entry, status="elsewhere", reason=reason, seen=entry.mark, by=by,
        at=timezone.now(),
    ).pk  # fmt: skip


def _said(world: World, by: User, pair: object, verdict: str, reason: str) -> object:
    match = Match.objects.within(EVERYWHERE).get(pair=pair, is_first=True)
    return linkage.give_verdict(
        scope=_scope(by, "linkage.decide"), match=match, verdict=verdict, reason=reason, seen=match.verdicts,
        pack=world.pack, by=by, at=timezone.now(),
    ).pk  # fmt: skip


@transaction.atomic
def _told_apart(world: World, by: User, name: str) -> object:
    """Said to be one by somebody who may, and told apart again by who asks; if that is refused, neither has happened."""
    given: dict[str, Any] = {"pack": world.pack, "at": timezone.now(), "reason": REASON}
    match = Match.objects.within(EVERYWHERE).get(pair=world.pairs[name], is_first=True)
    linkage.give_verdict(scope=EVERYWHERE, match=match, verdict="same", seen=match.verdicts, by=None, **given)
    seen = match.verdicts + 1
    match = Match.objects.within(EVERYWHERE).get(pk=match.pk)
    told = linkage.give_verdict(
        scope=_scope(by, "linkage.decide"), match=match, verdict="different", seen=seen, by=by, **given
    )
    return told.pk


@transaction.atomic
def _parted(world: World, by: User, kept: str, double: str, reason: str) -> object:
    """Whoever parts two knows both."""
    given: dict[str, Any] = {"pack": world.pack, "at": timezone.now()}
    people = [Person.objects.within(EVERYWHERE).get(key=world.homes[name].people[1]) for name in (kept, double)]
    registry.unite_persons(scope=EVERYWHERE, kept=people[0], double=people[1], by=None, reason=REASON, **given)
    registry.part_persons(scope=_scope(by, "linkage.decide"), double=people[1], by=by, reason=reason, **given)
    return [person.key for person in people]


def _sent(world: World, by: User, place: str, title: str) -> object:
    scope = _scope(by, "rolls.send")
    if scope.is_empty:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "list.csv"
        file.write_bytes(list_of(of.V1, of.V6))
        sent = linkage.Sent("census", dt.date(2020, 7, 1), title, places.by_code(place))
        received = linkage.receive_roll(file=file, sent=sent, pack=world.pack, scope=scope, by=by, at=timezone.now())
    return received.roll.pk
