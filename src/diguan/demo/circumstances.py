"""Standing in the registry, causes, risks, spending and shocks of a household; and where its record contradicts itself."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache

from diguan.demo import homes, incomes, lists, people
from diguan.demo.homes import Home, Member
from diguan.demo.lists import Lot
from diguan.demo.policy import Policy

_REGISTERED = Lot({2014: 72, 2015: 9, 2016: 19})
_REGISTERED_LATE = Lot({2014: 58, 2015: 8, 2016: 18, 2017: 6, 2018: 6, 2019: 4})
_EXITED = Lot({2016: 20, 2017: 23, 2018: 37, 2019: 20})
_ATTRIBUTES = {
    "poor": Lot({"low_guarantee_poor": 56, "general": 34, "destitute": 10}),
    "exited": Lot({"general": 62, "low_guarantee_poor": 34, "destitute": 4}),
    "none": Lot({"none": 86, "low_guarantee": 14}),
    "ordinary": Lot({"none": 97, "low_guarantee": 3}),
}
# Self-paid treatment in a year: a typical amount and a spread that lets a few bills be ruinous.
_MEDICAL = {"healthy": (130, 0.9), "chronic": (850, 0.9), "serious_illness": (3600, 1.15), "disabled": (420, 1.0)}


def enrol(chance: random.Random, home: Home) -> None:
    """What the registry says of the household: status, dates, attribute, relocation."""
    kind, facts = home.kind, home.facts
    if kind.status == "unknown":
        return
    facts["registry_status"] = kind.status
    facts["household_attribute"] = _attribute(chance, home)
    if not kind.is_registered:
        return
    year = (_REGISTERED_LATE if kind.status == "poor" else _REGISTERED).draw(chance)
    first = date(2016, 6, 10) if year == 2016 else date(year, 4, 10)
    home.registered = homes.day(chance, first, date(year, 9, 25))
    facts["registered_on"] = home.registered.isoformat()
    facts["relocated"] = chance.random() < 0.03
    facts["cooperative_member"] = chance.random() < 0.22
    if kind.status == "exited":
        out = max(_EXITED.draw(chance), year)
        home.exited = homes.day(chance, date(out, 11, 20), date(out, 12, 20))
        facts["exited_on"] = home.exited.isoformat()


def _attribute(chance: random.Random, home: Home) -> str:
    status = "ordinary" if home.kind.is_ordinary else home.kind.status
    found = _ATTRIBUTES[status].draw(chance)
    if found == "destitute" and (len(home.members) > 2 or any(m.can_work for m in home.members)):
        return "general"
    return found


def bring_risk(chance: random.Random, policy: Policy, home: Home) -> None:
    """Let somebody be ill or disabled where the household's kind needs a risk and has none."""
    if home.kind.risk != "required" or _is_at_risk(policy, home):
        return
    grown = [member for member in home.members if member.age > policy.school[1]]
    people.make_ill(chance, chance.choice(grown))


def _is_at_risk(policy: Policy, home: Home) -> bool:
    members = home.members
    only_old_and_young = all(m.age >= policy.elderly or m.age <= policy.school[1] for m in members)
    ill = any(m.health != "healthy" or m.facts["disability_grade"] != "none" for m in members)
    return only_old_and_young or ill or not any(m.can_work for m in members)


def spend(chance: random.Random, policy: Policy, home: Home) -> None:
    """Spending that cannot be avoided, and shocks."""
    facts, quiet = home.facts, home.kind.risk == "absent"
    medical = sum(_bill(chance, member) for member in home.members) * 100
    schooling = sum(_fees(chance, member) for member in home.members)
    other = chance.randint(300, 9000) if chance.random() < 0.025 else 0
    if quiet:  # what is spent stays well below the year's income
        medical, schooling, other = min(medical, home.total * 20), min(schooling, home.total // 4), 0
    facts["medical_self_paid"] = f"{medical // 100}.{medical % 100:02d}"
    facts["education_self_paid"] = homes.yuan(schooling)
    facts["other_rigid_spending"] = homes.yuan(other)
    facts["excluded_grants"] = homes.yuan(chance.choice((0, 0, 0, 300, 500, 600)) if home.kind.is_registered else 0)
    bill = medical // 100
    claims = round(bill * chance.uniform(0.2, 1.4)) if bill > 8000 and chance.random() < 0.4 else 0
    facts["insurance_receipts"] = homes.yuan(claims)
    earns = any(member.wage for member in home.members)
    facts["spending_surged"] = not quiet and bill > max(6000, home.total // 2)
    facts["income_collapsed"] = not quiet and chance.random() < (0.05 if earns else 0.02)
    facts["epidemic_hit"] = not quiet and chance.random() < (0.22 if earns else 0.03)
    facts["disaster_hit"] = not quiet and chance.random() < 0.018


def _bill(chance: random.Random, member: Member) -> int:
    middle, spread = _MEDICAL[str(member.health)]
    if member.health != "serious_illness" and chance.random() < 0.25:
        return 0
    return min(260_000, round(middle * chance.lognormvariate(0, spread)))


def _fees(chance: random.Random, member: Member) -> int:
    if member.facts.get("student_status") != "enrolled":
        return 0
    if member.role == "youth":
        return chance.randint(40, 150) * 100
    return chance.randint(100, 1500)


@cache
def _causes(*names: str) -> Lot[str]:
    weights = {
        "illness": 44, "disability": 30, "schooling": 10, "lack_of_labour": 22, "lack_of_technology": 7,
        "lack_of_funds": 7, "lack_of_land": 4, "disaster": 2, "low_motivation": 2, "poor_transport": 1, "other": 1,
    }  # fmt: skip
    return Lot({name: weights[name] for name in names})


def find_causes(chance: random.Random, home: Home) -> None:
    """Up to three causes, each with its ground in the household."""
    facts, members = home.facts, home.members
    if home.kind.is_ordinary or home.kind.risk == "absent":
        facts["main_cause"] = "none"
        if not home.kind.is_registered:
            return
    able = sum(member.can_work for member in members)
    grounds = [
        name
        for name, is_there in (
            ("illness", any(m.health in ("chronic", "serious_illness") for m in members)),
            ("disability", any(m.health == "disabled" for m in members)),
            ("schooling", any(m.facts.get("student_status") == "enrolled" for m in members)),
            ("lack_of_labour", able * 4 <= len(members)),
        )
        if is_there
    ]
    grounds += ["lack_of_technology", "lack_of_funds"] if able else []
    grounds += ["lack_of_land", "disaster", "low_motivation", "poor_transport", "other"] if not grounds else []
    left = list(grounds)
    for name, share in (("main_cause", 1.0), ("second_cause", 0.35), ("third_cause", 0.08)):
        if not left or chance.random() >= share:
            facts[name] = "none"
            continue
        facts[name] = _causes(*left).draw(chance)
        left.remove(str(facts[name]))


def record(chance: random.Random, policy: Policy, home: Home) -> None:
    """Put pay and income into words of the dictionary, and leave open what the kind leaves open."""
    for member in home.members:
        if member.age <= policy.school[1]:
            continue
        weak = member.facts["labour_capacity"] == "weak"
        member.facts |= {
            "work_place": incomes.place_of_work(chance, member),
            "months_worked": incomes.months(chance, member.wage, 1400 if weak else 2600),
            "wage_income": homes.yuan(member.wage),
            "public_post_months": incomes.months(chance, member.post, 450),
            "public_post_income": homes.yuan(member.post),
        }
    home.facts |= {name: homes.yuan(amount) for name, amount in home.amounts.items()}
    if home.kind.open == "income":
        del home.facts[chance.choice(("family_support", "land_rent", "other_transfers", "pension_income"))]
    if home.kind.open == "health":
        del chance.choice(home.members).facts["health_status"]


def contradict(chance: random.Random, policy: Policy, home: Home) -> None:
    """Now and then a record that cannot be right, as in life. None of it moves an outcome."""
    rates = lists.read("mix")["contradictions"]
    facts, members = home.facts, home.members

    def happens(name: str, where: bool = True) -> bool:
        return where and chance.random() * 1000 < rates[name]

    named = facts.get("main_cause", "none") != "none"
    studying = any(member.facts.get("student_status") == "enrolled" for member in members)
    for cause, grounded in (
        ("schooling", studying),
        ("disability", any(member.facts.get("health_status") == "disabled" for member in members)),
        ("lack_of_labour", not all(member.can_work for member in members)),
    ):
        if happens(f"cause_{cause}", named and not grounded):
            facts["main_cause"] = cause
    if home.exited and happens("exit_before_registration"):
        facts["registered_on"] = (home.exited + timedelta(days=chance.randint(3, 30))).isoformat()
    if happens("appraised_before_works", "housing_works_on" in facts and facts.get("housing_grade") in ("A", "B")):
        works = date.fromisoformat(str(facts["housing_works_on"]))
        facts["housing_appraised_on"] = (works - timedelta(days=chance.randint(5, 90))).isoformat()
    if len(members) > 1 and members[1].relation == "spouse" and happens("spouse_of_same_sex"):
        members[1].facts["sex"] = members[0].sex
    for member in members:
        _contradict(chance, member)


def _contradict(chance: random.Random, member: Member) -> None:
    """The same in what is said of one person."""
    rates = lists.read("mix")["contradictions"]
    facts, is_pupil = member.facts, member.role in people.PUPILS
    if is_pupil and chance.random() * 1000 < rates["pupil_paid_wages"]:
        facts["wage_income"] = homes.yuan(chance.randint(300, 2400))
    if facts["disability_grade"] != "none" and chance.random() * 1000 < rates["certificate_without_kind"]:
        facts["disability_kind"] = "none"
    is_well = facts.get("health_status") == "healthy" and facts.get("student_status") == "enrolled"
    if is_pupil and is_well and chance.random() * 1000 < rates["unable_but_healthy"]:
        facts["student_status"] = "medically_unable"


def pay_oddly(chance: random.Random, policy: Policy, home: Home) -> None:
    """Now and then wages of a few yuan, taken out of what the children send."""
    grown = [member for member in home.members if member.age > policy.school[1] and not member.wage]
    if grown and chance.random() * 1000 < lists.read("mix")["contradictions"]["tiny_wage"]:
        odd = min(chance.randint(1, 99), home.amounts["family_support"])
        home.amounts["family_support"] -= odd
        chance.choice(grown).wage += odd
