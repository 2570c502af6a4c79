"""Two small provinces with households at every level, inside and outside of everybody's places, every field a canary."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
from django.conf import settings
from django.utils import timezone
from tests.leaks import personas as of
from tests.leaks.canaries import Canary, Kind, Mint

from diguan import rulebook
from diguan.access import actions as access
from diguan.access.models import Factor, RecoveryCode, User
from diguan.access.scope import Scope
from diguan.exports.models import Export
from diguan.intake.models import Import
from diguan.places import actions as places
from diguan.places import queries as place_queries
from diguan.planning import actions as planning
from diguan.registry import actions as registry
from diguan.registry.batch import Batch, HouseholdRow, ObservationRow, PersonRow
from diguan.registry.models import Household, Identifier, Person
from diguan.screening import actions as screening
from diguan.screening import packs
from diguan.screening.models import Screening

HOMES = {
    "v1": of.V1, "v2": of.V2, "v3": of.V3, "v4": of.V4, "v5": of.V5, "v6": of.V6,
    "t1": of.T1, "c1": of.C1, "f1": of.F1, "p1": of.P1,
    # Of V1: merged into one that has moved to V4 since. Of V2: somebody of theirs lives in V5 now.
    "merged": of.V1, "moved": of.V1, "left": of.V2,
    # Of V6: somebody of theirs lives in V3 now.
    "gave": of.V6,
}  # fmt: skip
EVERYWHERE = Scope(((0, 10**12),))
PASSWORD = "made-up-for-walks"
LONG_AGO = dt.date(2015, 1, 1)


@dataclass(frozen=True)
class Home:
    key: UUID
    people: tuple[UUID, ...]


@dataclass
class World:
    """Everything that stands on file, and where it stands now."""

    mint: Mint = field(default_factory=Mint)
    homes: dict[str, Home] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    comparison: int = 0
    what_ifs: dict[str, int] = field(default_factory=dict)
    runs: list[int] = field(default_factory=list)  # screenings as they were asked for: one done, one waiting
    imports: dict[str, Import] = field(default_factory=dict)
    pairs: dict[str, UUID] = field(default_factory=dict)
    entries: dict[str, UUID] = field(default_factory=dict)  # of the list `roll`
    roll: UUID | None = None
    home_at: dict[UUID, int] = field(default_factory=dict)
    person_at: dict[UUID, int] = field(default_factory=dict)
    standing_at: dict[UUID, int] = field(default_factory=dict)  # who lives with a household
    person_home: dict[UUID, UUID] = field(default_factory=dict)
    was_at: dict[UUID, set[int]] = field(default_factory=dict)  # where somebody who has moved was before
    typed: dict[str, set[str]] = field(default_factory=dict)  # what somebody's own files say, by user name
    exported_at: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    asked_by: dict[str, str] = field(default_factory=dict)  # whose an export is
    factors: dict[str, tuple[str, str]] = field(default_factory=dict)  # secret and a recovery code, by user name
    taken: dict[str, int] = field(default_factory=dict)  # rows of exports that nobody else approved
    decided_by: dict[str, str] = field(default_factory=dict)
    journalled_by: dict[str, str] = field(default_factory=dict)  # whose it was when it was written down

    @property
    def pack(self) -> rulebook.Pack:
        return packs.pack("leaks")

    def pk_of(self, persona: of.Persona) -> int | None:
        user = self.users.get(persona.username)
        return None if user is None else user.pk

    def count(self, *spans: tuple[int, int]) -> int:
        """How many households that have not ended lie in any of these places."""
        ended = self.homes["merged"].key
        numbers = [number for key, number in self.home_at.items() if key != ended]
        return sum(any(low <= number < high for low, high in spans) for number in numbers)

    def place_of(self, canary: Canary) -> int | None:
        """Where its subject is now."""
        if canary.person is not None:
            return self.person_at[canary.person]
        return self.home_at[canary.home] if canary.home is not None else canary.at

    def settle(self) -> None:
        """Look where everybody is, after everything has happened."""
        people = Person.objects.within(EVERYWHERE).select_related("household")
        self.home_at = dict(Household.objects.within(EVERYWHERE).values_list("key", "place_number"))
        self.person_at = {person.key: person.place_number for person in people}
        self.standing_at = {
            person.key: person.place_number for person in people if person.left_on is None and person.same_as_id is None
        }
        self.person_home = {person.key: person.household.key for person in people}


def build() -> World:
    """Put the provinces on file; roles of the walk's own must be known by then."""
    world = World()
    target = Path(settings.DATA) / "packs" / "leaks"
    shutil.copytree(Path(__file__).parent / "pack", target, dirs_exist_ok=True)
    _grow()
    _hire(world)
    for name, place in HOMES.items():
        _house(world, name, place)
    _live(world)
    now = screening.run_screening(pack=world.pack, as_of=timezone.localdate(), by=None, at=timezone.now())
    # Of a day before anybody said anything, so that everybody has changed since.
    day = dt.date(2020, 1, 1)
    before = screening.run_screening(pack=world.pack, as_of=day, by=None, at=timezone.now(), is_current=False)
    compared = screening.compare_screenings(before=before, after=now, by=None, at=timezone.now())
    world.comparison = compared.pk
    _try(world, now, before)
    waiting = screening.ask_screening(pack=world.pack, as_of=timezone.localdate(), by=None, at=timezone.now())
    world.runs = [now.pk, waiting.pk]
    _close(world)
    world.settle()
    return world


def _grow() -> None:
    rows = [
        {"code": code, "name": f"Place {code}", "level": level, "parent_code": parent}
        for code, level, parent in of.PLACES
    ]
    places.import_places(rows=rows, valid_from=LONG_AGO, by=None, at=timezone.now())


def _hire(world: World) -> None:
    for persona in (*of.PERSONAS, *of.OTHERS):
        if persona.is_signed_in:
            world.users[persona.username] = _hired(world, persona)


def _hired(world: World, persona: of.Persona) -> User:
    mint, now, who = world.mint, timezone.now(), persona.username
    user = access.create_user(
        username=who, name=mint.word(Kind.USER, "name of a user", owner=who), password=None, by=None, at=now
    )
    User.objects.filter(pk=user.pk).update(email=f"{mint.word(Kind.CLOSED, 'address', owner=who)}@example.org")
    for granted in persona.grants:
        today = timezone.localdate(now)
        days = {"past": (LONG_AGO, today - dt.timedelta(1)), "future": (today + dt.timedelta(2), None)}
        starts_on, ends_on = days.get(granted.when, (LONG_AGO, None))
        low, high = of.span(granted.place)
        purpose = mint.word(Kind.GRANT, "purpose of a grant", owner=who, at=low, upto=high)
        grant = access.grant_role(
            user=user, role=granted.role, place=place_queries.by_code(granted.place), starts_on=starts_on,
            ends_on=ends_on, purpose=purpose, by=None, at=now,
        )  # fmt: skip
        if granted.when == "ended":
            access.end_grant(grant=grant, by=None, at=now - dt.timedelta(seconds=1))
    if who in ("county-c1", "worker-v6"):
        world.factors[who] = _give_factor(mint, user)
    user.refresh_from_db()
    return user


def _give_factor(mint: Mint, user: User) -> tuple[str, str]:
    """A second factor, with its secret and a recovery code."""
    secret = pyotp.random_base32()
    mint.closed(secret, "secret of a second factor", owner=user.username)
    long_ago = timezone.now() - dt.timedelta(hours=1)
    codes = access.enrol_factor(secret=secret, step=pyotp.TOTP(secret).timecode(long_ago), by=user, at=long_ago)
    for code in codes:
        mint.closed(code, "recovery code", owner=user.username)
    mint.closed(Factor.objects.get(user=user).secret, "sealed secret", owner=user.username)
    for digest in RecoveryCode.objects.filter(user=user).values_list("digest", flat=True):
        mint.closed(digest, "digest of a recovery code", owner=user.username)
    return secret, codes[0]


def _house(world: World, name: str, place: str) -> None:
    """A household of two, with everything that may be on file of it, and two sources that contradict each other."""
    mint, key = world.mint, uuid.uuid5(uuid.NAMESPACE_URL, f"leaks:{name}")
    people = tuple(uuid.uuid5(key, str(number)) for number in range(2))
    world.homes[name] = Home(key, people)
    mint.key(key, "key of a household", home=key)
    for person in people:
        mint.key(person, "key of a person", person=person)
    # The head is a person too: their name stands with both, and follows the person; households of this tale keep heads.
    head = mint.word(Kind.NAME, "name of a head", home=key)
    names = [head, mint.word(Kind.NAME, "name of a member", person=people[1])]
    said = ObservationRow(
        uuid.uuid5(key, "visit"), key, "visit", "2020-05-02", _body(mint, key, people),
        mint.word(Kind.FACT, "reporter", home=key),
    )  # fmt: skip
    other = {
        "household": {"told": mint.word(Kind.FACT, "what is disputed", home=key)},
        "persons": {str(people[1]): {"trade": "smith"}},
    }
    rival = ObservationRow(uuid.uuid5(key, "rival"), key, "visit", "2020-05-02", other)
    batch = Batch(
        households=[HouseholdRow(key, place, f"N{head}")],
        persons=[PersonRow(p, key, f"N{called}", n) for n, (p, called) in enumerate(zip(people, names, strict=True))],
        observations=[said, rival],
    )
    report = registry.record_observations(batch=batch, pack=world.pack, by=None, at=timezone.now())
    assert not report.refusals, [refusal.message() for refusal in report.refusals]


def _body(mint: Mint, home: UUID, people: tuple[UUID, ...]) -> dict[str, Any]:
    household = {
        "income": mint.money("income", home=home),
        "remark": mint.word(Kind.FACT, "remark", home=home),
        "told": mint.word(Kind.FACT, "what is disputed", home=home),
        "telephone": mint.digits("139", 11, "telephone", home=home),
        "account": mint.digits("6299", 16, "account", home=home),
    }
    persons = {}
    for person in people:
        born = mint.day("birth", person=person)
        persons[str(person)] = {
            "born_on": born,
            "trade": "farmer",
            "illness": mint.word(Kind.FACT, "illness", person=person),
            "id_number": mint.citizen("ID number", born, person=person),
            "card": mint.citizen("disability card", born, "44", person=person),
        }
    return {"household": household, "persons": persons}


def _live(world: World) -> None:
    """What happens to households: they merge, move, and let people go; somebody corrects, and somebody looks."""
    mint, homes = world.mint, world.homes
    world.was_at = {
        homes["moved"].key: {of.span(of.V1)[0]},
        homes["left"].people[1]: {of.span(of.V2)[0]},
        homes["gave"].people[1]: {of.span(of.V6)[0]},
        homes["v3"].key: {of.span(of.V6)[0]},
        homes["v5"].key: {of.span(of.V2)[0]},  # the journal says in V2 where somebody went
        **{person: {of.span(of.V1)[0]} for person in homes["merged"].people},
    }
    _tell(world, "merge", "merged", other=homes["moved"].key)
    _tell(world, "relocation", "moved", place=of.V4)
    _tell(world, "transfer", "left", people=[homes["left"].people[1]], other=homes["v5"].key)
    _tell(world, "transfer", "gave", people=[homes["gave"].people[1]], other=homes["v3"].key)
    for name in ("v1", "v6"):
        key = homes[name].key
        fact = Household.objects.within(EVERYWHERE).get(key=key).facts["remark"]
        registry.correct_fact(
            scope=EVERYWHERE, subject=registry.Subject(key, "remark", None, fact["o"]),
            value=mint.word(Kind.FACT, "corrected remark", home=key),
            reason=mint.word(Kind.FACT, "reason of a correction", home=key),
            pack=world.pack, by=None, at=timezone.now(),
        )  # fmt: skip


def _tell(world: World, kind: str, name: str, **more: Any) -> None:
    home = world.homes[name]
    told = registry.Told(
        uuid.uuid5(home.key, kind), kind, home.key, dt.date(2020, 6, 1),
        reporter=world.mint.word(Kind.FACT, "who told an event", home=home.key), **more,
    )  # fmt: skip
    registry.record_life_event(scope=EVERYWHERE, told=told, by=None, at=timezone.now())


def _try(world: World, now: Screening, before: Screening) -> None:
    """What if the line were so low that nobody is poor: worked out; two that wait, one of them of somebody who walks; one stopped."""
    screenings = {"done": [now, before], "waiting": [now], "own": [now], "stopped": [now]}
    for name, over in screenings.items():
        by = world.users["prefecture-f1"] if name in ("own", "stopped") else None
        made = planning.propose_what_if(
            name=name, note="", screenings=over, values={"line": "1"}, pack_id="", numbers_of=None, near=Decimal(5),
            groups=[], by=by, at=timezone.now(),
        )  # fmt: skip
        world.what_ifs[name] = made.pk
        if name == "done":
            planning.work_out(found=made, by=None, at=timezone.now())
        if name == "stopped":
            planning.stop_what_if(found=made, by=by, at=timezone.now())


def _close(world: World) -> None:
    """What the database keeps of numbers beside them, which nobody ever reads."""
    for row in Identifier.objects.within(EVERYWHERE):
        world.mint.closed(row.sealed, "sealed number", owner=str(row.owner))
        world.mint.closed(row.mac, "keyed hash", owner=str(row.owner))
