"""Who lives together: ages that fit the relation, health and capacity for work that fit the age."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from diguan.demo import lists, names
from diguan.demo.census import Slot
from diguan.demo.homes import Facts, Kind, Member
from diguan.demo.lists import Lot
from diguan.demo.policy import Policy
from diguan.demo.villages import Village

PUPILS = ("pupil", "grandpupil")
_LEAST_HEAD = {
    "pupil": 28,
    "small": 24,
    "youth": 40,
    "grown_child": 46,
    "grandpupil": 60,
    "grandsmall": 60,
    "old_parent": 28,
}
_GROWN = 18


@cache
def _compositions(flavour: str, size: int, needs: str) -> Lot[tuple[str, ...]] | None:
    """Compositions of a size with their weights; `needs` names what must be among them: "", pupils or work."""
    found = lists.read("people")
    rows = [(tuple(roles), weight) for weight, *roles in found["compositions"][flavour][size]]
    if needs == "pupils":
        rows = [(roles, weight) for roles, weight in rows if any(role in PUPILS for role in roles)]
    if needs == "work":
        rows = [(roles, weight) for roles, weight in rows if roles[0] in found["heads_that_work"]]
    return Lot(rows) if rows else None


def _may_concern_pupils(kind: Kind) -> bool:
    return kind.gaps + kind.unknown > 0


def _can_have_pupils(kind: Kind, size: int) -> bool:
    return _compositions(_flavour(kind), size, "pupils") is not None


def _flavour(kind: Kind) -> str:
    return "young" if kind.is_ordinary or kind.risk == "absent" else "old"


def draw(chance: random.Random, policy: Policy, village: Village, slot: Slot) -> list[Member]:
    """The members of one household, head first."""
    kind, size = slot.kind, slot.size
    pupils = _may_concern_pupils(kind) and _can_have_pupils(kind, size) and chance.random() < 0.5
    needs = "pupils" if pupils else "work" if kind.risk == "absent" else ""
    lot = _compositions(_flavour(kind), size, needs)
    if lot is None:
        raise ValueError(f"no composition of {size} with {needs}")
    roles = lot.draw(chance)
    ages = _ages(chance, policy, roles)
    members = [_member(chance, policy, village, role, age) for role, age in zip(roles, ages, strict=True)]
    _name(chance, village, members)
    for member in members:
        _describe(chance, policy, kind, member)
    return members


def _ages(chance: random.Random, policy: Policy, roles: Sequence[str]) -> list[int]:
    table = lists.read("people")["roles"]
    low, high = table[roles[0]]["age"]
    low = min(high, max([low, *(_LEAST_HEAD.get(role, 0) for role in roles[1:])]))
    head = min(high, low + int((high - low + 1) * chance.betavariate(1.3, 2.2)))
    return [head, *(_age(chance, policy, table[role], head) for role in roles[1:])]


def _age(chance: random.Random, policy: Policy, role: dict[str, Any], head: int) -> int:
    low, high = policy.school if role["age"] == "school" else role["age"]
    if "younger" in role:
        first, last = role["younger"]
        low, high = _within(low, high, head - last, head - first)
    elif "older" in role:
        first, last = role["older"]
        low, high = _within(low, high, head + first, head + last)
    elif "near" in role:
        first, last = role["near"]
        low, high = _within(low, high, head + first, head + last)
    return chance.randint(low, high)


def _within(low: int, high: int, first: int, last: int) -> tuple[int, int]:
    """The part of first..last between low and high; where there is none, the nearer end."""
    a, b = max(low, first), min(high, last)
    return (a, b) if a <= b else ((high, high) if first > high else (low, low))


def _member(chance: random.Random, policy: Policy, village: Village, role: str, age: int) -> Member:
    spec = lists.read("people")["roles"][role]
    share = spec.get("sex", {"male": 50})["male"]
    if role == "elder":
        share = 56
    sex = "male" if chance.random() * 100 < share else "female"
    facts: Facts = {
        "birth_date": _birth(chance, policy.as_of, age),
        "sex": sex,
        "relation_to_head": spec["relation"],
    }
    return Member(lists.uuid(chance), "", role, spec["relation"], age, facts)


def _birth(chance: random.Random, as_of: date, age: int) -> str:
    """A birthday on which the person is `age` full years old on the day."""
    last = date(as_of.year - age, as_of.month, as_of.day)
    return date.fromordinal(last.toordinal() - chance.randint(0, 364)).isoformat()


def _name(chance: random.Random, village: Village, members: list[Member]) -> None:
    """Surnames pass from the father; wives keep their own."""
    head = members[0]
    own = names.surname(chance, village.code)
    family = own if head.sex == "male" else names.surname(chance, village.code)
    parents = 0
    for member in members:
        if member.relation == "spouse":
            member.facts["sex"] = "female" if head.sex == "male" else "male"
        if member.relation == "parent":
            parents += 1
            if parents == 2:
                member.facts["sex"] = "female" if members[members.index(member) - 1].sex == "male" else "male"
        surname = own if member is head or member.relation == "sibling" else family
        if member.relation == "child_in_law" or (member.relation == "spouse" and member.sex == "female"):
            surname = names.surname(chance, village.code)
        if member.relation == "parent" and member.sex == "female":
            surname = names.surname(chance, village.code)
        member.name = surname + names.given(chance, str(member.sex), member.age)


@cache
def _lot(*path: str) -> Lot[str]:
    found = lists.read("people")
    for step in path:
        found = found[step]
    return Lot(found)


def _describe(chance: random.Random, policy: Policy, kind: Kind, member: Member) -> None:
    who = "ordinary" if kind.is_ordinary or kind.risk == "absent" else "poor"
    stage = "child" if member.age <= policy.school[1] else "adult" if member.age < policy.elderly else "elderly"
    health = _lot("health", who, stage).draw(chance)
    if kind.risk == "absent":
        health = "healthy"
    facts = member.facts
    facts["health_status"] = health
    set_disability(chance, member, health == "disabled" or (health != "healthy" and chance.random() < 0.04))
    facts["labour_capacity"] = "none" if stage == "child" else _lot("labour", stage, health).draw(chance)
    if member.role == "youth":
        facts["labour_capacity"] = "none" if member.age <= _GROWN else facts["labour_capacity"]
    facts["education_level"] = _schooling(chance, member)
    facts["student_status"] = _student(chance, policy, member)


def set_disability(chance: random.Random, member: Member, disabled: bool) -> None:
    """The certificate, or its absence."""
    member.facts["disability_kind"] = _lot("disability_kinds").draw(chance) if disabled else "none"
    member.facts["disability_grade"] = _lot("disability_grades").draw(chance) if disabled else "none"


def make_ill(chance: random.Random, member: Member) -> None:
    """Give a household's only risk: an illness, or a disability."""
    disabled = chance.random() < 0.35
    illness = "serious_illness" if chance.random() < 0.25 else "chronic"
    member.facts["health_status"] = "disabled" if disabled else illness
    set_disability(chance, member, disabled)
    if member.facts["labour_capacity"] != "none":
        member.facts["labour_capacity"] = _lot("labour", "adult", str(member.facts["health_status"])).draw(chance)


def _schooling(chance: random.Random, member: Member) -> str:
    if member.age < _GROWN:
        return "none" if member.age < 12 else "primary" if member.age < 16 else "junior_secondary"
    stage = "old" if member.age >= 62 else "adult" if member.age >= 36 else "young"
    return _lot("education", stage).draw(chance)


def _student(chance: random.Random, policy: Policy, member: Member) -> str:
    first, last = policy.school
    if member.age < first:
        return "not_due"
    if member.age <= last:
        # Children start in the September after their birthday of the first school age.
        has_started = str(member.facts["birth_date"]) < date(policy.as_of.year - first - 1, 9, 1).isoformat()
        return "enrolled" if has_started else "not_due"
    if member.role == "youth":
        return "enrolled" if chance.random() < (0.85 if member.age <= _GROWN else 0.45) else "completed"
    return "not_applicable"
