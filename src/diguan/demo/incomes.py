"""A year's income of a household: what such people live on, brought to the amount that its kind asks for."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from diguan.demo import lists
from diguan.demo.homes import Home, Member
from diguan.demo.policy import Policy

ITEMS = (
    "planting_receipts", "livestock_receipts", "forestry_receipts", "other_operating_receipts", "operating_costs",
    "land_rent", "dividends", "other_property_income", "pension_income", "low_guarantee_income",
    "destitute_support_income", "farm_subsidies", "eco_compensation", "disability_allowance", "old_age_allowance",
    "family_support", "other_transfers",
)  # fmt: skip
OLD_AGE = 80
_PENSIONS = (1236, 1236, 1236, 1248, 1272, 1296, 1356)
_WORKING_TO = 64
_LEAST_WAGE = 600
_FAR_WAGE = 12000
_FORESTS = ("2205", "2206", "2224", "2202")


def draw(chance: random.Random, policy: Policy, home: Home) -> None:
    """Fill in the items of the accounting year and everybody's pay; the total is what the household's kind asks for."""
    home.amounts = dict.fromkeys(ITEMS, 0)
    _benefits(chance, policy, home)
    _land(chance, home)
    _work(chance, policy, home)
    _others(chance, policy, home)
    _bring_to(chance, policy, home, _wanted(chance, policy, home))


def _wanted(chance: random.Random, policy: Policy, home: Home) -> int:
    """Net income in yuan, on the right side of the line and of the range by at least a fen per person."""
    spec: dict[str, Any] = lists.read("mix")["incomes"][home.kind.income]
    marks = {"line": policy.line / 100, "range": policy.range / 100}
    low, high = (marks.get(spec[end], spec[end]) for end in ("from", "to"))
    size = len(home.members)
    while True:
        if "normal" in spec:
            each = chance.gauss(*spec["normal"])
        else:
            middle, spread = spec["lognormal"]
            each = middle * chance.lognormvariate(0, spread)
        total = round(each * size)
        if low * size <= total < high * size:
            return total


def _benefits(chance: random.Random, policy: Policy, home: Home) -> None:
    amounts, kind = home.amounts, home.kind
    attribute = str(home.facts.get("household_attribute", "none"))
    for member in home.members:
        on_list = attribute in ("low_guarantee_poor", "low_guarantee") and (
            len(home.members) <= 2 or not member.can_work
        )
        member.facts["low_guarantee"] = on_list
        member.facts["destitute_support"] = attribute == "destitute"
        if on_list:
            amounts["low_guarantee_income"] += chance.randint(105, 270) * 12
        if attribute == "destitute":
            amounts["destitute_support_income"] += chance.randint(300, 390) * 12
        if member.age >= policy.elderly and member.facts.get("pension_enrolled", True):
            employee = kind.is_ordinary and chance.random() < 0.06
            amounts["pension_income"] += chance.randint(1500, 2600) * 12 if employee else chance.choice(_PENSIONS)
        if member.age >= OLD_AGE:
            amounts["old_age_allowance"] += 600
        if member.facts["disability_grade"] in ("grade_1", "grade_2"):
            amounts["disability_allowance"] += 80 * 12


def _land(chance: random.Random, home: Home) -> None:
    amounts = home.amounts
    land = 0.0 if chance.random() < 0.07 else round(chance.gammavariate(2.6, 1.9 + 0.7 * len(home.members)), 1)
    home.facts["arable_land"] = f"{land:.1f}"
    wooded = home.village.code.startswith(_FORESTS) and chance.random() < 0.3
    home.facts["forest_land"] = f"{chance.uniform(1, 22):.1f}" if wooded else "0"
    farms = any(member.can_work for member in home.members) and chance.random() < 0.75
    if farms and land:
        amounts["planting_receipts"] = round(land * chance.uniform(620, 980))
        amounts["operating_costs"] = round(amounts["planting_receipts"] * chance.uniform(0.38, 0.62))
    elif land:
        amounts["land_rent"] = round(land * chance.uniform(180, 420))
    amounts["farm_subsidies"] = round(land * 88.4)
    if wooded:
        amounts["eco_compensation"] = chance.randint(90, 760)
        amounts["forestry_receipts"] = chance.choice((0, 0, 0, chance.randint(300, 2600)))
    if farms and chance.random() < 0.3:
        amounts["livestock_receipts"] = chance.randint(800, 6500)
        amounts["operating_costs"] += round(amounts["livestock_receipts"] * chance.uniform(0.4, 0.7))


def _work(chance: random.Random, policy: Policy, home: Home) -> None:
    for member in home.members:
        member.wage = member.post = 0
        able = member.facts["labour_capacity"]
        studies = member.facts.get("student_status") == "enrolled"
        if able in ("ordinary", "skilled") and member.age <= _WORKING_TO and not studies:
            if chance.random() < (0.78 if home.kind.is_ordinary else 0.5):
                pay = chance.gauss(3100 if able == "skilled" else 2350, 420)
                member.wage = max(1, round(pay * chance.randint(2, 11)))
        elif able == "weak" and home.kind.is_registered and chance.random() < 0.22:
            member.post = chance.choice((300, 400, 500, 500, 600)) * chance.choice((6, 8, 10, 12))
        elif able == "weak" and chance.random() < 0.12:
            member.wage = chance.randint(9, 60) * 100


def _others(chance: random.Random, policy: Policy, home: Home) -> None:
    amounts = home.amounts
    if home.kind.is_registered:
        amounts["dividends"] = chance.choice((0, 200, 300, 500, 500, 800, chance.randint(120, 1600)))
    elders = sum(member.age >= policy.elderly for member in home.members)
    if elders and chance.random() < 0.68:
        amounts["family_support"] = round(chance.gammavariate(1.8, 520) * elders)
    if chance.random() < 0.06:
        amounts["other_property_income"] = chance.randint(40, 900)
    if chance.random() < 0.05:
        amounts["other_transfers"] = chance.randint(60, 700)
    if home.kind.is_ordinary and chance.random() < 0.12:
        amounts["other_operating_receipts"] = chance.randint(2000, 26000)
        amounts["operating_costs"] += round(amounts["other_operating_receipts"] * chance.uniform(0.3, 0.6))


def _bring_to(chance: random.Random, policy: Policy, home: Home, wanted: int) -> None:
    if home.total < wanted:
        _raise(chance, home, wanted)
    elif home.total > wanted:
        _lower(chance, home, wanted)
    assert home.total == wanted, (home.total, wanted)


def _raise(chance: random.Random, home: Home, wanted: int) -> None:
    """More of what such a household could earn: wages of those who can work, then crops, then what children send."""
    workers = [
        m for m in home.members if m.facts["labour_capacity"] in ("ordinary", "skilled") and m.age <= _WORKING_TO
    ]
    short = wanted - home.total
    if workers and (workers[0].wage or short > _LEAST_WAGE * 2):
        earner = max(workers, key=lambda member: member.wage)
        earner.wage += short
        return
    amounts = home.amounts
    for item, most in _could_be_more(chance, home):
        part = min(wanted - home.total, max(0, most - amounts[item]))
        amounts[item] += part
    amounts["family_support"] += wanted - home.total


def _could_be_more(chance: random.Random, home: Home) -> list[tuple[str, int]]:
    size = len(home.members)
    found = [("family_support", chance.randint(700, 2600) * size)]
    if home.amounts["planting_receipts"]:
        found.append(("planting_receipts", home.amounts["planting_receipts"] + chance.randint(500, 3500)))
    if home.amounts["land_rent"]:
        found.append(("land_rent", home.amounts["land_rent"] + chance.randint(100, 1500)))
    if home.amounts["low_guarantee_income"]:
        found.append(("low_guarantee_income", 3900 * size))
    if home.kind.is_ordinary:
        found.append(("other_operating_receipts", chance.randint(2000, 9000)))
        found.append(("pension_income", home.amounts["pension_income"] + 30000))
    return found


_REDUCIBLE = (
    "family_support", "other_operating_receipts", "livestock_receipts", "land_rent", "dividends", "forestry_receipts",
    "planting_receipts", "low_guarantee_income", "destitute_support_income",
)  # fmt: skip


def _lower(chance: random.Random, home: Home, wanted: int) -> None:
    """Less of everything that varies; where that is not enough, a bad harvest."""
    for member in sorted(home.members, key=lambda m: -m.wage):
        if member.wage:
            member.wage -= min(home.total - wanted, member.wage)
            if 0 < member.wage < _LEAST_WAGE:
                home.amounts["family_support"] += member.wage
                member.wage = 0
    for item in _REDUCIBLE:
        home.amounts[item] -= min(home.total - wanted, home.amounts[item])
    for member in home.members:
        member.post -= min(home.total - wanted, member.post)
    if not home.amounts["low_guarantee_income"]:
        for member in home.members:
            member.facts["low_guarantee"] = False
    loss = home.total - wanted
    if loss:
        sown = chance.randint(200, 1200)
        home.amounts["planting_receipts"] += sown
        home.amounts["operating_costs"] += sown + loss


def months(chance: random.Random, amount: int, monthly: int) -> int:
    """A number of months that an amount of pay fits."""
    return min(12, max(1, round(amount / (monthly * chance.uniform(0.85, 1.15))))) if amount else 0


def place_of_work(chance: random.Random, member: Member) -> str:
    if not member.wage:
        return "none"
    near = ["township", "township", "county"] if member.facts["labour_capacity"] == "weak" else ["township", "county"]
    far = ["county", "province", "elsewhere"] if member.wage > _FAR_WAGE else []
    return chance.choice(near + far)


def year_end(on: date) -> str:
    """The last day of the registry's accounting year that is over on a day: 30 September."""
    return date(on.year if on.month > 9 else on.year - 1, 9, 30).isoformat()
