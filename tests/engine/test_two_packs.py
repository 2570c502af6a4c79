"""The same households under two packs, by command: whom a change touches, what is written, and how the program ends."""

from pathlib import Path

import duckdb
from click.testing import CliRunner, Result
from tests.rulebook import world

from diguan.cli.pack import cli

WAS = world.FILES["parameters.yaml"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["diff", *map(str, arguments), "--lang", "en"])


def packs(folder: Path, **after: str) -> tuple[Path, Path]:
    return world.write_pack(folder / "was"), world.write_pack(folder / "now", **after)


def data(folder: Path) -> Path:
    homes = [
        "H1,V1,4000,0,1,GOOD,true,,",
        "H2,V1,4200,0,1,GOOD,true,,",
        "H3,V2,,0,1,GOOD,true,,",
        "H4,V2,3000,0,1,GOOD,true,,",
    ]
    people = [f"P{i},H{i},1980-01-01,0,true" for i in (1, 2, 3, 4)] + ["P5,H1,1981-01-01,0,true"]
    return world.write_data(folder / "data", homes, people)


def touched(out: Path) -> list[tuple[object, ...]]:
    found = duckdb.read_parquet(str(out / "touched.parquet"))
    return found.select("household_id, kind, name, before, after, direction").fetchall()


def test_a_raised_line_names_the_households_that_lose_and_ends_well(tmp_path: Path) -> None:
    was, now = packs(tmp_path, parameters=WAS.replace("4000", "4100"))
    result = run(was, now, "--data", data(tmp_path), "--as-of", "2020-06-01", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "Nothing is weakened." in result.output
    assert "raised: whoever meets it now met it before" in result.output
    assert "1 of 4 households have another outcome or cohort" in result.output
    assert touched(tmp_path / "out") == [
        ("H1", "cohort", "cohort", "none", "poor", ""),
        ("H1", "standard", "enough", "met", "not_met", "lost"),
    ]


def test_a_lowered_line_ends_with_three_and_names_the_households_that_gain(tmp_path: Path) -> None:
    was, now = packs(tmp_path, parameters=WAS.replace("4000", "3000"))
    result = run(was, now, "--data", data(tmp_path), "--as-of", "2020-06-01", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert ("H4", "standard", "enough", "not_met", "met", "gained") in touched(tmp_path / "out")


def test_what_the_text_cannot_tell_ends_with_four_and_the_screening_still_counts(tmp_path: Path) -> None:
    now = world.FILES["standards.yaml"].replace("income >= :line", "debt >= :line").replace("school:", "school_2:")
    was, now = packs(tmp_path, standards=now.replace("school_2:", "school:"))
    result = run(was, now, "--data", data(tmp_path), "--as-of", "2020-06-01", "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert "cannot be told from the text" in result.output
    found = {row[0]: row[-1] for row in touched(tmp_path / "out") if row[1] == "standard"}
    assert found == {"H1": "lost", "H2": "lost", "H3": "found_short"}


def test_a_new_standard_touches_those_who_do_not_meet_it_and_those_of_whom_nobody_knows(tmp_path: Path) -> None:
    more = "  spare: {label: Spare, met_when: income >= 3500, source: {document: rules}}\n"
    was, now = packs(tmp_path, standards=world.FILES["standards.yaml"] + more)
    result = run(was, now, "--data", data(tmp_path), "--as-of", "2020-06-01", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert touched(tmp_path / "out") == [
        ("H3", "standard", "spare", "absent", "unknown", "became_unknown"),
        ("H4", "standard", "spare", "absent", "not_met", "lost"),
    ]


def test_a_pack_against_itself_touches_nobody_and_writes_empty_files(tmp_path: Path) -> None:
    was, now = packs(tmp_path)
    result = run(was, now, "--data", data(tmp_path), "--as-of", "2020-06-01", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "Nothing differs." in result.output
    assert touched(tmp_path / "out") == []
    assert duckdb.read_parquet(str(tmp_path / "out/changes.parquet")).fetchall() == []


def test_every_difference_stands_in_the_files_with_its_verdict(tmp_path: Path) -> None:
    was, now = packs(tmp_path, parameters=WAS.replace("4000", "3000"))
    run(was, now, "--out", tmp_path / "out")
    rows = duckdb.read_parquet(str(tmp_path / "out/changes.parquet")).select("part, name, field, verdict").fetchall()
    assert ("standard", "enough", "effect", "lowered") in rows
    assert ("parameter", "line", "value", "") in rows
    assert (tmp_path / "out/changes.csv").read_text("utf-8-sig").count("\n") == len(rows) + 1


def test_data_without_a_day_or_a_folder_for_what_is_found_is_asked_for(tmp_path: Path) -> None:
    result = run(*packs(tmp_path), "--data", data(tmp_path))
    assert result.exit_code == 2
    assert "--as-of" in result.output


def test_data_that_lacks_what_one_pack_reads_is_refused_in_words(tmp_path: Path) -> None:
    was, now = packs(tmp_path)
    homes = world.write_data(tmp_path / "data", ["household_id,place", "H1,V1"], ["P1,H1,1980-01-01,0,true"])
    result = run(was, now, "--data", homes, "--as-of", "2020-06-01", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "income" in result.output
