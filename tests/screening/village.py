"""Five households under the small pack, whose line is 4,000 yuan.

Li    Liujia   two people   meets everything
Wang  Liujia   one          one fen below the line; school does not apply
Zhou  Wangjia  two          no water; nobody knows whether the child is in school
Wu    Chenjia  one          nobody knows anything
Zheng Sunjia   one          exactly on the line
"""

from typing import Any
from uuid import UUID

from tests import cast as of

from diguan.access.scope import Scope
from diguan.registry.batch import Batch, HouseholdRow, ObservationRow, PersonRow

LI, WANG, ZHOU, WU, ZHENG = (UUID(int=number, version=4) for number in range(1, 6))
EVERYWHERE = Scope(((0, 10**12),))
DONGSHAN = Scope(((990101001000, 990101002000),))

_HOUSES: tuple[tuple[UUID, str, int, dict[str, Any], list[bool | None]], ...] = (
    (LI, of.LIUJIA, 2, {"income": "9000", "has_water": True}, [True, True]),
    (WANG, of.LIUJIA, 1, {"income": "3999.99", "has_water": True}, [None]),
    (ZHOU, of.WANGJIA, 2, {"income": "5000", "has_water": False}, [True, None]),
    (WU, of.CHENJIA, 1, {}, [None]),
    (ZHENG, of.SUNJIA, 1, {"income": "4000", "has_water": True}, [None]),
)


def person(household: UUID, number: int) -> UUID:
    return UUID(int=household.int & 0xFFFF | (number + 1) << 16, version=4)


def _body(household: UUID, values: dict[str, Any], school: list[bool | None]) -> dict[str, Any]:
    persons = {str(person(household, number)): {"in_school": known} for number, known in enumerate(school)}
    return {"household": values, "persons": persons}


BATCH = Batch(
    households=[HouseholdRow(key, place, "made up") for key, place, *_rest in _HOUSES],
    persons=[
        PersonRow(person(key, number), key, "made up", number)
        for key, _place, size, *_rest in _HOUSES
        for number in range(size)
    ],
    observations=[
        ObservationRow(
            UUID(int=1000 + key.int % 1000, version=4), key, "visit", "2020-05-01", _body(key, values, school)
        )
        for key, _place, _size, values, school in _HOUSES
    ],
)
