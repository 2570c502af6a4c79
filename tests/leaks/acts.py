"""Actions and queries asked past the pages: each answers for itself, so that a page that forgets to ask opens nothing."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyotp
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils import timezone
from tests.leaks import acts_of_linkage as linkage
from tests.leaks import personas as of
from tests.leaks.affairs import COLUMNS
from tests.leaks.asks_of_exports import GIVEN
from tests.leaks.asks_of_households import REASON, given_by
from tests.leaks.canaries import Kind
from tests.leaks.effects import administers
from tests.leaks.personas import PERSONAS
from tests.leaks.province import EVERYWHERE, World
from tests.leaks.shown import EVERYBODY, Ask, Route

from diguan.access import actions as access
from diguan.access.decision import NotAllowed
from diguan.access.models import Grant, User
from diguan.access.scope import Scope
from diguan.exports import actions as exports
from diguan.exports.lists import ListUnavailable
from diguan.intake import actions as intake
from diguan.intake import dictionaries, keeping, outcomes
from diguan.linkage.actions import EntryChanged, VerdictGiven
from diguan.places import queries as places
from diguan.registry import actions as registry
from diguan.registry import as_of, queries, snapshots
from diguan.registry.models import Household, Identifier, Person
from diguan.screening import queries as screening
from diguan.screening.models import Result

REFUSALS = (
    NotAllowed, ObjectDoesNotExist, ValidationError, ListUnavailable, intake.NotAllowed, registry.FactChanged,
    registry.CorrectionRefused, registry.LifeEventRefused, registry.NotOne, registry.ReasonMissing, VerdictGiven,
    EntryChanged, access.CodeRefused,
)  # fmt: skip
_SHEET = frozenset({Kind.NAME, Kind.FACT, Kind.KEY, Kind.END})
_USERS = frozenset({Kind.USER, Kind.GRANT})
_EXPORTS = frozenset({Kind.EXPORT, Kind.USER})
Call = Callable[[World, User], object]


def _ask(name: str, call: Call, **more: Any) -> Ask:
    return Ask(name, "act", call=call, **more)


def _scope(user: User, permission: str) -> Scope:
    return Scope(tuple(EVERYBODY[user.username].where(permission)))


def _users(world: World) -> list[Ask]:
    now, made = timezone.now(), []
    for who in ("village-v1", "worker-v6", "two-places", "administrator-c1", "closed", "stranger"):
        acts = (access.deactivate, access.reactivate, access.reset_factor, access.sign_out_everywhere)
        made += [
            _ask(f"{act.__name__} {who}", lambda w, by, who=who, act=act: act(user=w.users[who], by=by, at=now))
            for act in acts
        ]
        made.append(_ask(f"unlock {who}", lambda w, by, who=who: _unlocked(w, by, who)))
        made.append(
            _ask(f"set_password {who}", lambda w, by, who=who: access.set_password(
                user=w.users[who], password="Another-1-word", by=by, at=now))
        )  # fmt: skip
        made += [
            _ask(f"end_grant {grant.pk}", lambda w, by, pk=grant.pk: access.end_grant(
                grant=Grant.objects.get(pk=pk), by=by, at=now))
            for grant in Grant.objects.filter(user=world.users[who], ended_at=None)
        ]  # fmt: skip
    for place in (of.V1, of.C1, of.P1, of.V6):
        made += [
            _ask(f"grant_role {who} {place}", lambda w, by, who=who, place=place: access.grant_role(
                user=w.users[who] if who else by, role="analyst", place=places.by_code(place),
                starts_on=timezone.localdate(), by=by, at=now))
            for who in ("stranger", "")
        ]  # fmt: skip
    made.append(_ask("create_user", lambda w, by: access.create_user(username="made", name="Made", by=by, at=now)))
    return made


def _unlocked(world: World, by: User, who: str) -> object:
    """It leaves no row but in the journal; that it was let through tells."""
    access.unlock(user=world.users[who], by=by, at=timezone.now())
    may = administers(next(each for each in PERSONAS if each.username == by.username), who)
    assert may, "lets somebody try again whom they do not administer"
    return None


def _removed(world: World, by: User) -> None:
    access.remove_factor(by=by, at=timezone.now())
    grants = EVERYBODY[by.username].grants
    assert not any(grant.when == "now" and len(grant.place) <= 6 for grant in grants), "does without what is demanded"


def _factors(world: World) -> list[Ask]:
    """One's own second factor opens to one's own codes; what is renewed or removed is one's own."""
    made = [
        _ask("renew codes", lambda w, by: bool(access.renew_recovery_codes(by=by, at=timezone.now()))),
        _ask("remove factor", _removed),
        _ask("enrol", lambda w, by: bool(
            access.enrol_factor(secret=pyotp.random_base32(), step=1, by=by, at=timezone.now()))),
    ]  # fmt: skip
    for who, (secret, code) in world.factors.items():
        made.append(
            _ask(f"use a recovery code of {who}", lambda w, by, c=code: access.pass_factor(code=c, by=by, at=timezone.now()),
                 owner=who)
        )  # fmt: skip
        made.append(
            _ask(f"use the six digits of {who}", lambda w, by, s=secret: access.pass_factor(
                code=pyotp.TOTP(s).now(), by=by, at=timezone.now()), owner=who)
        )  # fmt: skip
    return made


def _exports(world: World) -> list[Ask]:
    now, made = timezone.now(), []
    for name, export in world.exports.items():
        acts: Mapping[str, Call] = {
            "approve": lambda w, by, e=export: exports.approve_export(export=e, by=by, at=now),
            "refuse": lambda w, by, e=export: exports.refuse_export(export=e, reason="Not needed", by=by, at=now),
            "make": lambda w, by, e=export: exports.make_export(export=e, by=by, at=now),
        }
        made += [_ask(f"{act} {name}", call) for act, call in acts.items()]
        is_shut = name not in GIVEN["file/"]
        owner = world.asked_by[name]
        made.append(_ask(f"fetch {name}", lambda w, by, e=export: _fetched(e, by), is_shut=is_shut, owner=owner))
    for place in ("", of.V3, of.V6):
        params = {"place": place} if place else {}
        made.append(
            _ask(f"ask {place}", lambda w, by, params=params: exports.ask_for_export(
                list_id="households", params=params, columns=COLUMNS, file_format="csv", purpose="A walk", by=by, at=now))
        )  # fmt: skip
    return made


def _fetched(export: Any, by: User) -> bytes:
    """What lies in the file that is given out; its rows are other people's than its own words."""
    path: Path = exports.fetch_export(export=export, by=by, at=timezone.now())
    if path.suffix == ".csv":
        return path.read_bytes()
    with tempfile.TemporaryDirectory():
        import openpyxl

        book = openpyxl.load_workbook(path)
        return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row).encode()


def _readings(world: World) -> list[Ask]:
    """Queries within the scope of reading, about households inside and outside of it."""
    made = []
    for name in ("v1", "v3", "v6", "moved"):
        home = Household.objects.within(EVERYWHERE).get(key=world.homes[name].key)

        def told(world: World, by: User, home: Household = home) -> object:
            scope = _scope(by, "households.read")
            result = screening.result_for(scope, home)
            said = queries.observations(scope, home)
            people = queries.members(scope, home)
            return (
                [(person.key, person.facts) for person in people], [(each.body, each.reporter) for each in said],
                queries.fact_history(scope, home, "remark"), [owner.owner for owner in queries.identifiers(scope, home).values()],
                None if result is None else result.household.key,
            )  # fmt: skip

        made.append(_ask(f"read {name}", told))
        made.append(_ask(f"owner of a number of {name}", lambda w, by, n=name: _owners(w, by, n)))
    past = ("v1", "v3", "v6", "moved", "merged", "left")
    made += [_ask(f"as of {name}", lambda w, by, n=name: _as_of(w, by, n)) for name in past]
    made += [_ask(f"plain number of {name}", lambda w, by, n=name: _plain(w, by, n)) for name in ("v1", "v2", "v6")]
    made.append(_ask("count", _count, counts="told"))
    made.append(_ask("list", lambda w, by: [h.key for h in queries.households(_scope(by, "households.read"))]))
    made.append(_ask("screening", _screened))
    made.append(_ask("snapshot", _snapshot))
    return made


def _as_of(world: World, by: User, name: str) -> object:
    """A household as it was, events and disputes with it; where it was once, nobody hears who may not see where it is."""
    scope, home = _scope(by, "households.read"), _home(world, name)
    day = timezone.localdate().replace(year=2020, month=5, day=20)
    moment = as_of.Moment(day)
    facts = as_of.facts_as_of(scope, home, day, pack=world.pack)
    is_theirs = any(low <= home.place_number < high for low, high in scope.ranges)
    assert is_theirs or as_of.place_as_of(scope, home, moment) == home.place.name, "tells where it was"
    members = as_of.members_as_of(scope, home, moment)
    events = [(event.reporter, event.household.key) for event in as_of.life_events(scope, home)]
    successor = queries.successor(scope, home)
    return [facts.household, facts.persons, [each.key for each in members], events,
            queries.disputed_facts(scope, [home]), successor and successor.key]  # fmt: skip


def _screened(world: World, by: User) -> object:
    """What a screening found, asked about households wherever they are."""
    scope = _scope(by, "households.read")
    results = list(Result.objects.within(EVERYWHERE).select_related("household"))
    homes = {each.household_id: each.household for each in results}
    counted = screening.in_cohorts(scope, homes)
    ill = screening.people_at_fault(scope, "ill", results)
    wanted = screening.Wanted(standard="well", outcome="not_met")
    return [[homes[number].key for number in counted], [person.key for people in ill.values() for person in people],
            [each.household.key for each in screening.every(scope, wanted)]]  # fmt: skip


def _plain(world: World, by: User, name: str) -> object:
    home = _home(world, name)
    value = home.facts["telephone"]["v"]
    # Whoever may not read a number in clear is given its state at most; the number itself is nobody's on this way.
    told = queries.plain_value(_scope(by, "identifiers.reveal"), home, "telephone", value, world.pack)
    may = EVERYBODY[by.username].may("identifiers.reveal", home.place_number)
    return "" if may else told


def _count(world: World, by: User) -> int:
    """How many are on file; ours counts none that have ended."""
    scope, ended = _scope(by, "households.read"), world.home_at[world.homes["merged"].key]
    return queries.household_count(scope) - any(low <= ended < high for low, high in scope.ranges)


def _owners(world: World, by: User, name: str) -> object:
    person = world.homes[name].people[0]
    number = next(
        each.text for each in world.mint.known.values()
        if each.kind is Kind.NUMBER and each.person == person and each.what == "ID number"
    )  # fmt: skip
    return list(queries.owners(_scope(by, "households.read"), "gb11643", [number]).values())


def _snapshot(world: World, by: User) -> object:
    """The rows of a snapshot of a past day, written within the scope of somebody."""
    scope = _scope(by, "households.read")
    if by.username not in ("village-v1", "two-places", "splinter") or scope.is_empty:
        return None
    with tempfile.TemporaryDirectory() as folder:
        made = snapshots.write(pack=world.pack, as_of=timezone.localdate(), folder=Path(folder), scope=scope)
        files = [str(file) for file in made.folder.rglob("*.parquet")]
        past = snapshots.write(
            pack=world.pack,
            as_of=timezone.localdate().replace(year=2020, month=5, day=20),
            folder=Path(folder) / "past",
            scope=scope,
        )
        files += [str(file) for file in past.folder.rglob("*.parquet")]
        with duckdb.connect() as connection:
            return [connection.execute("SELECT * FROM read_parquet(?)", [file]).fetchall() for file in files]


def _writings(world: World) -> list[Ask]:
    """Actions of the registry within the scope of writing, with subjects and parties outside of it."""
    made = []
    for name in ("v1", "v3", "v6"):
        key = world.homes[name].key
        subject = registry.Subject(key, "remark", None, given_by(key, "remark"))
        made.append(
            _ask(f"correct {name}", lambda w, by, s=subject: registry.correct_fact(
                scope=_scope(by, "registry.write"), subject=s, value="right", reason=REASON, pack=w.pack, by=by,
                at=timezone.now()))
        )  # fmt: skip
        made.append(
            _ask(f"correct {name} for nothing", lambda w, by, s=subject: registry.correct_fact(
                scope=_scope(by, "registry.write"), subject=s, value="right", reason=" ", pack=w.pack, by=by,
                at=timezone.now()), lacks_reason=True)
        )  # fmt: skip
        made += [
            _ask(
                f"settle {name} {reason}",
                lambda w, by, n=name, r=reason: _settled(w, by, n, r),
                lacks_reason=not reason,
            )
            for reason in (REASON, "")
        ]
    for kept, double in (("v1", "v6"), ("v6", "v1"), ("v3", "v1")):
        made += [
            _ask(f"unite {kept} {double} {reason}", lambda w, by, k=kept, d=double, r=reason: _united(w, by, k, d, r),
                 lacks_reason=not reason)
            for reason in (REASON, "")
        ]  # fmt: skip
    made += [
        _ask(f"relocate {name} to {place}", lambda w, by, n=name, p=place: _lived(w, by, "relocation", n, place=p))
        for name, place in (("v1", of.V6), ("v1", of.V3), ("v3", of.V1), ("v6", of.V1))
    ]
    made += [
        _ask(f"{kind} of {name} with {other}", lambda w, by, k=kind, n=name, o=other: _lived_with(w, by, k, n, o))
        for kind in ("merge", "transfer", "departure")
        for name, other in (("v1", "v3"), ("v1", "v6"), ("v6", "v1"), ("v3", "v1"))
    ]
    return made


def _home(world: World, name: str) -> Household:
    found: Household = Household.objects.within(EVERYWHERE).get(key=world.homes[name].key)
    return found


def _settled(world: World, by: User, name: str, reason: str) -> object:
    fact = _home(world, name).facts["told"]
    return registry.settle_conflict(
        scope=_scope(by, "registry.write"), subject=registry.Subject(world.homes[name].key, "told", None, fact["o"]),
        chosen=fact["c"][0], reason=reason, pack=world.pack, by=by, at=timezone.now(),
    )  # fmt: skip


def _united(world: World, by: User, kept: str, double: str, reason: str) -> object:
    people = [Person.objects.within(EVERYWHERE).get(key=world.homes[name].people[1]) for name in (kept, double)]
    return registry.unite_persons(
        scope=_scope(by, "registry.write"), kept=people[0], double=people[1], reason=reason, pack=world.pack, by=by,
        at=timezone.now(),
    )  # fmt: skip


def _lived_with(world: World, by: User, kind: str, name: str, other: str) -> object:
    """Somebody or some household of elsewhere takes part."""
    there = world.homes[other]
    if kind == "merge":
        return _lived(world, by, kind, name, other=there.key)
    if kind == "departure":
        return _lived(world, by, kind, name, people=[there.people[1]])
    return _lived(world, by, kind, name, people=[world.homes[name].people[1]], other=there.key)


def _lived(world: World, by: User, kind: str, name: str, **more: Any) -> object:
    told = registry.Told(uuid.uuid4(), kind, world.homes[name].key, timezone.localdate(), **more)
    return registry.record_life_event(scope=_scope(by, "registry.write"), told=told, by=by, at=timezone.now()).pk


def _numbers(world: World) -> list[Ask]:
    made = []
    for name in ("v1", "v2", "v3", "v6"):
        home = world.homes[name]
        kept = Identifier.objects.within(EVERYWHERE).get(owner=home.key, variable="telephone")
        made += [
            _ask(f"reveal {name}", lambda w, by, h=household, k=kept.pk: _revealed(by, h, k, REASON), gives_reason=True)
            for household in {home.key, world.homes["v2"].key}
        ]
        made.append(_ask(f"reveal {name} for nothing", lambda w, by, h=home.key, k=kept.pk: _revealed(by, h, k, " ")))
    return made


def _revealed(by: User, household: UUID, identifier: int, reason: str) -> str:
    return registry.reveal_identifier(
        scope=_scope(by, "identifiers.reveal"), household=household, identifier=identifier, reason=reason, by=by,
        at=timezone.now(),
    )  # fmt: skip


def _subjects(world: World) -> list[Ask]:
    made = []
    for name, number in (("v1", 0), ("v3", 1), ("v6", 1), ("v5", 0), ("gave", 1)):
        person = Person.objects.within(EVERYWHERE).get(key=world.homes[name].people[number])
        made += [
            _ask(f"hand over {name} {reason}", lambda w, by, p=person, r=reason: registry.hand_over(
                scope=_scope(by, "subject.access"), person=p, reason=r, pack=w.pack, by=by, at=timezone.now()),
                gives_reason=bool(reason), person=person.key)
            for reason in (REASON, "")
        ]  # fmt: skip
    return made


def _imports(world: World) -> list[Ask]:
    """A file that names households, people and places of others: tried, and applied."""

    def carried(world: World, by: User, stage: str) -> object:
        name = {"village-v1": "tried", "reduced": "outlived"}.get(by.username, "")
        if not name:
            return None
        found = world.imports[name]
        type(found).objects.filter(pk=found.pk).update(stage=stage, slices_done=0)
        found = type(found).objects.get(pk=found.pk)
        carry, part = {"trying": (intake.try_import, "trial"), "applying": (intake.apply_import, "applied")}[stage]
        carry(found=found, by=by, at=timezone.now())
        return outcomes.households(keeping.folder(found) / part, dictionaries.words("leaks"))

    return [_ask(stage, lambda w, by, s=stage: carried(w, by, s)) for stage in ("trying", "applying")]


ACTS: Mapping[str, Route] = {
    "acts on users": Route(_users, "people.manage", _USERS),
    "acts on factors": Route(_factors),
    "acts on exports": Route(_exports, "exports.request", _EXPORTS | {Kind.NAME, Kind.KEY}),
    "reads": Route(_readings, "households.read", _SHEET),
    "writes": Route(_writings, "registry.write", _SHEET),
    "acts on numbers": Route(_numbers, "identifiers.reveal", _SHEET | {Kind.NUMBER}),
    "acts on subjects": Route(_subjects, "subject.access", _SHEET | {Kind.NUMBER, Kind.TRACE}),
    "reads of linkage": Route(linkage.readings, "linkage.read", _SHEET),
    "words on pairs": Route(linkage.verdicts, "linkage.decide", _SHEET),
    "words on entries": Route(linkage.follow_ups, "registry.write", _SHEET),
    "lists sent": Route(linkage.sendings, "rolls.send"),
    "imports tried": Route(_imports, "registry.write", frozenset({Kind.FILE, Kind.KEY, Kind.FACT})),
}
