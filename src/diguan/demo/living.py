"""Food, clothing, schooling, health care, housing and water; and where a household falls short or nobody looked."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from diguan.demo import homes, lists, people
from diguan.demo.homes import Home
from diguan.demo.lists import Lot
from diguan.demo.policy import Policy

_WORKS = (date(2016, 6, 1), date(2019, 8, 31))


def describe(chance: random.Random, policy: Policy, home: Home) -> None:
    """Facts with which every standard but income is met; then the gaps, then what nobody looked at."""
    home.facts |= {
        "staple_food_enough": True,
        "protein_food_when_wanted": True,
        "seasonal_clothing": True,
        "winter_bedding": True,
        "care_nearby": True,
    }
    _house(chance, policy, home)
    _water(chance, policy, home)
    _insurance(chance, policy, home)
    short = _standards(chance, home, "gaps", home.kind.gaps)
    for standard in short:
        _GAPS[standard](chance, policy, home)
    for standard in _standards(chance, home, "unlooked", home.kind.unknown):
        _FORGET[standard](chance, home)


@cache
def _lot(name: str, has_pupils: bool) -> Lot[str]:
    weights = dict(lists.read("mix")[name])
    if not has_pupils:
        del weights["education"]
    return Lot(weights)


def _standards(chance: random.Random, home: Home, name: str, count: int) -> list[str]:
    """One standard, and now and then a second one."""
    if not count:
        return []
    lot = _lot(name, home.has_pupils)
    found = [lot.draw(chance)]
    if chance.random() < 0.08:
        second = lot.draw(chance)
        # A second thing that nobody looked at is as good as the first; a second gap as well.
        found += [second] if second not in found else []
    return found


def _house(chance: random.Random, policy: Policy, home: Home) -> None:
    facts, size = home.facts, len(home.members)
    facts["housing_area"] = f"{round(chance.triangular(28, 96, 42 + 6 * size))}"
    facts["housing_grade"] = "A" if chance.random() < (0.3 if home.kind.is_ordinary else 0.16) else "B"
    share = 0.36 if home.kind.is_registered else 0.1
    if chance.random() < share:
        works = homes.day(chance, *_WORKS)
        facts["housing_works_on"] = works.isoformat()
        facts["housing_appraised_on"] = (works + timedelta(days=chance.randint(12, 60))).isoformat()
    else:
        facts["housing_appraised_on"] = homes.day(chance, date(2016, 3, 1), date(2019, 9, 20)).isoformat()


def _water(chance: random.Random, policy: Policy, home: Home) -> None:
    facts, village = home.facts, home.village
    facts["water_dry_area"] = village.is_dry
    facts["water_quality"] = "qualified"
    piped = village.piped and chance.random() < 0.94
    facts["water_supply"] = "piped" if piped else "well" if chance.random() < 0.85 else "spring"
    facts["water_in_house"] = piped or chance.random() < 0.6
    if not facts["water_in_house"]:
        facts["water_minutes"] = str(chance.randint(3, policy.minutes))
    least = policy.litres_dry if village.is_dry else policy.litres
    facts["water_litres"] = str(max(least, round(chance.gauss(least + 24, 10))))
    facts["water_short_days"] = 0 if chance.random() < 0.6 else chance.randint(1, policy.short_days // 2)


def _insurance(chance: random.Random, policy: Policy, home: Home) -> None:
    for member in home.members:
        member.facts["basic_medical_insurance"] = True
        member.facts["critical_illness_cover"] = True
        member.facts["medical_aid"] = home.kind.is_registered or home.kind.status == "unknown"
        if member.age > policy.school[1]:
            member.facts["pension_enrolled"] = chance.random() < 0.97


def _food(chance: random.Random, policy: Policy, home: Home) -> None:
    home.facts["protein_food_when_wanted" if chance.random() < 0.9 else "staple_food_enough"] = False


def _clothing(chance: random.Random, policy: Policy, home: Home) -> None:
    home.facts["winter_bedding" if chance.random() < 0.7 else "seasonal_clothing"] = False


def _pupil(home: Home) -> homes.Member:
    return next(member for member in home.members if member.role in people.PUPILS)


def _education(chance: random.Random, policy: Policy, home: Home) -> None:
    _pupil(home).facts["student_status"] = "dropout"


def _health(chance: random.Random, policy: Policy, home: Home) -> None:
    if chance.random() < 0.2:
        home.facts["care_nearby"] = False
        return
    member = chance.choice(home.members)
    registered = home.kind.status == "poor" or home.kind.status == "exited"
    what = Lot({"basic_medical_insurance": 45, "critical_illness_cover": 25, "medical_aid": 30 if registered else 0})
    member.facts[what.draw(chance)] = False


def _housing(chance: random.Random, policy: Policy, home: Home) -> None:
    facts = home.facts
    facts["housing_grade"] = "C" if chance.random() < 0.72 else "D"
    facts["housing_appraised_on"] = homes.day(chance, date(2018, 4, 1), date(2019, 9, 20)).isoformat()
    facts.pop("housing_works_on", None)
    if chance.random() < 0.35:  # repaired, and nobody has come to appraise it again
        facts["housing_works_on"] = homes.day(chance, date(2019, 9, 25), date(2019, 11, 10)).isoformat()


def _thirst(chance: random.Random, policy: Policy, home: Home) -> None:
    facts = home.facts
    what = Lot({"far": 40, "quality": 28, "litres": 14, "days": 18}).draw(chance)
    if what == "quality":
        facts["water_quality"] = "unqualified"
    elif what == "days":
        facts["water_short_days"] = policy.short_days + chance.randint(2, 60)
    elif what == "litres":
        facts["water_litres"] = str(chance.randint(policy.litres_dry // 2, policy.litres_dry - 1))
    else:
        facts |= {"water_supply": "well" if chance.random() < 0.7 else "spring", "water_in_house": False}
        facts["water_minutes"] = str(policy.minutes + chance.randint(2, 30))


_GAPS: dict[str, Callable[[random.Random, Policy, Home], None]] = {
    "food": _food,
    "clothing": _clothing,
    "education": _education,
    "health": _health,
    "housing": _housing,
    "water": _thirst,
}


def _forget_one(*names: str) -> Callable[[random.Random, Home], None]:
    return lambda chance, home: _drop(home, chance.choice(names))


def _drop(home: Home, *names: str) -> None:
    for name in names:
        home.facts.pop(name, None)


def _forget_cover(chance: random.Random, home: Home) -> None:
    if chance.random() < 0.25:
        _drop(home, "care_nearby")
    else:
        chance.choice(home.members).facts.pop(
            chance.choice(("basic_medical_insurance", "critical_illness_cover")), None
        )


_FORGET: dict[str, Callable[[random.Random, Home], None]] = {
    "food": _forget_one("protein_food_when_wanted"),
    "clothing": _forget_one("winter_bedding", "seasonal_clothing"),
    "education": lambda chance, home: _drop_status(home),
    "health": _forget_cover,
    "housing": lambda chance, home: _drop(home, "housing_grade", "housing_appraised_on"),
    "water": _forget_one("water_quality", "water_litres", "water_short_days"),
}


def _drop_status(home: Home) -> None:
    _pupil(home).facts.pop("student_status", None)
