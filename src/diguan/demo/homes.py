"""A household of the demo while it is being built: facts as an observation states them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from diguan.demo import lists
from diguan.demo.villages import Village

Fact = bool | int | str
Facts = dict[str, Fact]


@dataclass(frozen=True)
class Kind:
    """What a household has to be, so that the rules put it where it belongs."""

    group: str
    name: str
    status: str
    sizes: str
    income: str
    risk: str  # required, absent or any
    gaps: int = 0
    unknown: int = 0
    open: str = ""  # what keeps the household's cohort unknown

    @property
    def is_registered(self) -> bool:
        return self.status in ("poor", "exited")

    @property
    def is_ordinary(self) -> bool:
        return self.sizes == "ordinary"


@dataclass(slots=True)
class Member:
    key: str
    name: str
    role: str
    relation: str
    age: int
    facts: Facts = field(default_factory=dict)
    wage: int = 0  # yuan in the accounting year
    post: int = 0  # yuan from a public post

    @property
    def sex(self) -> Fact:
        return self.facts["sex"]

    @property
    def health(self) -> Fact:
        return self.facts["health_status"]

    @property
    def can_work(self) -> bool:
        return self.facts["labour_capacity"] in ("ordinary", "skilled", "weak")


@dataclass(slots=True)
class Home:
    key: str
    village: Village
    kind: Kind
    members: list[Member]
    facts: Facts = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)  # income items of the accounting year in yuan
    registered: date | None = None
    exited: date | None = None

    @property
    def name(self) -> str:
        return self.members[0].name

    @property
    def has_pupils(self) -> bool:
        return any(member.role in ("pupil", "grandpupil") for member in self.members)

    @property
    def total(self) -> int:
        """Net income in yuan."""
        return (
            sum(self.amounts.values())
            - 2 * self.amounts["operating_costs"]
            + sum(m.wage + m.post for m in self.members)
        )


@dataclass(slots=True)
class Said:
    """One observation before it is written."""

    household: str
    source: str
    reporter: str
    on: str
    facts: Facts
    persons: dict[str, Facts] = field(default_factory=dict)


@cache
def kinds() -> Mapping[str, list[tuple[Kind, float]]]:
    """The kinds of each group with their shares."""
    found: Mapping[str, list[dict[str, Any]]] = lists.read("mix")["groups"]
    return {
        group: [(Kind(group=group, **{k: v for k, v in row.items() if k != "share"}), row["share"]) for row in rows]
        for group, rows in found.items()
    }


def day(chance: random.Random, first: date, last: date) -> date:
    """A day between two days, both included."""
    return date.fromordinal(chance.randint(first.toordinal(), last.toordinal()))


def yuan(amount: int) -> str:
    return f"{amount}.00"
