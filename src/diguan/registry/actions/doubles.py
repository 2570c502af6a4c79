"""Somebody found twice becomes one, and two again if that was wrong. Nothing is deleted on the way."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from diguan.access import walls
from diguan.access.scope import Scope
from diguan.journal import actions as journal
from diguan.registry import recording, relations, staging, taking
from diguan.registry.models import Person
from diguan.registry.why import insist_on_reason


class NotOne(Exception):
    """These two cannot be made one; the message says why."""


def unite_persons(
    *, scope: Scope, kept: Person, double: Person, reason: str, pack: staging.Dictionary,
    by: journal.Actor | None, at: dt.datetime,
) -> None:  # fmt: skip
    """Say that `double` is `kept`: one person with the facts of both, a member only where `kept` is.

    Raises: ReasonMissing; NotOne; Person.DoesNotExist if either is out of scope.
    """
    insist_on_reason(reason)
    with transaction.atomic(), walls.acting("uniting"):
        kept, double = _locked(scope, kept, double)
        if (
            kept.pk == double.pk
            or kept.same_as_id
            or double.same_as_id
            or double.doubles.unscoped("whether it has doubles").exists()
        ):
            raise NotOne(_("One of them is already said to be somebody else."))
        Person.objects.unscoped("uniting").filter(pk=double.pk).update(same_as=kept, facts={})
        _derive_anew([kept], pack)
        _record("person.united", kept, double, reason, by, at)


def part_persons(
    *, scope: Scope, double: Person, reason: str, pack: staging.Dictionary, by: journal.Actor | None, at: dt.datetime
) -> None:
    """Take back that `double` is somebody else: both are as if it had never been said.

    Raises: ReasonMissing; NotOne; Person.DoesNotExist if either is out of scope.
    """
    insist_on_reason(reason)
    with transaction.atomic(), walls.acting("parting"):
        double = Person.objects.within(scope).select_for_update().get(pk=double.pk)
        if double.same_as_id is None:
            raise NotOne(_("This person is not said to be anybody else."))
        kept = Person.objects.within(scope).select_for_update().get(pk=double.same_as_id)
        Person.objects.unscoped("parting").filter(pk=double.pk).update(same_as=None)
        _derive_anew([kept, double], pack)
        _record("person.parted", kept, double, reason, by, at)


def _locked(scope: Scope, *people: Person) -> list[Person]:
    found = {p.pk: p for p in Person.objects.within(scope).select_for_update().filter(pk__in=[p.pk for p in people])}
    if len(found) < len({person.pk for person in people}):
        raise Person.DoesNotExist
    return [found[person.pk] for person in people]


def _derive_anew(people: list[Person], pack: staging.Dictionary) -> None:
    """Work out the facts of people from all that was ever said of them."""
    with relations.workbench(rows=len(people)) as bench:
        staging.bring_dictionary(bench, pack)
        recording.derive_again(
            bench, taking.everything_on_file("deriving facts anew"), {p.household_id for p in people}
        )


def _record(verb: str, kept: Person, double: Person, reason: str, by: journal.Actor | None, at: dt.datetime) -> None:
    journal.record(
        by=by,
        at=at,
        verb=verb,
        subject_type="person",
        subject_key=kept.key,
        place_number=kept.place_number,
        detail={"double": str(double.key), "reason": reason.strip()},
    )
