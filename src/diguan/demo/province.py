"""Draws the province: the households with a story, then all others in the order of their places."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from diguan import rulebook
from diguan.demo import (
    census,
    circumstances,
    homes,
    incomes,
    lists,
    living,
    monitoring,
    people,
    policy,
    stories,
    telling,
    villages,
)
from diguan.demo.homes import Home
from diguan.demo.policy import Policy
from diguan.demo.writing import Files

SEED = 20200529
_STEP = 1000

Progress = Callable[[int, int], None]  # households done, households in all


@dataclass(frozen=True)
class Made:
    """What was written. `persons_by_group` is meant: what the rules must derive for the cohorts."""

    folder: Path
    seed: int
    scale: float
    households: int
    persons: int
    observations: int
    households_by_group: Mapping[str, int]
    persons_by_group: Mapping[str, int]
    digest: str
    apart: tuple[str, ...] = ()  # households of no cohort, some of which are entered twice


def generate(
    folder: Path,
    *,
    seed: int = SEED,
    scale: float = 1.0,
    pack: rulebook.Pack | None = None,
    progress: Progress | None = None,
) -> Made:
    """Write households.parquet, persons.parquet and observations.parquet into `folder`.

    Rows: at scale 1 the cohorts hold the persons of the campaign's baseline; other scales in proportion. The same seed
    and scale give the same bytes.
    Unknown: what nobody said is in no observation.
    Raises: census.ScaleTooSmall.
    """
    numbers = policy.read(pack)
    chance = random.Random(seed)  # noqa: S311 - the demo must come out the same every time
    places = villages.Map(numbers, chance)
    slots = census.plan(chance, numbers, places, scale, stories.counts())
    by_group = {group: [0, 0] for group in homes.kinds()}
    for group, (households, persons) in stories.counts().items():
        by_group[group] = [households, persons]
    apart, keys = lists.read("doubles")["group"], list[str]()
    with Files(folder) as files:
        stories.write(files)
        for number, slot in enumerate(slots):
            home = _home(chance, numbers, places.villages[slot.village], slot)
            _write(chance, numbers, files, home)
            by_group[slot.kind.group][0] += 1
            by_group[slot.kind.group][1] += slot.size
            if slot.kind.group == apart:
                keys.append(home.key)
            if progress is not None and number % _STEP == 0:
                progress(number, len(slots))
    if progress is not None:
        progress(len(slots), len(slots))
    return Made(
        folder=folder,
        seed=seed,
        scale=scale,
        **files.counts,
        households_by_group={group: count for group, (count, _) in by_group.items()},
        persons_by_group={group: count for group, (_, count) in by_group.items()},
        digest=files.digest,
        apart=tuple(keys),
    )


def _home(chance: random.Random, numbers: Policy, village: villages.Village, slot: census.Slot) -> Home:
    """One household, built in the order in which one thing depends on another."""
    members = people.draw(chance, numbers, village, slot)
    home = Home(lists.uuid(chance), village, slot.kind, members)
    circumstances.bring_risk(chance, numbers, home)
    circumstances.enrol(chance, home)
    living.describe(chance, numbers, home)
    incomes.draw(chance, numbers, home)
    circumstances.spend(chance, numbers, home)
    circumstances.find_causes(chance, home)
    circumstances.pay_oddly(chance, numbers, home)
    circumstances.record(chance, numbers, home)
    circumstances.contradict(chance, numbers, home)
    monitoring.watch(numbers, home)
    return home


def _write(chance: random.Random, numbers: Policy, files: Files, home: Home) -> None:
    files.household(home.key, home.village.code, home.name)
    for ordinal, member in enumerate(home.members, start=1):
        files.person(member.key, home.key, member.name, ordinal)
    for said in telling.tell(chance, numbers, home):
        files.observation(lists.uuid(chance), said)
