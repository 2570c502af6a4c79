"""Results appear whole or not at all, and take the place of earlier results only."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from tests.rulebook.world import screen, standard, write_data, write_pack

from diguan import engine
from diguan.engine import Exhausted, screening


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_data(tmp_path / "data", ["h,p,5000,,,,,,"], ["a,h,,,true"])


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_run_that_fails_leaves_the_former_results_untouched(tmp_path: Path, pack: Path, data: Path) -> None:
    screen(pack, data, tmp_path / "out")
    before = contents(tmp_path / "out")
    (data / "households.csv").write_bytes(b"")
    with pytest.raises(engine.DataRefused):
        screen(pack, data, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert {path.name for path in tmp_path.iterdir()} == {"pack", "data", "out"}


def test_a_run_that_breaks_while_writing_leaves_nothing_half_done(
    tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen(pack, data, tmp_path / "out")
    before = contents(tmp_path / "out")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(screening, "write_refusals", full)
    with pytest.raises(Exhausted, match=r"The disk is full: .* this takes about"):
        screen(pack, data, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert {path.name for path in tmp_path.iterdir()} == {"pack", "data", "out"}


def test_a_second_run_takes_the_place_of_the_first(tmp_path: Path, pack: Path, data: Path) -> None:
    first = screen(pack, data, tmp_path / "out", persons_too=True)
    assert (tmp_path / "out/derived_persons.parquet").exists()
    second = screen(pack, data, tmp_path / "out")
    assert not (tmp_path / "out/derived_persons.parquet").exists()
    assert replace(first, seconds=0) == replace(second, seconds=0)


def test_the_same_run_gives_the_same_totals(tmp_path: Path, pack: Path, data: Path) -> None:
    for name in ("one", "two"):
        screen(pack, data, tmp_path / name)
    one, two = (duckdb.read_parquet(str(tmp_path / name / "totals.parquet")).fetchall() for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("where", ["", ".."])
def test_results_never_take_the_place_of_the_data(tmp_path: Path, pack: Path, data: Path, where: str) -> None:
    with pytest.raises(engine.DataRefused, match="The results cannot take the place of the data in"):
        screen(pack, data, data / where)
    assert (data / "households.csv").exists()


def test_results_never_take_the_place_of_other_files(tmp_path: Path, pack: Path, data: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    with pytest.raises(engine.DataRefused, match="holds files that are no results of a screening"):
        screen(pack, data, mine)
    with pytest.raises(engine.DataRefused, match="is not a folder"):
        screen(pack, data, mine / "letter.txt")
    assert (mine / "letter.txt").read_text() == "dear"


def test_an_empty_folder_is_filled(tmp_path: Path, pack: Path, data: Path) -> None:
    (tmp_path / "out").mkdir()
    done = screen(pack, data, tmp_path / "out")
    assert json.loads((tmp_path / "out/screening.json").read_text("utf-8"))["households"] == done.households == 1


def test_an_amount_of_memory_that_is_none_is_refused(tmp_path: Path, pack: Path, data: Path) -> None:
    with pytest.raises(engine.DataRefused, match="“lots” is not an amount of memory; write it as 4GB"):
        screen(pack, data, tmp_path / "out", memory="lots")


def test_columns_have_the_names_and_types_that_are_promised_whether_a_standard_always_applies_or_not(
    tmp_path: Path, data: Path
) -> None:
    pack = write_pack(
        tmp_path / "pack",
        standards=standard("income >= :line AND trees > 3", applies_when="any_member(in_school)"),
        cohorts="cohorts:\n  poor: {label: Poor, member_when: NOT met(tested), source: {document: rules}}\n",
    )
    always = write_pack(tmp_path / "always")
    bits = {"applies": "BOOLEAN", "leaves_not_met": "BIGINT", "leaves_unknown": "BIGINT"}
    start = {
        "household_id": "VARCHAR",
        "place": "VARCHAR",
        "place_number": "BIGINT",
        "persons": "INTEGER",
        "cohort": "VARCHAR",
    }
    for folder, names in ((pack, ["tested"]), (always, ["enough", "school"])):
        screen(folder, data, tmp_path / "out")
        found = duckdb.read_parquet(str(tmp_path / "out/outcomes.parquet"))
        of_standards = {
            column: kind
            for name in names
            for column, kind in ((name, "VARCHAR"), *((f"{name}__{part}", kind) for part, kind in bits.items()))
        }
        assert dict(zip(found.columns, map(str, found.types), strict=True)) == {**start, **of_standards}


def test_persons_without_a_household_and_keys_between_blanks_are_found_after_the_fact(
    tmp_path: Path, pack: Path
) -> None:
    lost = write_data(
        tmp_path / "lost", ["h,p,5000,,,,,,", "g,p,5000,,,,,,"], ["a,h,,,true", "b,x,,,true", "c,,,,true"]
    )
    done = screen(pack, lost, tmp_path / "out")
    assert (done.households, done.persons, done.refused_persons) == (2, 1, 2)
    assert {line.split(",")[5] for line in (tmp_path / "out/refused.csv").read_text("utf-8").splitlines()[1:]} == {
        "no_key",
        "no_household",
    }
    blanks = write_data(tmp_path / "blanks", ["h,p,5000,,,,,,"], ["a, h ,,,true"])
    done = screen(pack, blanks, tmp_path / "out")
    assert (done.persons, done.refused_persons, done.without_members) == (1, 0, 0)
