"""Reads of pairs and lists, each within the reader's scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from diguan.access.scope import Scope
from diguan.linkage.models import Match, Roll, RollEntry, Search, Verdict
from diguan.places.models import Place
from diguan.registry.models import Person
from diguan.ui import paging

MATCH_ORDER = ("-stake", "-probability")
MISSING_ORDER = ("place_number",)
UNDECIDED = "open"  # in addresses: nobody has said anything yet


@dataclass(frozen=True)
class Wanted:
    """The filter of the queue. An empty verdict asks for the pairs of which nobody has said anything."""

    place: Place | None = None
    decision: str = ""
    verdict: str = ""
    kind: str = ""  # registry or list

    def described(self) -> dict[str, str]:
        parts = {"place": self.place.code if self.place else "", "decision": self.decision}
        parts |= {"verdict": self.verdict, "kind": self.kind}
        return {name: value for name, value in parts.items() if value}


def matches(scope: Scope, wanted: Wanted) -> QuerySet[Match]:
    """Pairs of which at least one side lies in scope, each once: as its first side sees it, if that is in scope."""
    if wanted.place is not None:
        scope = scope.intersect(*wanted.place.range)
    rows = Match.objects.within(scope).filter(Q(is_first=True) | ~scope.q("other_place_number"))
    rows = rows.filter(verdict="" if wanted.verdict in ("", UNDECIDED) else wanted.verdict)
    if wanted.decision:
        rows = rows.filter(decision=wanted.decision)
    if wanted.kind:
        rows = rows.filter(roll__isnull=wanted.kind == "registry")
    return rows


def match_page(scope: Scope, wanted: Wanted, params: QueryDict, *, size: int = paging.SIZE) -> paging.Page[Match]:
    """One page of the queue: what is at stake first, the likeliest before the others."""
    rows = matches(scope, wanted)
    return paging.page(rows, MATCH_ORDER, params, size=size, total=rows.count())


def match(scope: Scope, pair: UUID) -> Match:
    """A pair as the reader sees it: from its first side, if that is in scope. Raises: Match.DoesNotExist."""
    found = Match.objects.within(scope).filter(pair=pair).order_by("-is_first").select_related("search", "roll").first()
    if found is None:
        raise Match.DoesNotExist
    return found


def verdicts(match: Match) -> list[Verdict]:
    """What was said of a pair that the reader has before them, newest first."""
    return list(Verdict.objects.filter(pair=match.pair).order_by("-number"))


def people(scope: Scope, ids: Iterable[int | None]) -> dict[int, Person]:
    """Those of these people who are in scope, by id, with household and place; others are absent."""
    wanted = {each for each in ids if each is not None}
    rows = Person.objects.within(scope).filter(pk__in=wanted).select_related("household__place")
    return {person.pk: person for person in rows}


def entries(scope: Scope, ids: Iterable[int | None]) -> dict[int, RollEntry]:
    """Those of these entries that are in scope, by id, with list and place; others are absent."""
    wanted = {each for each in ids if each is not None}
    rows = RollEntry.objects.within(scope).filter(pk__in=wanted).select_related("roll", "place")
    return {entry.pk: entry for entry in rows}


def last_search() -> Search | None:
    """The last search for people who stand twice in the registry; None before the first."""
    return Search.objects.filter(roll__isnull=True).order_by("-id").first()


def rolls() -> QuerySet[Roll]:
    """The current edition of each list, the newest first. Which lists there are is no secret; who is on them is."""
    return Roll.objects.filter(replaced_by__isnull=True).select_related("place").order_by("-as_of", "-id")


def roll(key: UUID) -> Roll:
    """Raises: Roll.DoesNotExist."""
    return Roll.objects.select_related("place", "replaced_by").get(key=key)


def edition(source: str, title: str) -> Roll | None:
    """The current edition of a list."""
    return Roll.objects.filter(source=source, title=title, replaced_by__isnull=True).first()


def to_compare(again: Iterable[int] = ()) -> list[Roll]:
    """The current lists that nobody has held against the registry yet, and these once more, the oldest first."""
    current = Roll.objects.filter(replaced_by__isnull=True)
    return list(current.filter(Q(searches__isnull=True) | Q(pk__in=list(again))).distinct().order_by("id"))


def searched(roll: Roll) -> Search | None:
    """The last search for the people of a list; None if it was never compared."""
    return Search.objects.filter(roll=roll).order_by("-id").first()


def counts(scope: Scope, rolls: Iterable[Roll], place: Place | None = None) -> dict[int, dict[str, int]]:
    """How many entries of each list lie in scope, by state, by the list's id."""
    scope = scope if place is None else scope.intersect(*place.range)
    rows = RollEntry.objects.within(scope).filter(roll__in=list(rolls)).order_by()
    found: dict[int, dict[str, int]] = {}
    for roll_id, state, count in rows.values_list("roll", "state").annotate(n=Count("id")):
        found.setdefault(roll_id, {})[state] = count
    return found


def counts_by_place(scope: Scope, roll: Roll, below: Iterable[Place]) -> list[tuple[Place, Mapping[str, int]]]:
    """How many entries of a list lie in each of these places, by state, and how many of the missing by status."""
    rows = RollEntry.objects.within(scope).filter(roll=roll).order_by()
    counted = list(rows.values_list("place_number", "state", "status").annotate(n=Count("id")))
    found: list[tuple[Place, Mapping[str, int]]] = []
    for place in below:
        sums: dict[str, int] = {}
        for number, state, status, count in counted:
            if place.number <= number < place.upper:
                sums[state] = sums.get(state, 0) + count
                if state == RollEntry.State.MISSING:
                    sums[status] = sums.get(status, 0) + count
        if sums:
            found.append((place, sums))
    return found


def missing(scope: Scope, roll: Roll, *, status: str = "", whose: int | None = None) -> QuerySet[RollEntry]:
    """Who is on a list and not in the registry, within scope."""
    rows = RollEntry.objects.within(scope).filter(roll=roll, state=RollEntry.State.MISSING)
    if status:
        rows = rows.filter(status=status)
    if whose is not None:
        rows = rows.filter(assigned_to_id=whose)
    return rows.select_related("place", "assigned_to")


def missing_page(rows: QuerySet[RollEntry], params: QueryDict, *, size: int = paging.SIZE) -> paging.Page[RollEntry]:
    """One page of those missing, by place."""
    return paging.page(rows, MISSING_ORDER, params, size=size, total=rows.count())


def not_listed(scope: Scope, roll: Roll) -> int:
    """How many people of the registry are found on no row of a list; people and rows of the same places."""
    there = Person.objects.within(scope).filter(left_on=None, same_as=None)
    found = RollEntry.objects.within(scope).filter(roll=roll, state=RollEntry.State.FOUND)
    listed = there.filter(pk__in=found.values("person"))
    return max(there.count() - listed.count(), 0)


def entry(scope: Scope, key: UUID) -> RollEntry:
    """Raises: RollEntry.DoesNotExist."""
    rows = RollEntry.objects.within(scope).select_related("roll", "place", "assigned_to", "person")
    return rows.get(key=key)


def together(scope: Scope, entry: RollEntry) -> list[RollEntry]:
    """Those who live with somebody, as the list says; within scope."""
    if not entry.household:
        return []
    rows = RollEntry.objects.within(scope).filter(roll=entry.roll, household=entry.household)
    return list(rows.exclude(pk=entry.pk).order_by("row")[:50])


def matches_of(scope: Scope, entry: RollEntry) -> list[Match]:
    """The pairs of somebody on a list, the likeliest first."""
    rows = Match.objects.within(scope).filter(entry=entry, is_first=True)
    return list(rows.order_by("-probability", "id"))
