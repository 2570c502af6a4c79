"""Who said what about a household, and when: its facts taken apart into observations of several sources.

What the latest statement about each variable says is what the household's facts hold.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

from diguan.demo import homes, id_numbers, incomes, lists, monitoring, past
from diguan.demo.homes import Facts, Home, Said
from diguan.demo.policy import Policy

_FOOD = ("staple_food_enough", "protein_food_when_wanted", "seasonal_clothing", "winter_bedding")
_SHOCKS = ("income_collapsed", "spending_surged", "disaster_hit", "epidemic_hit")
_STATUS = ("registry_status", "exited_on")
_ROLL = ("birth_date", "sex", "relation_to_head", id_numbers.NAME)
_LARGE_BILL = "spending_surged"


def tell(chance: random.Random, policy: Policy, home: Home) -> list[Said]:
    """All observations of one household in the order of their dates."""
    id_numbers.give(home)
    told = [*_earlier(chance, policy, home), *monitoring.told(policy, home)]
    facts, persons = dict(home.facts), {member.key: dict(member.facts) for member in home.members}
    for said in _feeds(chance, home):
        told.append(said)
        for name in said.facts:
            facts.pop(name, None)
        for key, known in said.persons.items():
            for name in known:
                persons[key].pop(name, None)
    for name in (*past.STANDING, *_STATUS) if home.kind.is_registered else ():
        facts.pop(name, None)
    for key, known in persons.items():
        for name in _identity_told(told, key):
            known.pop(name, None)
    told += _now(chance, home, facts, persons)
    return sorted(told, key=lambda said: said.on)


def _earlier(chance: random.Random, policy: Policy, home: Home) -> Iterator[Said]:
    if home.kind.is_registered:
        until = past.LAST_YEAR - 1 if _is_settled(home) else past.LAST_YEAR
        yield from past.updates(chance, policy, home, until=until)
    elif chance.random() < 0.5:
        on = homes.day(chance, date(2019, 11, 18), date(2019, 12, 27)).isoformat()
        roll = {
            member.key: {name: member.facts[name] for name in _ROLL if name in member.facts} for member in home.members
        }
        yield Said(home.key, "import", home.village.department("import"), on, {}, roll)


def _identity_told(told: list[Said], key: str) -> set[str]:
    """What need not be said again of a person."""
    return {name for said in told for name in said.persons.get(key, ()) if name in past.IDENTITY}


def _is_settled(home: Home) -> bool:
    """Whether nobody had a reason to ask for the household's income again this year."""
    return home.kind.group == "stable"


def _now(chance: random.Random, home: Home, facts: Facts, persons: dict[str, Facts]) -> Iterator[Said]:
    """The visit or the yearly update that says the rest."""
    reporter = chance.choice(home.village.reporters)
    first, last = _feeds_file()["visits"]
    on = homes.day(chance, first, last)
    if _is_settled(home):
        update = homes.day(chance, date(past.LAST_YEAR, 10, 8), date(past.LAST_YEAR, 10, 29))
        facts["income_year_ended_on"] = incomes.year_end(update)
        yield Said(home.key, "registry", home.village.department("registry"), update.isoformat(), facts, persons)
        if chance.random() < 0.45:
            seen = {name: home.facts[name] for name in (*_FOOD, *_SHOCKS) if name in home.facts}
            yield Said(home.key, "visit", reporter, on.isoformat(), seen)
        return
    # Visits ask for the twelve months before them.
    facts["income_year_ended_on"] = (on.replace(day=1) - timedelta(days=1)).isoformat()
    yield Said(home.key, "visit", reporter, on.isoformat(), facts, persons)
    if "housing_area" in facts and chance.random() * 1000 < lists.read("mix")["contradictions"]["two_answers_one_day"]:
        other = str(int(str(facts["housing_area"])) + chance.choice((-12, -8, 5, 10, 15)))
        colleague = next(name for name in home.village.reporters if name != reporter)
        yield Said(home.key, "visit", colleague, on.isoformat(), {"housing_area": other})
    yield from _own_report(chance, home, on)


def _own_report(chance: random.Random, home: Home, visited: date) -> Iterator[Said]:
    """The household's own word, after which somebody came."""
    for name, share in (("epidemic_hit", 0.3), (_LARGE_BILL, 0.5)):
        before = visited - timedelta(days=chance.randint(2, 14))
        if home.facts.get(name) is True and chance.random() < share:
            yield Said(home.key, "appeal", f"户主 {home.name}", before.isoformat(), {name: True})


@cache
def _feeds_file() -> Any:
    return lists.read("feeds")


def _feeds(chance: random.Random, home: Home) -> Iterator[Said]:
    """What departments sent this year."""
    settled = 0.6 if _is_settled(home) else 1.0
    for source, feed in _feeds_file()["feeds"].items():
        if not _concerns(home, feed.get("only_with", "")) or chance.random() >= feed["share"] * settled:
            continue
        first, last = feed["days"]
        facts = {name: home.facts[name] for name in feed["household"] if name in home.facts}
        persons = {}
        for member in home.members:
            if source == "education" and member.facts.get("student_status") == "not_applicable":
                continue
            known = {name: member.facts[name] for name in feed["persons"] if name in member.facts}
            if known:
                persons[member.key] = known
        if facts or persons:
            on = homes.day(chance, first, last).isoformat()
            yield Said(home.key, source, home.village.department(source), on, facts, persons)


def _concerns(home: Home, only_with: str) -> bool:
    if only_with == "pupils":
        return home.has_pupils
    if only_with == "benefits":
        return bool(home.amounts["low_guarantee_income"] or home.amounts["destitute_support_income"])
    if only_with == "disabled":
        return any(member.facts["disability_grade"] != "none" for member in home.members)
    return True
