"""People of the cast's villages who stand on file twice, or seem to, with their ID numbers.

Han Qingbo of Liujia was entered again in Liujia (same number), his wife Qian Xiaomei in Sunjia, in the other county, without a
number and with a character that sounds the same. Guo Kaixuan and Guo Kaige of Wangjia are two.
"""

from __future__ import annotations

import uuid
from typing import Any

from tests import cast as of
from tests.cast import Family, settle

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.linkage.models import Match, RollEntry
from diguan.registry.models import Person
from diguan.rulebook.identifiers import check_digit

EVERYWHERE = Scope(((0, 10**12),))


def number(born: str, order: str) -> str:
    first = f"990101{born.replace('-', '')}{order}"
    return first + check_digit(first)


HANS, QIANS, GUOS = number("1983-07-30", "117"), number("1985-09-12", "226"), number("1980-11-02", "335")


def someone(born: str, sex: str, number: str = "", relation: str = "head") -> dict[str, Any]:
    told = {"birth_date": born, "sex": sex, "relation_to_head": relation}
    return told | ({"id_number": number} if number else {})


def family(key: int, place: str, names: tuple[str, ...], members: tuple[dict[str, Any], ...]) -> Family:
    return Family(uuid.UUID(int=key, version=4), place, names, {"staple_food_enough": True}, members)


HAN = family(
    0x101, of.LIUJIA, ("韩庆波", "钱晓梅"),
    (someone("1983-07-30", "male", HANS), someone("1985-09-12", "female", QIANS, "spouse")),
)  # fmt: skip
HAN_AGAIN = family(0x102, of.LIUJIA, ("韩庆波",), (someone("1983-07-30", "male", HANS),))
QIAN = family(0x103, of.SUNJIA, ("钱小梅",), (someone("1985-09-12", "female"),))
GUO = family(0x104, of.WANGJIA, ("郭凯旋",), (someone("1980-11-02", "male", GUOS),))
KAIGE = family(0x105, of.WANGJIA, ("郭凯歌",), (someone("1990-04-20", "male"),))
ALL = (HAN, HAN_AGAIN, QIAN, GUO, KAIGE)


def settle_all(pack: rulebook.Pack) -> None:
    for each in ALL:
        settle(each, pack)


def person(family: Family, at: int = 0) -> Person:
    return Person.objects.within(EVERYWHERE).get(key=family.person_keys[at])


def pair(one: Person, other: Person) -> Match:
    """The pair of two people as its first side sees it."""
    return Match.objects.within(EVERYWHERE).get(is_first=True, person=one, other_person=other)


def pairs() -> set[tuple[str, str, str]]:
    """Names of both sides and the decision, of every pair in the queue."""
    rows = Match.objects.within(EVERYWHERE).filter(is_first=True)
    return {
        (_name(each.person_id, each.entry_id), _name(each.other_person_id, each.other_entry_id), each.decision)
        for each in rows
    }


def _name(person: int | None, entry: int | None) -> str:
    if person is not None:
        return Person.objects.within(EVERYWHERE).get(pk=person).name
    return RollEntry.objects.within(EVERYWHERE).get(pk=entry or 0).name
