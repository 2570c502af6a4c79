"""What the registry said of a household in earlier years: updates, works on the house, water, the exit.

Of the yearly updates the first one is on file and those since 2018.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from diguan.demo import homes, id_numbers
from diguan.demo.homes import Facts, Home, Member, Said
from diguan.demo.policy import Policy

FIRST_YEAR, LAST_YEAR = 2016, 2019
_KEPT_SINCE = 2018
# Said once, when the household comes into the yearly updates.
STANDING = (
    "registered_on", "household_attribute", "main_cause", "second_cause", "third_cause", "relocated",
    "cooperative_member", "arable_land", "forest_land",
)  # fmt: skip
IDENTITY = ("birth_date", "sex", "relation_to_head", "education_level", id_numbers.NAME)
HOUSING = ("housing_grade", "housing_appraised_on", "housing_works_on")
WATER = (
    "water_supply", "water_quality", "water_litres", "water_dry_area", "water_in_house", "water_minutes", "water_short_days",
)  # fmt: skip

# Items of a year as a share of today's, by year.
_GROWTH = {"exited": (0.6, 0.71, 0.82, 0.93), "poor": (0.8, 0.84, 0.89, 0.95)}
_PENSION = (0.78, 0.78, 0.87, 1.0)
_FIRST_POSTS = 2018


def updates(chance: random.Random, policy: Policy, home: Home, *, until: int) -> Iterator[Said]:
    """The yearly updates from the household's first one to that of the year `until`."""
    assert home.registered is not None
    first = max(FIRST_YEAR, home.registered.year)
    for year in sorted({first, *range(_KEPT_SINCE, until + 1)}):
        if not first <= year <= until:
            continue
        on = homes.day(chance, date(year, 10, 8), date(year, 10, 29))
        said = Said(home.key, "registry", home.village.department("registry"), on.isoformat(), {})
        if year == first:
            said.facts |= {"registry_status": "poor"} | {
                name: home.facts[name] for name in STANDING if name in home.facts
            }
            said.persons = {member.key: _as_first_told(chance, member) for member in _present(home, on)}
        _income(chance, policy, home, year, said)
        yield said
        if year == first:
            yield from _improvements(chance, home, said, on)
    if home.exited is not None:
        told = {"registry_status": "exited", "exited_on": home.exited.isoformat()}
        on = home.exited + timedelta(days=chance.randint(2, 9))
        yield Said(home.key, "registry", home.village.department("registry"), on.isoformat(), dict(told))


def _present(home: Home, on: date) -> list[Member]:
    return [member for member in home.members if str(member.facts["birth_date"]) <= on.isoformat()]


def _as_first_told(chance: random.Random, member: Member) -> Facts:
    told = {name: member.facts[name] for name in IDENTITY if name in member.facts}
    if "health_status" in member.facts:
        was_well = member.health in ("chronic", "serious_illness") and chance.random() < 0.3
        told["health_status"] = "healthy" if was_well else member.health
    return told


def _income(chance: random.Random, policy: Policy, home: Home, year: int, said: Said) -> None:
    """One accounting year: today's items grown backwards; in the year of exit above that year's line."""
    step = min(year, LAST_YEAR) - FIRST_YEAR
    share = _GROWTH["exited" if home.exited else "poor"][step]
    if home.facts.get("income_collapsed"):
        share *= 1.35
    old = _pensioners(policy, home, policy.as_of.year - year) / (_pensioners(policy, home, 0) or 1)
    amounts = {}
    for name, amount in home.amounts.items():
        part = _PENSION[step] * old if name == "pension_income" else share * chance.uniform(0.9, 1.1)
        amounts[name] = round(amount * part)
    pay = {}
    for member in _present(home, date(year, 9, 30)):
        if member.age - (policy.as_of.year - year) <= policy.school[1]:
            continue
        post = round(member.post * share) if year >= _FIRST_POSTS else 0
        pay[member.key] = (round(member.wage * share * chance.uniform(0.88, 1.12)), post)
    if home.exited is not None and home.exited.year <= year:
        total = sum(amounts.values()) - 2 * amounts["operating_costs"] + sum(wage + post for wage, post in pay.values())
        least = policy.lines[year] * len(home.members) // 100
        if total < least:
            amounts["family_support"] += least - total + chance.randint(20, 600) * len(home.members)
    said.facts["income_year_ended_on"] = date(year, 9, 30).isoformat()
    said.facts |= {name: homes.yuan(amount) for name, amount in amounts.items() if name in home.facts}
    for key, (wage, post) in pay.items():
        said.persons.setdefault(key, {})
        said.persons[key] |= {"wage_income": homes.yuan(wage), "public_post_income": homes.yuan(post)}


def _pensioners(policy: Policy, home: Home, years_ago: int) -> int:
    return sum(member.age - years_ago >= policy.elderly for member in home.members)


def _improvements(chance: random.Random, home: Home, first: Said, on: date) -> Iterator[Said]:
    """House and water as they were at the first update, and the departments' word when they had been mended."""
    facts = home.facts
    works = str(facts.get("housing_works_on", ""))
    appraised = str(facts.get("housing_appraised_on", ""))
    was_mended = facts.get("housing_grade") in ("A", "B") and works > on.isoformat()
    if was_mended:
        told_on = date.fromisoformat(max(works, appraised)) + timedelta(days=chance.randint(1, 12))
        first.facts["housing_grade"] = "D" if chance.random() < 0.45 else "C"
        first.facts["housing_appraised_on"] = homes.day(chance, date(2014, 5, 1), date(2016, 5, 30)).isoformat()
        yield _department(home, "housing", told_on, HOUSING)
    elif "housing_grade" in facts and appraised <= on.isoformat() and not works:
        first.facts["housing_grade"] = facts["housing_grade"]
        first.facts["housing_appraised_on"] = appraised
    if facts.get("water_supply") == "piped" and facts.get("water_quality") == "qualified" and chance.random() < 0.32:
        first.facts |= {"water_supply": "well", "water_in_house": chance.random() < 0.5}
        first.facts["water_quality"] = "unqualified" if chance.random() < 0.4 else "qualified"
        connected = homes.day(chance, date(on.year + 1, 5, 1), date(on.year + 1, 11, 10))
        if connected.year <= LAST_YEAR:
            yield _department(home, "water", connected, WATER)


def _department(home: Home, source: str, on: date, names: tuple[str, ...]) -> Said:
    told = {name: home.facts[name] for name in names if name in home.facts}
    return Said(home.key, source, home.village.department(source), on.isoformat(), told)
