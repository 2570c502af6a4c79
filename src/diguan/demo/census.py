"""How many households of which kind are to be drawn, and where; the counts come out exactly."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from diguan.demo import homes, lists
from diguan.demo.homes import Kind
from diguan.demo.lists import Lot
from diguan.demo.policy import Policy
from diguan.demo.villages import Map


class ScaleTooSmall(ValueError):
    """The province would be smaller than the households with a story."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A household that is still to be drawn."""

    village: int  # its position on the map
    kind: Kind
    size: int


def targets(policy: Policy, scale: float) -> tuple[dict[str, int], dict[str, int]]:
    """Persons by cohort and households by other group, at a scale; halves are rounded up."""
    persons = {cohort: int(count * scale + 0.5) for cohort, count in policy.baseline.items()}
    households = {group: int(count * scale + 0.5) for group, count in lists.read("mix")["households"].items()}
    return persons, households


def plan(
    chance: random.Random, policy: Policy, places: Map, scale: float, told: Mapping[str, tuple[int, int]]
) -> list[Slot]:
    """Every household to be drawn, in the order of its place.

    `told` are the households and persons of each group that have a story already, and count.
    Raises: ScaleTooSmall.
    """
    persons, households = targets(policy, scale)
    slots: list[Slot] = []
    for group, kinds in homes.kinds().items():
        lot = Lot(kinds)
        have_households, have_persons = told.get(group, (0, 0))
        if group in persons:
            wanted = persons[group] - have_persons
            drawn = _by_persons(chance, lot, wanted)
        else:
            wanted = households[group] - have_households
            drawn = ((kind, _size(chance, kind)) for kind in (lot.draw(chance) for _ in range(wanted)))
        if wanted < 0:
            raise ScaleTooSmall(f"{group}: the stories alone are {-wanted} too many at scale {scale}")
        slots += [Slot(places.draw(chance), kind, size) for kind, size in drawn]
    chance.shuffle(slots)
    slots.sort(key=lambda slot: slot.village)
    return slots


def _by_persons(chance: random.Random, lot: Lot[Kind], wanted: int) -> Iterator[tuple[Kind, int]]:
    """Households until their members are as many as wanted; the last one is as large as what is left."""
    left = wanted
    while left > 0:
        kind = lot.draw(chance)
        size = min(left, _size(chance, kind))
        left -= size
        yield kind, size


def _size(chance: random.Random, kind: Kind) -> int:
    return Lot[int](lists.read("mix")["sizes"][kind.sizes]).draw(chance)
