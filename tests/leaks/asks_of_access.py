"""What to ask of the pages about users, and of one's own account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.leaks import personas as of
from tests.leaks.province import World
from tests.leaks.shown import Ask

from diguan.access.models import Grant

SOUGHT = ("village-v1", "worker-v3", "worker-v6", "county-c1", "administrator-p2", "two-places", "administrator-c1")
NO_ONE = 4_000_000


def sign_in(world: World) -> list[Ask]:
    tried = [{"username": who, "password": "a-wrong-password"} for who in ("county-c1", "worker-v6", "no-such-user")]
    return [
        Ask("/sign-in/"), Ask("/sign-in/?account=county-c1&next=/households/"),
        *(Ask("/sign-in/", "post", data) for data in tried),
    ]  # fmt: skip


def password(world: World) -> list[Ask]:
    data = {
        "password-present": "wrong-password",
        "password-password": "Another-1-word",
        "password-again": "Another-1-word",
    }
    return [Ask("/account/password/", "post", data)]


def account(world: World) -> list[Ask]:
    """One's own account tells of one's own second factor and codes, and of nobody else's."""

    def codes(world: World, persona: of.Persona) -> int:
        return 10 if persona.username == "county-c1" else 0

    def factor(world: World, persona: of.Persona) -> int | None:
        return world.pk_of(persona) if persona.username == "county-c1" else None

    return [Ask("/account/", counts="codes_left", due=codes), Ask("/account/?", counts="factor", due=factor)]


def proofs(what: str) -> Callable[[World], list[Ask]]:
    path = {"removal": "/account/second-factor/removal/", "codes": "/account/recovery-codes/"}[what]
    return lambda world: [Ask(path, "post", {"proof-proof": "123456"})]


def people(world: World) -> list[Ask]:
    return [
        Ask("/people/"),
        Ask("/people/?who=worker"),
        Ask("/people/?role=village_worker"),
        Ask("/people/?grant-to=worker-v6"),
    ]


def users(world: World) -> list[Ask]:
    data = {
        "user-username": "somebody",
        "user-name": "Somebody",
        "user-password": "Some-word-1234",
        "user-language": "",
    }
    return [Ask("/people/users/", "post", data), Ask("/people/users/", "post", {**data, "user-username": "worker-v6"})]


def grants(world: World) -> list[Ask]:
    day = {"grant-starts_on": "2020-01-01", "grant-purpose": ""}
    given = [
        {"grant-username": who, "grant-role": role, "grant-place": place, **day}
        for who, role, place in (
            ("stranger", "auditor", of.V1), ("stranger", "county_officer", of.C1), ("stranger", "auditor", of.P1),
            ("stranger", "auditor", of.V6), ("stranger", "auditor", f"Place {of.C4}"), ("worker-v6", "analyst", of.V1),
            ("administrator-c1", "auditor", of.V1),
        )
    ]  # fmt: skip
    return [Ask("/people/grants/", "post", data) for data in given]


def grant_ends(world: World) -> list[Ask]:
    live = Grant.objects.filter(user__username__in=SOUGHT, ended_at=None).order_by("id")
    return [Ask(f"/people/grants/{grant.pk}/end/", "post", twin=f"/people/grants/{NO_ONE}/end/") for grant in live]


def persons(world: World) -> list[Ask]:
    def factor(who: str) -> Any:
        return lambda world, persona: world.users[who].pk if who in ("county-c1", "worker-v6") else None

    return [replace(_of(world, who), counts="factor", due=factor(who)) for who in SOUGHT]


def person_acts(world: World) -> list[Ask]:
    acts = ("deactivation", "reactivation", "factor-reset", "unlocking", "sign-outs", "no-such-act")
    return [_of(world, who, f"{act}/", "post") for who in ("village-v1", "worker-v6", "two-places") for act in acts]


def person_passwords(world: World) -> list[Ask]:
    data = {"first-password": "Another-1-word"}
    return [_of(world, who, "password/", "post", data) for who in SOUGHT] + [
        _of(world, "worker-v3", "password/", "post", {})
    ]


def _of(world: World, who: str, rest: str = "", method: str = "get", data: dict[str, object] | None = None) -> Ask:
    path, twin = (f"/people/users/{number}/{rest}" for number in (world.users[who].pk, NO_ONE))
    return Ask(path, method, data, twin=twin)
