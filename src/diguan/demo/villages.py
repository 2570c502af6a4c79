"""Where households of the demo live: the real villages and communities, some much more often than others."""

from __future__ import annotations

import csv
import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from itertools import accumulate

from diguan.demo import lists, names
from diguan.demo.policy import Policy

# Villages stand from 200 on in the three last digits of a statistical code, urban communities below.
_FIRST_VILLAGE = "200"
# Placeholders of the statistical codes, in which nobody lives.
_VIRTUAL = "虚拟"
_DRY_PREFECTURES = ("2207", "2208")


@dataclass(frozen=True)
class Village:
    """A place at the lowest level, and what its people share."""

    code: str
    county: str

    @property
    def is_dry(self) -> bool:
        return self.code.startswith(_DRY_PREFECTURES)

    @property
    def is_community(self) -> bool:
        return self.code[9:] < _FIRST_VILLAGE

    @cached_property
    def reporters(self) -> tuple[str, ...]:
        """Those who come to the households of this village."""
        chance = random.Random(self.code)  # noqa: S311 - the demo must come out the same every time
        roles = chance.sample(lists.read("names")["field_roles"], 3)
        return tuple(f"{role} {names.adult(chance, self.code)}" for role in roles)

    @cached_property
    def piped(self) -> bool:
        """Whether the village has a piped supply by now, as most have."""
        return random.Random(f"water {self.code}").random() < (0.9 if self.is_community else 0.78)  # noqa: S311

    def department(self, source: str) -> str:
        """The county's department that sends the data of a source, with its officer."""
        return _department(source, self.code[:6], self.county)


@cache
def _department(source: str, code: str, county: str) -> str:
    chance = random.Random(f"{source} {code}")  # noqa: S311
    return f"{county}{lists.read('names')['departments'][source]} {names.adult(chance, code)}"


def all_villages() -> Iterator[Village]:
    """Every place of the lowest level in which somebody may live, in the order of the codes."""
    with resources.files("diguan.places").joinpath("data/places-jilin.csv").open(encoding="utf-8") as lines:
        counties: dict[str, str] = {}
        for row in csv.DictReader(lines):
            if row["level"] == "county":
                counties[row["code"]] = row["name"]
            elif row["level"] == "village" and _VIRTUAL not in row["name"]:
                yield Village(row["code"], counties[row["code"][:6]])


class Map:
    """The villages with their weights."""

    def __init__(self, policy: Policy, chance: random.Random) -> None:
        weights = lists.read("mix")["places"]
        self.villages = sorted(all_villages(), key=lambda village: village.code)
        self._sums = list(
            accumulate(
                weights["community" if village.is_community else "village"]
                * (weights["designated_county"] if village.code[:6] in policy.designated else 1.0)
                * chance.lognormvariate(0, weights["chance"])
                for village in self.villages
            )
        )

    def draw(self, chance: random.Random) -> int:
        """The position of a village in the list."""
        return bisect(self._sums, chance.random() * self._sums[-1])
