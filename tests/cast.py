"""The one cast of all tests: a small made-up province and the people who work in it.

    Qinghe Province (99)
      Heping Prefecture (9901)
        County A, Anyang (990101)
          Dongshan Township (990101001): villages Liujia (…201), Wangjia (…202)
          Xishan Township (990101002): village Chenjia (…201)
        County B, Beihu (990102)
          Nanwan Township (990102001): village Sunjia (…201)

Import this module's fixtures by `pytest_plugins = ["tests.cast"]`; `cast` gives places and people at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.test import Client

from diguan.access import actions as access
from diguan.access.models import User
from diguan.places import actions as places
from diguan.places import queries
from diguan.places.models import Place

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


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def tree(db: None) -> dict[str, Place]:
    return grow_tree()
