"""Households with a story: the same facts whatever the seed and the scale; documents and tests speak of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from diguan.demo import homes, incomes, lists
from diguan.demo.homes import Facts, Said
from diguan.demo.writing import Files


@dataclass(frozen=True)
class Story:
    """One household: `text` and `title` by language; `cohort` and `standards` are what the rules must find."""

    key: str
    household: str
    place: str
    name: str
    group: str
    cohort: str
    standards: Mapping[str, str]
    title: Mapping[str, str]
    text: Mapping[str, str]
    persons: tuple[tuple[str, str], ...]  # key and name, head first
    observations: tuple[Said, ...]


@cache
def all_stories() -> tuple[Story, ...]:
    found = lists.read("stories")
    return tuple(_story(number, row, found) for number, row in enumerate(found["stories"], start=1))


def by_key(key: str) -> Story:
    """Raises: KeyError."""
    return {story.key: story for story in all_stories()}[key]


def counts() -> dict[str, tuple[int, int]]:
    """Households and persons of each group that the stories fill already."""
    found: dict[str, tuple[int, int]] = {}
    for story in all_stories():
        households, persons = found.get(story.group, (0, 0))
        found[story.group] = (households + 1, persons + len(story.persons))
    return found


def write(files: Files) -> None:
    for story in all_stories():
        files.household(story.household, story.place, story.name)
        for ordinal, (key, name) in enumerate(story.persons, start=1):
            files.person(key, story.household, name, ordinal)
        for number, said in enumerate(story.observations, start=1):
            files.observation(str(uuid.uuid5(uuid.UUID(story.household), str(number))), said)


def _key(story: int, person: int) -> str:
    return f"d1a60000-0000-4000-8000-{story:010d}{person:02d}"


def _story(number: int, row: Mapping[str, Any], found: Mapping[str, Any]) -> Story:
    household = _key(number, 0)
    people = [(_key(number, ordinal), person["name"]) for ordinal, person in enumerate(row["people"], start=1)]
    told = sorted(_told(household, row, found), key=lambda said: said.on)
    return Story(
        key=row["key"],
        household=household,
        place=str(row["place"]),
        name=people[0][1],
        group=row["group"],
        cohort=row["cohort"],
        standards=row["standards"],
        title=row["title"],
        text=row["text"],
        persons=tuple(people),
        observations=tuple(told),
    )


def _told(household: str, row: Mapping[str, Any], found: Mapping[str, Any]) -> list[Said]:
    """The visit that says everything, the yearly updates before it, and what else was said and when."""
    visit, keys = row["visit"], [_key(int(household[-12:-2]), n) for n in range(1, len(row["people"]) + 1)]
    facts = found["usual"]["household"] | dict.fromkeys(incomes.ITEMS, 0) | row["facts"] | row.get("income", {})
    persons = [found["usual"]["person"] | {k: v for k, v in each.items() if k != "name"} for each in row["people"]]
    told = [_said(household, ("visit", visit["by"]), visit["date"], facts, dict(zip(keys, persons, strict=True)))]
    told += _registered(household, row, found["registry"])
    for year, items in row.get("years", {}).items():
        pay = {keys[person - 1]: {"wage_income": wage} for person, wage in items.get("wages", {}).items()}
        others = {key: {"wage_income": 0, "public_post_income": 0} for key in keys}
        amounts = dict.fromkeys(incomes.ITEMS, 0) | {k: v for k, v in items.items() if k not in ("wages", "posts")}
        posts = {keys[person - 1]: {"public_post_income": post} for person, post in items.get("posts", {}).items()}
        stated = {key: other | pay.get(key, {}) | posts.get(key, {}) for key, other in others.items()}
        told.append(_said(household, ("registry", found["registry"]), f"{year}-10-16", amounts, stated))
    for more in row.get("timeline", ()):
        of_persons = {keys[person - 1]: known for person, known in more.get("persons", {}).items()}
        told.append(_said(household, (more["source"], more["by"]), more["date"], more.get("household", {}), of_persons))
    return told


def _registered(household: str, row: Mapping[str, Any], by: str) -> list[Said]:
    told = []
    if "registered" in row:
        entered = {"registry_status": "poor", "registered_on": str(row["registered"])}
        told.append(_said(household, ("registry", by), "2016-10-16", entered, {}))
    if "exited" in row:
        left = {"registry_status": "exited", "exited_on": str(row["exited"])}
        told.append(_said(household, ("registry", by), row["exited"], left, {}))
    return told


def _said(
    household: str,
    who: tuple[str, str],
    on: object,
    facts: Mapping[str, Any],
    persons: Mapping[str, Mapping[str, Any]],
) -> Said:
    """`who` is the source and the reporter."""
    known = {key: _facts(each) for key, each in persons.items()}
    return Said(household, *who, str(on), _facts(facts), known)


def _facts(known: Mapping[str, Any]) -> Facts:
    """Facts as observations state them; ~ in the list means that nobody knows."""
    return {name: _fact(name, value) for name, value in known.items() if value is not None}


_MONEY = frozenset(
    (
        *incomes.ITEMS, "wage_income", "public_post_income", "medical_self_paid", "education_self_paid",
        "other_rigid_spending", "excluded_grants", "insurance_receipts",
    )
)  # fmt: skip


def _fact(name: str, value: Any) -> homes.Fact:
    if name in _MONEY:
        return f"{value:.2f}"
    return value if isinstance(value, bool | int | str) else str(value)
