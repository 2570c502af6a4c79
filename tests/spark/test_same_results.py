"""Spark gives what DuckDB gives, row for row: shipped packs, every function at its borders, random rules, faulty files."""

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import pytest
from bench import population
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.engine import test_conformance as borders
from tests.generative import test_engines_agree as random_world
from tests.rulebook import world
from tests.spark.same import screened_alike

from diguan import engine, rulebook
from diguan.engine.split import Keys, split_file

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]


def shipped(name: str, on: str) -> rulebook.Rules:
    return rulebook.at(rulebook.load(rulebook.shipped() / name), dt.date.fromisoformat(on))


@pytest.mark.parametrize(
    ("pack", "on"), [("cn-jilin-2020", "2020-05-29"), ("eu-silc", "2006-12-31"), ("global-mpi", "2020-05-29")]
)
def test_a_shipped_pack_over_random_households(tmp_path: Path, pack: str, on: str) -> None:
    rules = shipped(pack, on)
    _, persons = population.write(rules.pack, tmp_path / "data", 400)
    assert screened_alike(rules, tmp_path / "data", tmp_path).persons == persons


def test_every_function_at_its_borders(tmp_path: Path) -> None:
    rules, data = borders.orchard_at_its_borders(tmp_path)
    screened_alike(rules, data, tmp_path)


def drawn(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """Several examples of a strategy; put together in one screening they cost Spark little more than one alone."""
    found: list[Any] = []

    @settings(max_examples=number, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


def test_random_rules_over_random_households(tmp_path: Path) -> None:
    rules_folder, data = tmp_path / "pack", tmp_path / "data"
    rules_folder.mkdir()
    data.mkdir()
    homes = [home for homes in drawn(random_world.HOMES, 30) for home in homes]
    numbers = {"household": drawn(random_world.number(False, 2), 20), "person": drawn(random_world.number(True, 2), 15)}
    of_persons, truths = drawn(random_world.truth(True, 1), 10), drawn(random_world.truth(False, 2), 20)
    random_world._write_pack(rules_folder, numbers["household"][-1], numbers["person"][-1], of_persons[-1], truths)
    random_world._write_checks(rules_folder, truths[-1], of_persons[-2])
    more = [
        f'  {entity}_{i}: {{entity: {entity}, type: decimal, label: n, formula: "{formula}"}}\n'
        for entity, formulas in numbers.items()
        for i, formula in enumerate(formulas)
    ]
    with (rules_folder / "derived.yaml").open("a") as file:
        file.writelines(more)
    random_world._write_data(data, homes)
    rules = rulebook.at(rulebook.load(rules_folder), random_world.AS_OF)
    assert screened_alike(rules, data, tmp_path).households == len(homes)


def test_a_real_sample_with_weights_and_a_median_of_the_whole(tmp_path: Path) -> None:
    """Binary fractions with more than six places, codes, and two computed parameters."""
    packed = gzip.decompress((Path(__file__).parents[1] / "data/eusilc/eusilc.csv.gz").read_bytes())
    (tmp_path / "eusilc.csv").write_bytes(packed)
    rules = shipped("eu-silc", "2006-12-31")
    split_file(rules.pack, tmp_path / "eusilc.csv", tmp_path / "data", Keys("db030", "rb030", "db040"))
    done = screened_alike(rules, tmp_path / "data", tmp_path)
    assert done.computed == {"threshold": "10859.240000"} or "10859" in str(done.computed)
    assert done.rounded == 12_570


FAULTY = [
    "h1,p1,5000,1.0000005,3,GOOD,yes,2010-06-01,fine",
    "h2,p1,1e3,-2.5e-7,3.0,POOR,否,2020-02-30,no such day",
    "h3,p2,twelve,1,2.5,BAD,maybe,1.6.2010,much is wrong",
    "h4,p2,2000000,1,,,,,too much",
    " h5 ,p2,NA,,,,,,blanks around the key",
    "h6,,4000,,,,,,no place",
    "h6,p1,4000,,,,,,twice",
    ",p1,4000,,,,,,nobody's",
]
PEOPLE = ["a,h1,2010-02-29,5,true", "b,h1,2010-02-28,,false", "c,h9,,,", "d,h5,,1.23456789,", "e,,,,", "f,h4,,,", "b,h6,,,"]


def test_what_is_refused_and_why(tmp_path: Path) -> None:
    data = world.write_data(tmp_path / "data", FAULTY, PEOPLE)
    done = screened_alike(world.rules(world.write_pack(tmp_path / "pack")), data, tmp_path)
    assert done.refused_rows > 10


def test_persons_without_a_household_are_found_by_the_screening_itself(tmp_path: Path) -> None:
    data = world.write_data(tmp_path / "data", ["h1,p,5000,,,,,,", "h2,p,3,,,,,,"], ["a,h1,,,true", "b,h7,,,true"])
    done = screened_alike(world.rules(world.write_pack(tmp_path / "pack")), data, tmp_path)
    assert (done.households, done.refused_persons) == (2, 1)


def test_a_snapshot_is_taken_as_it_is(tmp_path: Path) -> None:
    rules = shipped("cn-2020", "2020-05-29")
    population.write(rules.pack, tmp_path / "data", 60)
    screened_alike(rules, tmp_path / "data", tmp_path, checks=engine.Checks(trusted=True))
