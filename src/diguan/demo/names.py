"""Made-up names of people who do not exist."""

from __future__ import annotations

import random
from functools import cache

from diguan.demo import lists
from diguan.demo.lists import Lot

_KOREAN = "2224"  # the prefecture with surnames of its own
_OLD, _YOUNG = 48, 20


@cache
def _surnames(korean: bool) -> Lot[str]:
    found = lists.read("names")
    pairs = list(found["surnames"].items())
    return Lot(pairs + list(found["surnames_2224"].items()) if korean else pairs)


@cache
def _given(sex: str, age_group: str) -> tuple[str, ...]:
    return tuple(lists.read("names")["given"][sex + age_group])


def surname(chance: random.Random, place: str) -> str:
    return _surnames(place.startswith(_KOREAN)).draw(chance)


def given(chance: random.Random, sex: str, age: int) -> str:
    """One or two characters of the time in which the person was born."""
    group = "_old" if age >= _OLD else "_young" if age < _YOUNG else ""
    characters = _given(sex, group)
    first = chance.choice(characters)
    return first if chance.random() < 0.12 else first + chance.choice(characters)


def adult(chance: random.Random, place: str) -> str:
    """The whole name of somebody at work."""
    sex = "female" if chance.random() < 0.35 else "male"
    return surname(chance, place) + given(chance, sex, 40)
