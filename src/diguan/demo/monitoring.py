"""Monitoring, risks and measures of a household; and, now and then, what a check of the data finds in them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from diguan.demo import homes, lists
from diguan.demo.homes import Facts, Home, Said
from diguan.demo.policy import Policy

_MONITORED = {"unstable_exited": "unstable_exited", "near_poor": "near_poor"}
_RISKS = ("main_risk", "second_risk", "third_risk", "fourth_risk", "fifth_risk")
_MEASURES = (
    "industry", "employment", "finance", "public_post", "housing", "water", "health", "schooling", "other_schooling",
    "security", "social", "relocation", "living", "infrastructure", "training", "other",
)  # fmt: skip
_ENTRY = (date(2020, 3, 26), date(2020, 5, 8))
_EARLY_ENTRY = (date(2019, 9, 2), date(2019, 12, 20))
_LAST_CLEARANCE = date(2020, 5, 12)
_TOLD = date(2020, 5, 26)
_CLEARED_SHARE = 0.03  # of households that exited for good, or never were poor


class _Chance(random.Random):
    """Draws of one household by its key, so that nothing else is drawn otherwise."""

    def __init__(self, home: Home) -> None:
        super().__init__(f"monitoring {home.key}")
        self._rates = lists.read("mix")["contradictions"]

    def happens(self, name: str, where: bool = True) -> bool:
        return where and self.random() * 1000 < self._rates[name]


def watch(policy: Policy, home: Home) -> None:
    """What the visit says of help and monitoring; of monitored households `told` says more."""
    if home.kind.status == "unknown":
        return
    chance = _Chance(home)
    monitored = _is_monitored(chance, home)
    if not monitored:
        home.facts |= {"monitored_as": "none", "risk_cleared": False, "main_risk": "none"}
    if monitored or home.kind.is_registered:
        home.facts |= _measures(chance, home)


def told(policy: Policy, home: Home) -> Iterator[Said]:
    """What the registry says of the monitoring of a household."""
    chance = _Chance(home)
    if home.kind.status == "unknown" or not _is_monitored(chance, home):
        return
    facts = _entered(chance, home) | _risks(chance, policy, home)
    if home.kind.group not in _MONITORED:
        facts |= _cleared(chance, home, date.fromisoformat(str(facts["monitored_from"])))
    last = date.fromisoformat(str(facts.get("cleared_on", facts["monitored_from"])))
    on = min(_TOLD, last + timedelta(days=chance.randint(1, 9)))
    yield Said(home.key, "registry", home.village.department("registry"), on.isoformat(), facts)


def _is_monitored(chance: _Chance, home: Home) -> bool:
    """Whether the household is on the list now, or was until its risk was cleared. The first draw of a household."""
    drawn = chance.random()
    if home.kind.group in _MONITORED:
        unsafe = home.facts.get("housing_grade") in ("C", "D") or home.facts.get("water_quality") == "unqualified"
        return not (unsafe and drawn * 1000 < lists.read("mix")["contradictions"]["unsafe_not_monitored"])
    return home.kind.income in ("above_range", "ordinary") and not home.kind.unknown and drawn < _CLEARED_SHARE


def _entered(chance: _Chance, home: Home) -> Facts:
    is_open = home.kind.group in _MONITORED
    entry = homes.day(chance, *(_ENTRY if is_open else _EARLY_ENTRY))
    as_what = "unstable_exited" if home.kind.is_registered else "near_poor"
    return {"monitored_as": as_what, "monitored_from": entry.isoformat(), "risk_cleared": not is_open}


def _risks(chance: _Chance, policy: Policy, home: Home) -> Facts:
    members = home.members
    works = any(member.wage for member in members)
    grounds = [
        name
        for name, is_there in (
            ("illness", any(m.facts.get("health_status") in ("chronic", "serious_illness") for m in members)),
            ("disability", any(m.facts["disability_grade"] != "none" for m in members)),
            ("lack_of_labour", not any(m.can_work for m in members)),
            ("unstable_work", works and bool(home.facts.get("epidemic_hit"))),
            ("flood", bool(home.facts.get("disaster_hit"))),
        )
        if is_there
    ] or ["other"]
    if chance.happens("unstable_work_without_worker", not works):
        grounds = ["unstable_work", *grounds]
    named = [*grounds, *["none"] * len(_RISKS)][: len(_RISKS)]
    return dict(zip(_RISKS, named, strict=True))


def _cleared(chance: _Chance, home: Home, entry: date) -> Facts:
    cleared = homes.day(chance, entry + timedelta(days=92), _LAST_CLEARANCE)
    if chance.happens("cleared_at_once"):
        cleared = entry + timedelta(days=chance.randint(6, 40))
    income = home.total // len(home.members)
    if chance.happens("cleared_below_range"):
        income = chance.randint(4100, 5900)
    facts: Facts = {
        "cleared_on": cleared.isoformat(),
        "cleared_by": "help" if home.kind.is_registered or chance.random() < 0.6 else "natural",
        "income_after_clearance": homes.yuan(income),
        "guarantees_after_clearance": True,
        "self_paid_after_clearance": str(home.facts["medical_self_paid"]),
    }
    if chance.happens("cleared_without_figures"):
        del facts[chance.choice(("income_after_clearance", "guarantees_after_clearance", "self_paid_after_clearance"))]
    if home.facts.get("disaster_hit"):
        days = chance.randint(3, 12) if chance.happens("damaged_after_clearance") else -chance.randint(20, 80)
        facts["damaged_on"] = (cleared + timedelta(days=days)).isoformat()
    return facts


def _measures(chance: _Chance, home: Home) -> Facts:
    """Families of help, each with its ground in the household."""
    amounts, members = home.amounts, home.members
    receipts = sum(amount for name, amount in amounts.items() if name.endswith("_receipts"))
    grounds = {
        "industry": receipts > 0 and chance.random() < 0.6,
        "employment": any(member.wage for member in members) and chance.random() < 0.5,
        "public_post": any(member.post for member in members),
        "housing": "housing_works_on" in home.facts,
        "water": home.facts.get("water_supply") == "piped" and chance.random() < 0.2,
        "health": any(member.facts.get("health_status") != "healthy" for member in members),
        "schooling": home.has_pupils and chance.random() < 0.5,
        "security": bool(amounts["low_guarantee_income"] or amounts["destitute_support_income"]),
        "relocation": bool(home.facts.get("relocated")),
        "training": chance.random() < 0.2,
        "living": chance.random() < 0.1,
    }
    taken = {name for name, is_there in grounds.items() if is_there} or {"social"}
    if chance.happens("industry_without_receipts", receipts == 0):
        taken.add("industry")
    if chance.happens("only_other_measures"):
        taken = {"other"}
    if chance.happens("no_measures"):
        taken = set()
    return {f"measure_{name}": name in taken for name in _MEASURES}
