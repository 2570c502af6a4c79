"""The accounts of the demo: one for each role, from the province down to a village. They guard nothing real."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from diguan.access import actions, roles
from diguan.access.demo_accounts import Account
from diguan.access.models import Grant, User
from diguan.places import queries

PASSWORD = "drip-by-drip"  # noqa: S105 - shown on the sign-in page of the demo
_SINCE = dt.date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class _Person:
    username: str
    name: str
    role: str
    place: str


PEOPLE = (
    _Person("province", "周明远", "provincial_commander", "22"),
    _Person("prefecture", "孙立新", "prefecture_officer", "2208"),
    _Person("county", "赵海燕", "county_officer", "220882"),
    _Person("township", "钱卫东", "township_officer", "220882101"),
    _Person("village", "李春花", "village_worker", "220882101201"),
    _Person("analyst", "吴思敏", "analyst", "22"),
    _Person("auditor", "郑守信", "auditor", "22"),
    _Person("admin", "冯建国", "administrator", "22"),
)


def create(*, by: None, at: dt.datetime) -> int:
    """Add the accounts that are missing, each with its one grant; return how many.

    Raises: PlaceUnknown if the places were not imported.
    """
    there = set(User.objects.values_list("username", flat=True))
    missing = [person for person in PEOPLE if person.username not in there]
    for person in missing:
        place = queries.by_code(person.place)
        user = actions.create_user(username=person.username, name=person.name, password=PASSWORD, by=by, at=at)
        actions.grant_role(user=user, role=person.role, place=place, starts_on=_SINCE, by=by, at=at)
    return len(missing)


def listed() -> list[Account]:
    """The accounts as the sign-in page shows them: those that exist, with the role and the place they hold today."""
    grants = {
        grant.user.username: grant
        for grant in Grant.objects.filter(user__username__in=[person.username for person in PEOPLE]).select_related(
            "user"
        )
    }
    return [
        Account(
            username=person.username,
            password=PASSWORD,
            name=person.name,
            role=str(roles.role(person.role).label),
            place=queries.by_code(person.place).name,
        )
        for person in PEOPLE
        if person.username in grants
    ]
