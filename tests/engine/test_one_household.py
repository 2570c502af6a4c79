"""One household out of files: the same facts as a screening of everybody saw, with little else read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from bench import population
from tests.rulebook.world import rules, screen, write_data, write_pack

from diguan import engine, rulebook
from diguan.engine.files import KEYED

HOMES = ["h1,p,5000,,,,,,", "h2,p,3999,,,,,,", " h3 ,p,4000,,,,,,", "h4,p,NA,,,,,,"]
PEOPLE = ["a,h1,,,true", "b,h2,,,false", "c,h3,,,true", "d, h2 ,,,", "e,h4,,,", "e,h1,,,true"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


def as_parquet(data: Path) -> Path:
    for file in data.glob("*.csv"):
        duckdb.read_csv(str(file), all_varchar=True).write_parquet(str(file.with_suffix(".parquet")))
        file.unlink()
    return data


@pytest.fixture(params=[lambda data: data, as_parquet], ids=["csv", "parquet"])
def data(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    written: Callable[[Path], Path] = request.param
    return written(write_data(tmp_path / "data", HOMES, PEOPLE))


def test_members_are_found_by_whatever_blanks_stand_around_their_keys(pack: Path, data: Path, tmp_path: Path) -> None:
    screen(pack, data, tmp_path / "out")
    screening = engine.finished(tmp_path / "out")
    assert not screening.exact_keys
    for known in (None, screening):
        facts = engine.one_household(rules(pack), data, "h2", beside=engine.Beside(known))
        assert sorted(facts.member_keys) == ["b", "d"]
        assert engine.one_household(rules(pack), data, "h3", beside=engine.Beside(known)).household["income"] == 4000


def test_a_person_who_stands_in_another_household_too_refuses_both(pack: Path, data: Path, tmp_path: Path) -> None:
    screen(pack, data, tmp_path / "out")
    for known in (None, engine.finished(tmp_path / "out")):
        for key in ("h1", "h4"):
            with pytest.raises(engine.DataRefused, match=f"Household {key} was refused: .*e stands more than once"):
                engine.one_household(rules(pack), data, key, beside=engine.Beside(known))


def test_nobody_is_found_where_nobody_is(pack: Path, data: Path, tmp_path: Path) -> None:
    screen(pack, data, tmp_path / "out")
    for known in (None, engine.finished(tmp_path / "out")):
        with pytest.raises(engine.DataRefused, match="There is no household h9 in the data"):
            engine.one_household(rules(pack), data, "h9", beside=engine.Beside(known))


def test_what_was_computed_over_everybody_is_taken_from_the_screening(tmp_path: Path) -> None:
    parameters = """parameters:
  line: {type: money, label: Line, computed: "0.6 * weighted_median(income, 1)", source: {document: rules}}
"""
    pack = write_pack(tmp_path / "pack", parameters=parameters)
    data = write_data(tmp_path / "data", ["h1,p,5000,,,,,,", "h2,p,1000,,,,,,", "h3,p,4000,,,,,,"], ["a,h1,,,true"])
    screen(pack, data, tmp_path / "out")
    screening = engine.finished(tmp_path / "out")
    whole = engine.one_household(rules(pack), data, "h2")
    assert whole.computed == screening.computed == {"line": 2400}
    known = rulebook.at(rulebook.load(pack), rules(pack).as_of, screening.computed)  # type: ignore[arg-type]
    alone = engine.one_household(known, data, "h2", beside=engine.Beside(screening))
    judged = [
        rulebook.Household(known, alone.household, alone.members, alone.computed).outcomes(),
        rulebook.Household(rules(pack), whole.household, whole.members, whole.computed).outcomes(),
    ]
    assert judged[0] == judged[1]
    assert judged[0]["enough"] == "not_met"


def test_facts_are_the_same_whether_all_rows_are_read_or_one_households(tmp_path: Path) -> None:
    """In files laid out for it, whose Bloom filters say in which group of rows a key can be."""
    pack = rulebook.load(rulebook.shipped() / "cn-jilin-2020")
    known = rulebook.at(pack, date(2020, 5, 29))
    population.write(pack, tmp_path / "data", 9_000, layout=f", {KEYED.format(rows=2048)}")
    for name in ("households", "persons"):
        probe = f"SELECT count(*) FILTER (bloom_filter_excludes), count(*) FROM parquet_bloom_probe('{tmp_path}/data/{name}.parquet', 'household_id', 'h000004321')"
        excluded, groups = duckdb.sql(probe).fetchall()[0]
        assert groups >= 4
        assert groups - excluded <= 2
    engine.screen(known, tmp_path / "data", tmp_path / "out")
    screening = engine.finished(tmp_path / "out")
    assert screening.exact_keys
    by_keys = engine.one_household(known, tmp_path / "data", "h000004321", beside=engine.Beside(screening))
    by_all = engine.one_household(known, tmp_path / "data", "h000004321")
    assert replace(by_keys, members=[], member_keys=[]) == replace(by_all, members=[], member_keys=[])
    assert sorted(by_keys.member_keys) == sorted(by_all.member_keys) != []
    place = duckdb.read_parquet(f"{tmp_path}/out/outcomes.parquet").filter("household_id = 'h000004321'")
    outcomes = dict(zip(place.columns, place.fetchall()[0], strict=True))
    judged = rulebook.Household(known, by_keys.household, by_keys.members, by_keys.computed).outcomes()
    assert judged == {name: outcomes[name] for name in judged}


def test_a_folder_without_results_is_no_screening(tmp_path: Path) -> None:
    with pytest.raises(engine.DataRefused, match="There are no results of a screening in"):
        engine.finished(tmp_path)
