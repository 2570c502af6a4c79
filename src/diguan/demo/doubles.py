"""Some households of the demo entered twice, as happens when a family moves or another department enters it anew.

Only households of no cohort are taken, whole and with the same facts, so that no published count changes.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from diguan.demo import lists
from diguan.demo.id_numbers import CARD, NAME
from diguan.demo.lists import Lot
from diguan.registry.batch import Batch, HouseholdRow, ObservationRow, PersonRow


@dataclass(frozen=True)
class _Home:
    key: str
    place: str
    name: str


@dataclass(frozen=True)
class _Made:
    households: list[HouseholdRow]
    persons: list[PersonRow]
    observations: list[ObservationRow]


def batch(folder: Path, keys: Sequence[str], seed: int) -> Batch:
    """A second entry of some of these households, of the prefecture of doubles.yaml; the same seed gives the same ones."""
    told = lists.read("doubles")
    with duckdb.connect(":memory:") as connection:
        homes = _rows(connection, folder, "households", "place LIKE ?", [told["prefecture"] + "%"])
        chance = random.Random(f"doubles {seed}")  # noqa: S311 - made up
        wanted = set(keys)
        ours = [_Home(*row) for row in homes if row[0] in wanted]
        chosen = sorted(chance.sample(ours, min(told["households"], len(ours))), key=lambda home: home.key)
        villages = sorted({row[1] for row in homes})
        made = _Made([], [], [])
        for home in chosen:
            _enter_again(connection, folder, replace(home, place=_where(chance, home.place, villages)), chance, made)
    return Batch(made.households, made.persons, made.observations)


def mistaken(chance: random.Random, name: str) -> str:
    """The name with one sign of the given name written as another that sounds alike, where there is one."""
    alike: dict[str, str] = {sign: group for group in lists.read("doubles")["alike"] for sign in group}
    places = [at for at, sign in enumerate(name) if at > 0 and sign in alike]
    if not places:
        return name
    at = chance.choice(places)
    return name[:at] + chance.choice([sign for sign in alike[name[at]] if sign != name[at]]) + name[at + 1 :]


def _rows(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, condition: str, values: list[str]
) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"FROM read_parquet('{folder / name}.parquet') WHERE {condition} ORDER BY 1", values
    ).fetchall()


def _enter_again(
    connection: duckdb.DuckDBPyConnection, folder: Path, home: _Home, chance: random.Random, made: _Made
) -> None:
    rates = lists.read("doubles")["double_rates"]
    key, own = _again(home.key), [home.key]
    people = _rows(connection, folder, "persons", "household_id = ?", own)
    names: dict[str, str] = {}
    silent: set[str] = set()
    for person, _household, name, _ordinal in people:
        names[person] = mistaken(chance, name) if chance.random() * 1000 < rates["other_sign"] else name
        silent |= {person} if chance.random() * 1000 < rates["no_number"] else set()
    head = next(names[person] for person, _household, _name, ordinal in people if ordinal == 1)
    made.households.append(HouseholdRow(key, home.place, head))
    made.persons.extend(PersonRow(_again(person), key, names[person], at) for person, _household, _name, at in people)
    for instance, _household, source, reporter, on, text in _rows(
        connection, folder, "observations", "household_id = ?", own
    ):
        said = json.loads(text)
        persons = {_again(person): _without(facts, person in silent) for person, facts in said["persons"].items()}
        body = {"household": said["household"], "persons": persons}
        made.observations.append(ObservationRow(_again(instance), key, source, on, body, reporter))


def _again(key: str) -> str:
    return str(uuid.uuid5(uuid.UUID(key), "entered again"))


def _without(facts: Mapping[str, Any], is_silent: bool) -> Mapping[str, Any]:
    """Their facts, without numbers where nobody had the papers at hand."""
    return {name: value for name, value in facts.items() if not is_silent or name not in (NAME, CARD)}


def _where(chance: random.Random, place: str, villages: Sequence[str]) -> str:
    kind = Lot[str](lists.read("doubles")["where"]).draw(chance)
    if kind == "village":
        return place
    near = [each for each in villages if each != place and each.startswith(place[:6])]
    far = [each for each in villages if not each.startswith(place[:6])]
    return chance.choice((near if kind == "county" else far) or villages)
