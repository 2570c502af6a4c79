"""What a person may ask for: everything that is on file about them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q

from diguan import vault
from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.journal.models import Entry
from diguan.registry.models import FormerStay, Identifier, LifeEvent, Observation, Person
from diguan.registry.why import insist_on_reason


class Dictionary(Protocol):
    """A pack, as far as the reasons for keeping something are concerned."""

    @property
    def variables(self) -> Mapping[str, Any]: ...


def hand_over(
    *, scope: Scope, person: Person, reason: str, pack: Dictionary, by: journal.Actor | None, at: dt.datetime
) -> dict[str, Any]:
    """Return everything on file about one person, numbers in clear, and journal that it was handed over.

    Facts with what they rest on and why they are kept, every statement ever made, life events, where they lived, and who
    opened their household.
    Raises: ReasonMissing; Person.DoesNotExist if out of scope.
    """
    insist_on_reason(reason)
    with transaction.atomic():
        person = Person.objects.within(scope).select_related("household__place").get(pk=person.pk)
        journal.record(
            by=by, at=at, verb="subject.handed_over", subject_type="person", subject_key=person.key,
            place_number=person.place_number, detail={"household": str(person.household.key), "reason": reason.strip()},
        )  # fmt: skip
        numbers = _numbers(scope, person)
        stays = FormerStay.objects.within(scope).filter(person=person).select_related("household__place")
        homes = Q(household=person.household) | Q(household__in=[stay.household for stay in stays])
        said = Observation.objects.within(scope).filter(homes).order_by("observed_on", "id")
        events = LifeEvent.objects.within(scope).filter(homes).order_by("occurred_on", "id")
        return {
            "person": {
                "key": str(person.key),
                "name": person.name,
                "joined_on": person.joined_on,
                "left_on": person.left_on,
            },
            "household": {"key": str(person.household.key), "place": person.household.place.name},
            "facts": {name: _fact(name, fact, numbers, pack) for name, fact in person.facts.items()},
            "statements": [told for each in said for told in _statements(each, person, numbers, pack)],
            "life_events": [_event(each) for each in events if str(person.key) in each.people],
            "former_households": [{"place": stay.household.place.name, "until": stay.left_on} for stay in stays],
            "opened_by": _readers(person),
        }


def _numbers(scope: Scope, person: Person) -> dict[int, str]:
    ring = vault.opened()
    rows = Identifier.objects.within(scope).filter(person=person)
    return {row.pk: ring.unseal(row.sealed, context=str(row.owner)) for row in rows}


def _fact(name: str, fact: Mapping[str, Any], numbers: Mapping[int, str], pack: Dictionary) -> dict[str, Any]:
    variable = pack.variables.get(name)
    is_number = variable is not None and variable.type == "identifier"
    return {
        "value": numbers.get(fact["v"]) if is_number else fact["v"],
        "observation": fact["o"],
        "legal_basis": str(variable.basis) if variable else "",
        "protection": variable.protection if variable else "",
    }


def _statements(
    observation: Observation, person: Person, numbers: Mapping[int, str], pack: Dictionary
) -> list[dict[str, Any]]:
    said = observation.body.get("persons", {}).get(str(person.key), {})
    return [
        {
            "observation": observation.pk, "variable": name, "value": _stated(name, value, numbers, pack),
            "source": observation.source, "reporter": observation.reporter, "observed_on": observation.observed_on,
            "recorded_at": observation.recorded_at, "reason": observation.reason,
        }
        for name, value in said.items()
    ]  # fmt: skip


def _stated(name: str, value: Any, numbers: Mapping[int, str], pack: Dictionary) -> Any:
    """What was stated; of a number not the id of the row that keeps it, but itself."""
    variable = pack.variables.get(name)
    return numbers.get(value) if variable is not None and variable.type == "identifier" else value


def _event(event: LifeEvent) -> dict[str, Any]:
    return {"kind": event.kind, "cause": event.cause, "occurred_on": event.occurred_on, "reporter": event.reporter}


def _readers(person: Person) -> list[dict[str, Any]]:
    """Who opened the person's household, and what for; of numbers looked at, the person's own alone."""
    verbs = ("household.read", "identifier.revealed", "subject.handed_over")
    keys = (str(person.household.key), str(person.key))
    entries = Entry.objects.filter(subject_key__in=keys, verb__in=verbs).order_by("id")
    return [
        {"at": entry.at, "who": entry.actor_name, "what": entry.verb, "purpose": entry.detail.get("purpose") or entry.detail.get("reason", "")}
        for entry in entries
        # Why somebody looked at the number of another member is that member's affair.
        if entry.verb != "identifier.revealed" or entry.detail.get("owner") == str(person.key)
    ]  # fmt: skip
