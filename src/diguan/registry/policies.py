"""Whether a life event can have happened so. Pure: rows in, a decision out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan.access.decision import ALLOWED, Decision, refused
from diguan.places.models import Place
from diguan.registry.models import Household, LifeEvent, Person

if TYPE_CHECKING:
    from diguan.registry.actions.life import Told

Kind = LifeEvent.Kind
EVENT_CONFLICT = gettext_lazy("A life event with this instance id is on file with other content.")


@dataclass(frozen=True)
class Parties:
    """Everybody and everything a life event touches, as far as it is in the teller's scope."""

    household: Household
    people: Sequence[Person]
    present: Sequence[Person]
    other: Household | None
    place: Place | None
    newcomer: Person | None


def may_happen(told: Told, parties: Parties, *, today: dt.date) -> Decision:
    """Whether this can have happened so; if not, what stands against it."""
    against = _against(told, parties, today)
    return refused(against) if against else ALLOWED


def _against(told: Told, parties: Parties, today: dt.date) -> str:
    if told.kind not in Kind.values:
        return _("“%(kind)s” is no kind of life event.") % {"kind": told.kind}
    if told.occurred_on > today:
        return _("The day of the event, %(day)s, has not come yet.") % {"day": told.occurred_on}
    if parties.household.ended_on is not None:
        return _("The household ended on %(day)s.") % {"day": parties.household.ended_on}
    return _newcomer(told, parties) or _people(told, parties) or _other(told, parties) or _place(told, parties)


def _newcomer(told: Told, parties: Parties) -> str:
    if (told.newcomer is not None) != (told.kind in (Kind.BIRTH, Kind.ARRIVAL)):
        return _("A birth and an arrival are about one person who comes in, and nothing else is.")
    if parties.newcomer is None:
        return ""
    if told.kind == Kind.BIRTH:
        return _("This person is on file already.")
    if parties.newcomer.left_on is None:
        return _("This person is on file already. Record a move to another household instead.")
    return _too_early([parties.newcomer], told.occurred_on, parties.newcomer.left_on)


def _people(told: Told, parties: Parties) -> str:
    if told.kind not in (Kind.DEATH, Kind.DEPARTURE, Kind.TRANSFER, Kind.SPLIT):
        return _("This event is about the whole household: name no people.") if told.people else ""
    if not told.people:
        return _("Say whom it is about.")
    present = {person.pk for person in parties.present}
    if len(parties.people) != len(set(told.people)) or not {person.pk for person in parties.people} <= present:
        return _("Somebody named does not belong to this household.")
    if told.kind == Kind.SPLIT and len(parties.people) == len(present):
        return _("If everybody goes, the household moves: record a move to another place.")
    return _too_early(parties.people, told.occurred_on, None)


def _too_early(people: Sequence[Person], day: dt.date, left_on: dt.date | None) -> str:
    begun = [person.joined_on for person in people if person.joined_on is not None]
    latest = max([*begun, *([left_on] if left_on else [])], default=None)
    return (
        _("Before %(day)s, the last change on file, this cannot be told.") % {"day": latest}
        if latest and day < latest
        else ""
    )


def _other(told: Told, parties: Parties) -> str:
    if told.kind == Kind.SPLIT:
        if told.other is None or parties.other is not None:
            return _("A split makes a new household: give it a key that is not on file.")
        return ""
    if told.kind not in (Kind.TRANSFER, Kind.MERGE):
        return _("This event is about one household only.") if told.other else ""
    if parties.other is None:
        return _("The other household is not on file, or not among those you may change.")
    if parties.other == parties.household:
        return _("The other household is this one.")
    if parties.other.ended_on is not None:
        return _("The other household ended on %(day)s.") % {"day": parties.other.ended_on}
    return ""


def _place(told: Told, parties: Parties) -> str:
    if told.kind == Kind.RELOCATION:
        if parties.place is None:
            return _("The place is unknown, or not among those you may change.")
        if parties.place == parties.household.place:
            return _("The household lives there already.")
    elif told.place and told.kind != Kind.SPLIT:
        return _("This event names no place.")
    elif told.place and parties.place is None:
        return _("The place is unknown, or not among those you may change.")
    return ""
