"""Spark gives what DuckDB gives, row for row: shipped packs, every function at its borders, random rules, faulty files."""

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bench import population
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.engine import test_conformance as borders
from tests.generative import test_engines_agree as random_world
from tests.rulebook import world
from tests.spark.same import assert_alike, assert_same_rows, screened_alike

from diguan import engine, rulebook
from diguan.engine.split import Keys, split_file

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]


def shipped(name: str, on: str) -> rulebook.Rules:
    return rulebook.at(rulebook.load(rulebook.shipped() / name), dt.date.fromisoformat(on))


@pytest.mark.parametrize("pack", ["cn-jilin-2020", "global-mpi"])
def test_a_shipped_pack_over_random_households(tmp_path: Path, pack: str) -> None:
    rules = shipped(pack, "2020-05-29")
    _, persons = population.write(rules.pack, tmp_path / "data", 300)
    assert screened_alike(rules, tmp_path / "data", tmp_path).persons == persons


def test_every_function_at_its_borders(tmp_path: Path) -> None:
    rules, data = borders.orchard_at_its_borders(tmp_path)
    screened_alike(rules, data, tmp_path)


def drawn(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """Several examples of a strategy; put together in one screening they cost Spark little more than one alone."""
    found: list[Any] = []

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


def _of_today(expressions: Any) -> Any:
    """Those that do not look back: such rules are DuckDB's."""
    return expressions.filter(lambda written: "previous(" not in written)


def test_random_rules_over_random_households(tmp_path: Path) -> None:
    rules_folder, data = tmp_path / "pack", tmp_path / "data"
    rules_folder.mkdir()
    data.mkdir()
    homes = [home for homes in drawn(random_world.HOMES, 15) for home in homes]
    number, truth = random_world.number, random_world.truth
    numbers = {"household": drawn(_of_today(number(False, 2)), 8), "person": drawn(_of_today(number(True, 2)), 6)}
    of_persons, truths = drawn(_of_today(truth(True, 1)), 5), drawn(_of_today(truth(False, 2)), 10)
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


def test_rules_that_look_back_are_refused_in_words(tmp_path: Path) -> None:
    rules_folder = tmp_path / "pack"
    rules_folder.mkdir()
    same, back = "money_a >= 0", "previous(money_a, 12) >= 0"
    random_world._write_pack(rules_folder, "money_a", "wage", "flag_p", [back, same, same, same])
    rules = rulebook.at(rulebook.load(rules_folder), random_world.AS_OF)
    with pytest.raises(engine.DataRefused, match="look back"):
        engine.screen(rules, tmp_path, tmp_path / "out", engine.Options(engine="spark"))


def test_a_real_sample_with_weights_and_a_median_of_the_whole(tmp_path: Path) -> None:
    """Binary fractions with more than six places, and a parameter computed over everybody."""
    written = gzip.decompress((Path(__file__).parents[1] / "data/eusilc/eusilc.csv.gz").read_bytes())
    (tmp_path / "eusilc.csv").write_bytes(b"".join(written.splitlines(keepends=True)[:1500]))
    rules = shipped("eu-silc", "2006-12-31")
    split_file(rules.pack, tmp_path / "eusilc.csv", tmp_path / "data", Keys("db030", "rb030", "db040"))
    done = screened_alike(rules, tmp_path / "data", tmp_path)
    assert done.computed["poverty_threshold"] is not None
    assert done.rounded > 1000


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
PEOPLE = [
    "a,h1,2010-02-29,5,true",
    "b,h1,2010-02-28,,false",
    "c,h9,,,",
    "d,h5,,1.23456789,",
    "e,,,,",
    "f,h4,,,",
    "b,h6,,,",
]


def test_what_is_refused_and_why(tmp_path: Path) -> None:
    data = world.write_data(tmp_path / "data", FAULTY, PEOPLE)
    done = screened_alike(world.rules(world.write_pack(tmp_path / "pack")), data, tmp_path)
    assert done.refused_rows > 10


def test_persons_without_a_household_are_found_by_the_screening_itself(tmp_path: Path) -> None:
    data = world.write_data(tmp_path / "data", ["h1,p,5000,,,,,,", "h2,p,3,,,,,,"], ["a,h1,,,true", "b,h7,,,true"])
    done = screened_alike(world.rules(world.write_pack(tmp_path / "pack")), data, tmp_path)
    assert (done.households, done.refused_persons) == (2, 1)


def test_a_snapshot_is_taken_as_it_is(tmp_path: Path) -> None:
    rules = shipped("global-mpi", "2020-05-29")
    population.write(rules.pack, tmp_path / "data", 60)
    screened_alike(rules, tmp_path / "data", tmp_path, checks=engine.Checks(trusted=True))


def by_place(source: Path, folder: Path) -> None:
    """The files of `source` as folders of Parquet, one folder per county and, of households, one per place below it."""
    county = "left(place, 6) AS county"
    for name, columns, by in (
        ("households", f"*, {county}", "county, place"),
        ("persons", f"persons.*, {county}", "county"),
    ):
        joined = (
            " LEFT JOIN (SELECT household_id, place FROM households) USING (household_id)" if name == "persons" else ""
        )
        with duckdb.connect() as db:
            for each in ("households", "persons"):
                db.read_parquet(str(source / f"{each}.parquet")).create_view(each)
            (folder / name).mkdir(parents=True)
            statement = f"SELECT {columns} FROM {name}{joined}"
            db.execute(
                f"COPY ({statement}) TO '{folder / name}' (FORMAT parquet, PARTITION_BY ({by}), OVERWRITE_OR_IGNORE)"
            )


def test_files_in_folders_by_place_give_what_one_file_gives_and_may_be_named_by_an_address(tmp_path: Path) -> None:
    """The place itself is read from the names of folders, its leading zero kept; the county is nobody's variable."""
    rules = world.rules(world.write_pack(tmp_path / "pack"))
    homes = [f"h{i},0{i % 3}0101001001,{4000 + i % 2},,,,,," for i in range(12)]
    people = [f"p{i},h{i % 12},,,true" for i in range(20)]
    whole = world.write_data(tmp_path / "csv", homes, [*people, "lost,h99,,,"])
    with duckdb.connect() as db:
        for name in ("households", "persons"):
            (tmp_path / "one").mkdir(exist_ok=True)
            read = f"read_csv('{whole / name}.csv', all_varchar = true)"
            db.execute(f"COPY (FROM {read}) TO '{tmp_path / 'one' / name}.parquet' (FORMAT parquet)")
    by_place(tmp_path / "one", tmp_path / "folders")
    assert list((tmp_path / "folders/households").glob("county=000101/place=000101001001/*.parquet"))
    done = screened_alike(rules, tmp_path / "folders", tmp_path)
    assert (done.households, done.refused_persons, done.outside_places) == (12, 1, 0)
    assert done.ignored_columns == ["households: county", "persons: county"]
    by_address = engine.Options(engine="spark", persons_too=True)
    engine.screen(rules, f"file:{tmp_path / 'folders'}/", tmp_path / "addressed", by_address)
    assert_alike(tmp_path / "spark", tmp_path / "addressed")
    engine.screen(rules, tmp_path / "one", tmp_path / "of_one", engine.Options(persons_too=True))
    for name in ("outcomes", "derived", "totals"):
        assert_same_rows(tmp_path / "of_one" / f"{name}.parquet", tmp_path / "spark" / f"{name}.parquet")


def test_a_file_that_is_none_and_an_address_nobody_knows_are_refused_in_a_sentence(tmp_path: Path) -> None:
    rules = world.rules(world.write_pack(tmp_path / "pack"))
    on_spark = engine.Options(engine="spark")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/households.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(engine.DataRefused, match=r"households.parquet cannot be read: "):
        engine.screen(rules, tmp_path / "data", tmp_path / "out", on_spark)
    with pytest.raises(engine.DataRefused, match=r"cannot be read: .*s3a"):
        engine.screen(rules, "s3a://nowhere/data", tmp_path / "out", on_spark)
    assert not (tmp_path / "out").exists()
