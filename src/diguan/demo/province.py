"""Draws the province: the households with a story, then all others in the order of their places."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
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
    writing,
)
from diguan.demo.homes import Home
from diguan.demo.policy import Policy
from diguan.demo.writing import Files

SEED = 20200529
# The households are drawn in so many parts, each from a chance of its own, so that processors can share them.
_PARTS = 2
_FEW = 5_000  # households that one process draws sooner than others are started

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
    with Files(folder, 0) as files:
        stories.write(files)
    drawn = [_Part(files.counts), *_draw_all(numbers, places.villages, slots, folder, seed)]
    told = stories.counts()
    if progress is not None:
        progress(len(slots), len(slots))
    return Made(
        folder=folder,
        seed=seed,
        scale=scale,
        **{name: sum(part.rows[name] for part in drawn) for name in files.counts},
        households_by_group=_summed(
            {group: count for group, (count, _) in told.items()}, *(p.households for p in drawn)
        ),
        persons_by_group=_summed({group: count for group, (_, count) in told.items()}, *(p.persons for p in drawn)),
        digest=writing.joined(folder, len(drawn)),
        apart=tuple(key for part in drawn for key in part.apart),
    )


@dataclass(frozen=True)
class _Part:
    """What one part of the households came to: rows by file, households and persons by group, keys of the group apart."""

    rows: Mapping[str, int]
    households: Mapping[str, int] = field(default_factory=dict)
    persons: Mapping[str, int] = field(default_factory=dict)
    apart: Sequence[str] = ()


def _draw_all(
    numbers: Policy, where: Sequence[villages.Village], slots: Sequence[census.Slot], folder: Path, seed: int
) -> list[_Part]:
    each = -(-len(slots) // _PARTS)
    work = [
        (
            numbers,
            [(where[slot.village], slot) for slot in slots[part * each : (part + 1) * each]],
            folder,
            seed,
            part + 1,
        )
        for part in range(_PARTS)
    ]
    if len(slots) < _FEW:
        return [_draw(*part) for part in work]
    # Started afresh and not forked: a copy of a process with threads may wait for ever.
    with ProcessPoolExecutor(_PARTS, mp_context=multiprocessing.get_context("spawn")) as processes:
        return list(processes.map(_draw, *zip(*work, strict=True)))


def _draw(
    numbers: Policy, homes_to_be: Sequence[tuple[villages.Village, census.Slot]], folder: Path, seed: int, part: int
) -> _Part:
    """Draw the households of one part and write their rows."""
    chance = random.Random(f"{seed} {part}")  # noqa: S311 - the demo must come out the same every time
    households, persons = Counter[str](), Counter[str]()
    apart, keys = lists.read("doubles")["group"], list[str]()
    with Files(folder, part) as files:
        for village, slot in homes_to_be:
            home = _home(chance, numbers, village, slot)
            _write(chance, numbers, files, home)
            households[slot.kind.group] += 1
            persons[slot.kind.group] += slot.size
            if slot.kind.group == apart:
                keys.append(home.key)
    return _Part(files.counts, households, persons, keys)


def _summed(*counts: Mapping[str, int]) -> dict[str, int]:
    """Of every group, none left out."""
    total = Counter(dict.fromkeys(homes.kinds(), 0))
    for each in counts:
        total.update(each)
    return dict(total)


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
