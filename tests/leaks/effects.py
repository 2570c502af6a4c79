"""What a request changed, and whether whoever sent it may change that: rows of other places are nobody's to touch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils import timezone
from tests.leaks.personas import Persona, span
from tests.leaks.province import World
from tests.leaks.shown import EVERYBODY, ROOTS

from diguan.access.models import Factor, Grant, RecoveryCode, User
from diguan.exports.models import Export
from diguan.intake.models import Import
from diguan.linkage.models import Match, Roll, RollEntry, Search, Verdict
from diguan.planning.models import WhatIf
from diguan.registry import models as registry
from diguan.screening.models import Fault, Result, Run, Shortfall

_OF_PLACES: tuple[type[Any], ...] = (
    registry.Household, registry.Person, registry.Observation, registry.Identifier, registry.LifeEvent,
    registry.FormerStay, registry.FormerPlace, Result, Shortfall, Fault,
    Match, RollEntry,
)  # fmt: skip
_OTHERS: tuple[type[Any], ...] = (User, Grant, Factor, RecoveryCode, Export, Import, Verdict, Roll, Search, Run, WhatIf)
_WRITE = re.compile(r'\s*(?:INSERT|UPDATE|DELETE)\b\D*?"(\w+)"', re.IGNORECASE)
Rows = dict[tuple[str, Any], dict[str, Any]]


class Writes:
    """Notes whether any statement wrote to what somebody may change, so that only then everything is looked through."""

    def __init__(self) -> None:
        self.happened = False
        self._tables = {model._meta.db_table for model in (*_OF_PLACES, *_OTHERS)}

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        match = _WRITE.match(sql)
        self.happened |= match is not None and match[1] in self._tables
        return execute(sql, params, many, context)


@dataclass(frozen=True)
class Change:
    table: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    def __str__(self) -> str:
        names = set(self.before or ()) | set(self.after or ())
        told = {n: ((self.before or {}).get(n), (self.after or {}).get(n)) for n in sorted(names)}
        return f"{self.table}: " + ", ".join(f"{n} {b!r} → {a!r}" for n, (b, a) in told.items() if b != a)[:300]


def rows() -> Rows:
    """Everything that somebody may change, as it stands."""
    found: Rows = {}
    for model in (*_OF_PLACES, *_OTHERS):
        for row in _all(model).values():
            found[model.__name__, row["id"]] = row
    return found


def _all(model: type[Model]) -> Any:
    manager: Any = model._default_manager
    return manager.unscoped("looking for effects") if model in _OF_PLACES else manager.all()


def between(before: Rows, after: Rows) -> Iterator[Change]:
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            yield Change(key[0], before.get(key), after.get(key))


def is_allowed(world: World, persona: Persona, change: Change) -> bool:
    names = {model.__name__ for model in _OF_PLACES}
    states = [state for state in (change.before, change.after) if state is not None]
    if change.table in names:
        return all(any(_may_touch(persona, change.table, number) for number in _where(state)) for state in states)
    return all(_JUDGES[change.table](world, persona, state, change) for state in states)


def _where(state: Mapping[str, Any]) -> list[int]:
    """Where a row is; a pair is in two places, and each side's row tells of the other."""
    return [state[name] for name in ("place_number", "other_place_number") if name in state]


def _may_touch(persona: Persona, table: str, number: int) -> bool:
    """Whoever records; whoever sends lists, of what stands on one; and whoever decides about pairs, whose word makes one person of two, and of an entry somebody."""
    of_pairs = table in ("Match", "RollEntry", "Person", "Household", "Observation", "Identifier", "LifeEvent")
    if table in ("RollEntry", "Match") and persona.may("rolls.send", number):
        return True
    return persona.may("registry.write", number) or (of_pairs and persona.may("linkage.decide", number))


def _verdict(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    """Whoever decides where one of the two is may say that nobody can tell; more, only who decides about both."""
    sides = Match.objects.unscoped("looking for effects").filter(pair=state["pair"])
    may = [persona.may("linkage.decide", number) for number in sides.values_list("place_number", flat=True)]
    return all(may) if state["verdict"] != "unsure" else any(may)


def _list(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    return bool(persona.where("rolls.send"))


def _user(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    if change.before is None:
        return bool(persona.where("people.manage"))
    is_own = state["username"] == persona.username
    if is_own and state["is_active"] != change.before["is_active"]:
        return False
    return is_own or administers(persona, state["username"])


def administers(persona: Persona, username: str) -> bool:
    """Whether all that somebody holds lies where this person administers."""
    live = [span(grant.place) for grant in EVERYBODY[username].grants if grant.when in ("now", "future")]
    is_other = username != persona.username
    return (
        is_other
        and bool(persona.where("people.manage"))
        and all(persona.may_all("people.manage", low, high) for low, high in live)
    )


def _grant(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    is_other = state["user_id"] != world.pk_of(persona)
    return is_other and persona.may_all("people.manage", state["place_number"], state["place_upper"])


def _of_user(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    name = next(name for name, user in world.users.items() if user.pk == state["user_id"])
    return name == persona.username or administers(persona, name)


def _export(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    is_own = state["asked_by_id"] == world.pk_of(persona)
    if not _is_in_order(change):
        return False
    if change.after is not None and change.after["state"] == "expired":
        return True
    if is_own and (change.before is None or state["decided_at"] == change.before["decided_at"]):
        # What is made is of fewer places where its asker's have become fewer.
        ranges = (change.after or state)["ranges"]
        return all(persona.may_all("exports.request", low, high) for low, high in ranges)
    return not is_own and all(persona.may_all("exports.approve", low, high) for low, high in state["ranges"])


def _is_in_order(change: Change) -> bool:
    """A file is made of what may be taken at once or was approved, in time, of no more rows and places; what waits is
    decided."""
    before, after = change.before, change.after
    if before is None or after is None:
        return after is not None
    if after["decided_at"] != before["decided_at"]:
        return bool(before["state"] == "asked" and before["expires_at"] > timezone.now())
    if after["state"] == "expired" != before["state"]:
        return bool(before["expires_at"] <= timezone.now())
    if after["state"] == "made" != before["state"]:
        is_let = before["state"] == "approved" and (not before["needs_approval"] or before["decided_by_id"])
        return bool(
            is_let
            and before["expires_at"] > timezone.now()
            and after["rows"] <= before["expected_rows"]
            and _is_inside(after, before)
        )
    return True


def _is_inside(after: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return all(any(start <= low and high <= end for start, end in before["ranges"]) for low, high in after["ranges"])


def _import(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    return bool(state["received_by"] == world.pk_of(persona))


def _what_if(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    """Whoever may try things begins one, stops their own and removes it; nobody does anything else to it."""
    is_own = state["made_by"] == world.pk_of(persona)
    if change.before is None:
        return is_own and bool(persona.where("what_if.make"))
    if change.after is None:
        return is_own and change.before["stage"] not in ("waiting", "working")
    return is_own and change.after["stage"] == "stopped"


def _run(world: World, persona: Persona, state: Mapping[str, Any], change: Change) -> bool:
    """A screening judges everybody: whoever starts or stops one answers for both provinces."""
    return all(persona.may_all("screening.run", *span(root)) for root in ROOTS)


_JUDGES: Mapping[str, Any] = {
    "User": _user, "Grant": _grant, "Factor": _of_user, "RecoveryCode": _of_user, "Export": _export, "Import": _import,
    "Verdict": _verdict, "Roll": _list, "Search": _list, "Run": _run, "WhatIf": _what_if,
}  # fmt: skip
