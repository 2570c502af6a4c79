"""Pairs that may be one person, and a list of another office: sides inside and outside of people's places, all canaries."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone
from tests.leaks import personas as of
from tests.leaks.canaries import Kind
from tests.leaks.province import EVERYWHERE, World

from diguan import vault
from diguan.linkage import matching
from diguan.linkage.models import Match, Roll, RollEntry, Search, Verdict
from diguan.places import queries as places
from diguan.registry.models import Person

ENTRIES = {"on-v1": of.V1, "on-v3": of.V3, "on-v6": of.V6, "found-v6": of.V6}
PAIRS = {"near": ("v1", "v2"), "far": ("v1", "v6"), "apart": ("v4", "v6")}
_WEIGHED = (*matching.COMPARISONS, "household", "rivals", "start")
_LEVELS = {
    **{name: levels[0].name for name, levels in matching.COMPARISONS.items()},
    **{f"{name}_weight": 2.5 for name in _WEIGHED},
}


def stand(world: World) -> None:
    """Put them on file as a search would have, with a word of somebody about each."""
    roll = Roll.objects.create(
        source="census", as_of=dt.date(2020, 6, 1), pack_id="leaks", digest="0" * 64, received_at=timezone.now(),
        received_by_name="system",
    )  # fmt: skip
    search = Search.objects.create(
        pack_id="leaks", started_at=timezone.now(), started_by_name="system", finished_at=timezone.now()
    )
    world.roll = roll.key
    for name, place in ENTRIES.items():
        world.entries[name] = _entry(world, roll, place)
    # Somebody of the list of V6 is found in V3: who sees the one does not see the other.
    found = Person.objects.within(EVERYWHERE).get(key=world.homes["v3"].people[1])
    RollEntry.objects.within(EVERYWHERE).filter(key=world.entries["found-v6"]).update(state="found", person=found)
    for name, (left, right) in PAIRS.items():
        sides = [Person.objects.within(EVERYWHERE).get(key=world.homes[home].people[1]) for home in (left, right)]
        numbers = [person.place_number for person in sides]
        world.pairs[name] = _pair(world, search, None, numbers, [{"person": person} for person in sides])
    # Of somebody on the list of V6, somebody of V1 may be they.
    entry = RollEntry.objects.within(EVERYWHERE).get(key=world.entries["on-v6"])
    person = Person.objects.within(EVERYWHERE).get(key=world.homes["v1"].people[1])
    numbers = [entry.place_number, person.place_number]
    world.pairs["listed"] = _pair(world, search, roll, numbers, [{"entry": entry}, {"person": person}])


def _entry(world: World, roll: Roll, place: str) -> uuid.UUID:
    mint, key, at = world.mint, uuid.uuid4(), of.span(place)[0]
    mint.key(key, "key of somebody on a list", at=at)
    number = mint.citizen("ID number on a list", "1950-01-01", at=at)
    sealed, mac = vault.opened().seal(number, context=str(key)), vault.opened().mac(number, purpose="gb11643")
    mint.closed(sealed, "sealed number on a list", owner=place)
    mint.closed(mac, "keyed hash on a list", owner=place)
    RollEntry.objects.within(EVERYWHERE).create(
        key=key, fingerprint=uuid.uuid4(), roll=roll, place=places.by_code(place), place_number=at, row=2,
        name=f"N{mint.word(Kind.NAME, 'name on a list', at=at)}", born=mint.day("birth on a list", at=at),
        relation=mint.word(Kind.FACT, "relation on a list", at=at), household="H1", mac=mac, scheme="gb11643",
        sealed=sealed, state="review" if place == of.V6 else "missing", status="to_check", reason=mint.word(Kind.FACT, "what became of it", at=at),
    )  # fmt: skip
    return key


def _pair(
    world: World, search: Search, roll: Roll | None, numbers: list[int], sides: list[dict[str, object]]
) -> uuid.UUID:
    """A pair with a verdict, whose reason names both sides: only who sees both may read it."""
    pair = uuid.uuid4()
    told = " ".join(world.mint.word(Kind.FACT, "reason of a verdict", at=number) for number in numbers)
    Verdict.objects.create(
        pair=pair, number=1, verdict="unsure", reason=told, given_at=timezone.now(), given_by_name="system"
    )
    for is_first in (True, False):
        own, other = (0, 1) if is_first else (1, 0)
        Match.objects.within(EVERYWHERE).create(
            pair=pair, is_first=is_first, search=search, roll=roll, place_number=numbers[own],
            other_place_number=numbers[other], decision="review", probability=0.5, levels=_LEVELS, verdict="unsure",
            verdicts=1, **sides[own], **{f"other_{name}": row for name, row in sides[other].items()},
        )  # fmt: skip
    return pair
