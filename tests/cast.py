"""The one cast of all tests: a small made-up province and the people who work in it.

    Qinghe Province (99)
      Heping Prefecture (9901)
        County A, Anyang (990101)
          Dongshan Township (990101001): villages Liujia (…201), Wangjia (…202)
          Xishan Township (990101002): village Chenjia (…201)
        County B, Beihu (990102)
          Nanwan Township (990102001): village Sunjia (…201)

Household Li lives in Liujia, one yuan a head above the poverty line; Household Zhou lives in Sunjia, in the other
county, one yuan below it. `settle` puts them, or any other household, on file with what a visit found.

Import this module's fixtures by `pytest_plugins = ["tests.cast"]`; `cast` gives places and people at once.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from diguan import rulebook
from diguan.access import actions as access
from diguan.access.models import User
from diguan.places import actions as places
from diguan.places import queries
from diguan.places.models import Place
from diguan.registry import actions as registry
from diguan.registry.batch import Batch, HouseholdRow, ObservationRow, PersonRow

NOW = dt.datetime(2020, 6, 1, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
LONG_AGO = dt.date(2015, 1, 1)
CODES_SINCE = dt.date(2010, 1, 1)
PASSWORD = "made-up-for-tests"

PROVINCE, PREFECTURE = "99", "9901"
COUNTY_A, COUNTY_B = "990101", "990102"
DONGSHAN, XISHAN, NANWAN = "990101001", "990101002", "990102001"
LIUJIA, WANGJIA, CHENJIA, SUNJIA = "990101001201", "990101001202", "990101002201", "990102001201"

TREE = (
    (PROVINCE, "Qinghe Province", "province", ""),
    (PREFECTURE, "Heping Prefecture", "prefecture", PROVINCE),
    (COUNTY_A, "Anyang County", "county", PREFECTURE),
    (DONGSHAN, "Dongshan Township", "township", COUNTY_A),
    (LIUJIA, "Liujia Village", "village", DONGSHAN),
    (WANGJIA, "Wangjia Village", "village", DONGSHAN),
    (XISHAN, "Xishan Township", "township", COUNTY_A),
    (CHENJIA, "Chenjia Village", "village", XISHAN),
    (COUNTY_B, "Beihu County", "county", PREFECTURE),
    (NANWAN, "Nanwan Township", "township", COUNTY_B),
    (SUNJIA, "Sunjia Village", "village", NANWAN),
)

# user name: name, role, code of the place
PEOPLE = {
    "zhao": ("Zhao", "provincial_commander", PROVINCE),
    "qian": ("Qian", "county_officer", COUNTY_A),
    "sun": ("Sun", "township_officer", DONGSHAN),
    "wang": ("Wang", "village_worker", LIUJIA),
    "wu": ("Wu", "auditor", PROVINCE),
    "zheng": ("Zheng", "administrator", PROVINCE),
    "feng": ("Feng", "analyst", PROVINCE),
    "chen": ("Chen", None, None),
}


VISITED_ON = dt.date(2020, 5, 2)
AS_OF = dt.date(2020, 5, 29)
NO_INCOME = (
    "planting_receipts",
    "livestock_receipts",
    "forestry_receipts",
    "other_operating_receipts",
    "operating_costs",
    "land_rent",
    "dividends",
    "other_property_income",
    "pension_income",
    "low_guarantee_income",
    "destitute_support_income",
    "farm_subsidies",
    "eco_compensation",
    "disability_allowance",
    "old_age_allowance",
    "family_support",
    "other_transfers",
)
ELDERLY: Mapping[str, Any] = {
    "birth_date": "1950-03-01",
    "wage_income": "0",
    "public_post_income": "0",
    "education_level": "primary",
    "health_status": "healthy",
}


@dataclass(frozen=True)
class Family:
    """A household as the cast has it: its keys, names, and what a visit found."""

    key: uuid.UUID
    place: str
    names: tuple[str, ...]
    facts: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def person_keys(self) -> list[uuid.UUID]:
        return [uuid.uuid5(self.key, str(number)) for number in range(len(self.members))]


def shipped_pack() -> rulebook.Pack:
    return rulebook.load(rulebook.shipped() / "cn-jilin-2020")


def near_the_line(pack: rulebook.Pack, yuan_per_head: int, heads: int) -> dict[str, str]:
    """Return incomes that come to the poverty line and so many yuan a head more; family support is all there is."""
    line = Decimal(str(rulebook.at(pack, AS_OF).value_of("poverty_line")))
    return {**dict.fromkeys(NO_INCOME, "0"), "family_support": str((line + yuan_per_head) * heads)}


def family_li(pack: rulebook.Pack) -> Family:
    """Two old people in Liujia, one yuan a head above the line; nobody has asked about their water."""
    facts = {**near_the_line(pack, 1, 2), "staple_food_enough": True, "housing_grade": "B"}
    return Family(uuid.UUID(int=0x11), LIUJIA, ("Li Guirong", "Li Defu"), facts, (ELDERLY, ELDERLY))


def family_zhou(pack: rulebook.Pack) -> Family:
    """An old man in Sunjia, in the other county, one yuan below the line."""
    facts = {**near_the_line(pack, -1, 1), "staple_food_enough": True, "housing_grade": "C"}
    return Family(uuid.UUID(int=0x22), SUNJIA, ("Zhou Youtian",), facts, (ELDERLY,))


def settle(family: Family, pack: rulebook.Pack, *, by: User | None = None) -> None:
    """Put a household on file with one visit; refused rows fail the test."""
    persons = dict(zip(map(str, family.person_keys), family.members, strict=True))
    batch = Batch(
        households=[HouseholdRow(family.key, family.place, family.names[0])],
        persons=[
            PersonRow(key, family.key, name, ordinal)
            for ordinal, (key, name) in enumerate(zip(family.person_keys, family.names, strict=True), start=1)
        ],
        observations=[
            ObservationRow(
                uuid.uuid5(family.key, "visit"),
                family.key,
                "visit",
                VISITED_ON,
                {"household": dict(family.facts), "persons": persons},
            )
        ],
    )
    report = registry.record_observations(batch=batch, pack=pack, by=by, at=NOW)
    assert not report.refusals, [refusal.message() for refusal in report.refusals]


@dataclass(frozen=True)
class Cast:
    """The tree and the people. Zhao commands the province, Qian has County A, Sun Dongshan Township and Wang Liujia
    Village; Wu audits, Zheng administers, Feng analyses; Chen is a stranger who must see nothing."""

    places: dict[str, Place]
    people: dict[str, User]

    def place(self, code: str) -> Place:
        return self.places[code]

    def client(self, username: str) -> Client:
        """Return a browser in which this person is signed in; no name gives one in which nobody is."""
        client = Client()
        if username:
            client.force_login(self.people[username])
            session = client.session
            # They have shown their second factor.
            session["factor_proven"] = True
            session.save()
        return client


def grow_tree() -> dict[str, Place]:
    """Import the made-up province and return its places by code."""
    columns = ("code", "name", "level", "parent_code")
    rows = [dict(zip(columns, row, strict=True)) for row in TREE]
    places.import_places(rows=rows, valid_from=CODES_SINCE, by=None, at=NOW)
    return {code: queries.by_code(code) for code, *_rest in TREE}


def hire(username: str, *, password: str | None = None) -> User:
    """Add one of the cast with their role; without a password, which is quicker, they sign in by `Cast.client`."""
    name, role, code = PEOPLE[username]
    user = access.create_user(username=username, name=name, password=password, by=None, at=NOW)
    if role is not None and code is not None:
        access.grant_role(user=user, role=role, place=queries.by_code(code), starts_on=LONG_AGO, by=None, at=NOW)
    return user


def assemble() -> Cast:
    return Cast(places=grow_tree(), people={username: hire(username) for username in PEOPLE})


@pytest.fixture(scope="session")
def jilin_pack() -> rulebook.Pack:
    """The shipped pack as if its authority had adopted it."""
    return replace(shipped_pack(), status="in_force")


@pytest.fixture
def families(cast: Cast, jilin_pack: rulebook.Pack) -> dict[str, Family]:
    """Households Li and Zhou, on file."""
    made = {"li": family_li(jilin_pack), "zhou": family_zhou(jilin_pack)}
    for family in made.values():
        settle(family, jilin_pack)
    return made


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def tree(db: None) -> dict[str, Place]:
    return grow_tree()
