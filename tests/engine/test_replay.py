"""A past screening comes out again to the last value; whatever was changed since is found, and said precisely."""

import hashlib
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from tests.rulebook.world import FILES, standard, write_data, write_pack

from diguan.cli.tour import diguan

HOMES = [
    "H1,010000000001,4000,0,1,GOOD,true,,",
    "H2,010000000002,2000,0,1,GOOD,true,,",
    "H3,010000000002,,0,1,GOOD,true,,",
]
PEOPLE = ["P1,H1,2002-03-01,500,true", "P2,H2,1980-01-01,700,true", "P3,H3,1981-01-01,,true"]
THEN = ["H1,010000000001,3000,0,1,GOOD,true,,", "H2,010000000002,9000,0,1,POOR,false,,"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(diguan, [*map(str, arguments), "--lang", "en"])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A screening with everything: places, members, a check, a past, the derived values of persons."""
    grown = "derived:\n  grown: {entity: person, type: boolean, label: G, formula: 'age_on(born_on, :as_of) >= 18'}\n"
    kept = standard('"income >= previous(income, 12) AND any_member(grown)"')
    middle = FILES["parameters.yaml"] + "  middle: {type: money, label: M, computed: 'weighted_median(income, 1)'}\n"
    checks = "checks:\n  odd: {entity: person, label: O, text: O, fault_when: wage > 600, severity: error, mended_by: desk, source: {}}\n"
    head = FILES["pack.yaml"] + "roles: {desk: Desk}\n"
    write_pack(
        tmp_path / "pack", pack=head, standards=kept, derived=grown, parameters=middle, checks=checks,
        cohorts="cohorts:\n  low: {label: Low, member_when: 'income < :middle', source: {document: rules}}\n",
    )  # fmt: skip
    write_data(tmp_path / "data", HOMES, PEOPLE)
    write_data(tmp_path / "past/2019-06-01", THEN, PEOPLE)
    (tmp_path / "places.csv").write_text(
        "code,name,parent_code\n01,Top,\n010000000001,A,01\n010000000002,B,01\n", "utf-8"
    )
    done = run(
        "screen", "--pack", tmp_path / "pack", "--data", tmp_path / "data", "--as-of", "2020-06-01", "--out", tmp_path / "out",
        "--places", tmp_path / "places.csv", "--history", tmp_path / "past", "--persons",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return tmp_path / "out"


def test_a_screening_comes_out_again_table_by_table(out: Path) -> None:
    again = run("replay", out)
    assert again.exit_code == 0, again.output
    lines = again.output.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        "● outcomes.parquet", "● derived.parquet", "● derived_persons.parquet", "● checks.parquet", "● totals.parquet",
    ]  # fmt: skip
    assert lines[-1] == "The screening comes out as it was."


def test_the_pack_is_the_one_kept_whatever_became_of_the_files_it_was_loaded_from(out: Path, tmp_path: Path) -> None:
    for file in (tmp_path / "pack").iterdir():
        file.unlink()
    (tmp_path / "places.csv").write_text("nothing any more\n")
    assert run("replay", out).exit_code == 0


@pytest.mark.parametrize("way", ["sha256", "blake2b"])
def test_files_named_as_another_machine_or_an_earlier_version_named_them_are_compared_all_the_same(
    out: Path, tmp_path: Path, way: str
) -> None:
    made = json.loads((out / "made_from.json").read_text("utf-8"))
    for folder, named in ((tmp_path / "data", made["inputs"]), (out, made["results"])):
        for name in named:
            named[name] = hashlib.new(way, (folder / name).read_bytes()).hexdigest()
    (out / "made_from.json").write_text(json.dumps(made), "utf-8")
    assert run("replay", out).exit_code == 0
    write_data(tmp_path / "data", [*HOMES[:2], HOMES[2].replace(",,0,1", ",1,0,1")], PEOPLE)
    assert f"▲ data: the file {tmp_path}/data/households.csv is not what it was" in run("replay", out).output


def test_a_changed_pack_is_found_and_what_it_changes_is_said(out: Path) -> None:
    kept = out / "pack/orchard/cohorts.yaml"
    kept.write_text(kept.read_text().replace("income < :middle", "income <= :middle"))
    again = run("replay", out)
    assert again.exit_code == 3
    assert "▲ The pack kept with the results is not the one they were made under: its digest is " in again.output
    assert "▲ outcomes.parquet, cohort: " not in again.output  # nobody lies on the median of two
    kept.write_text(kept.read_text().replace("income <= :middle", "income < 2000"))
    again = run("replay", out)
    assert "▲ outcomes.parquet, cohort: 1 rows have another value, such as H2." in again.output
    assert "● derived.parquet: equal, 3 rows" in again.output


def test_changed_data_are_found_in_the_present_and_in_the_past(out: Path, tmp_path: Path) -> None:
    write_data(tmp_path / "data", [*HOMES[:2], HOMES[2].replace(",,0,1", ",1,0,1")], PEOPLE)
    again = run("replay", out)
    assert again.exit_code == 3
    assert f"▲ data: the file {tmp_path}/data/households.csv is not what it was: its digest is " in again.output
    assert "▲ outcomes.parquet, cohort: 2 rows have another value, such as H2, H3." in again.output
    assert "rows are not there any more" in again.output  # of the totals
    write_data(tmp_path / "data", HOMES, PEOPLE)
    write_data(tmp_path / "past/2019-06-01", [THEN[0], THEN[1].replace("9000", "1")], PEOPLE)
    again = run("replay", out)
    assert f"▲ 2019-06-01: the file {tmp_path}/past/2019-06-01/households.csv is not what it was" in again.output
    assert "▲ outcomes.parquet, tested: 1 rows have another value, such as H2." in again.output


def test_results_that_were_tampered_with_are_found(out: Path) -> None:
    file = out / "outcomes.parquet"
    changed = f"SELECT * REPLACE (CASE WHEN household_id = 'H1' THEN 'met' ELSE tested END AS tested) FROM '{file}'"
    duckdb.sql(f"COPY ({changed.replace('met', 'unknown')}) TO '{file}.new' (FORMAT parquet)")
    Path(f"{file}.new").rename(file)
    again = run("replay", out)
    assert again.exit_code == 3
    assert f"▲ results: the file {file} is not what it was" in again.output
    assert "▲ outcomes.parquet, tested: 1 rows have another value, such as H1." in again.output


def test_data_that_were_moved_are_named_and_data_that_are_gone_are_said_to_be(out: Path, tmp_path: Path) -> None:
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    (tmp_path / "past").rename(tmp_path / "before")
    gone = run("replay", out)
    assert gone.exit_code == 1
    assert f"There is no folder {tmp_path}" in gone.output
    moved = run("replay", out, "--data", tmp_path / "elsewhere", "--history", tmp_path / "before")
    assert moved.exit_code == 0, moved.output


def test_another_version_of_the_program_is_mentioned(out: Path) -> None:
    file = out / "made_from.json"
    made = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**made, "program": "Diguan 0.0.9, DuckDB 1.4.0"}), "utf-8")
    again = run("replay", out)
    assert again.exit_code == 0
    assert "The screening was made by Diguan 0.0.9, DuckDB 1.4.0; this is another version." in again.output


def test_a_folder_without_results_or_of_an_older_version_is_told_apart(out: Path, tmp_path: Path) -> None:
    assert f"There are no results of a screening in {tmp_path}/data." in run("replay", tmp_path / "data").output
    (out / "made_from.json").unlink()
    old = run("replay", out)
    assert old.exit_code == 1
    assert "was made by a version that did not keep what it was made from" in old.output
