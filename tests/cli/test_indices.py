"""`diguan indices` as it is typed: over a file, over a screening, in three languages, and what it refuses."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from diguan import engine, rulebook
from diguan.cli import tour
from diguan.engine.split import Keys, split_file

SAMPLE = Path(__file__).resolve().parents[1] / "data/eusilc/eusilc.csv.gz"
VILLAGE = "name,income,weight,hamlet,water,school\n李,900,2,东,1,1\n王,1500,1,东,0,1\n张,NA,1,西,1,0\n赵,-5,1,西,0,0\n刘,0,1,,,0\n"


def _typed(*words: object) -> Result:
    return CliRunner().invoke(tour.diguan, ["indices", *(str(word) for word in words)], prog_name="diguan")


@pytest.fixture
def village(tmp_path: Path) -> Path:
    file = tmp_path / "village.csv"
    file.write_text(VILLAGE, "utf-8")
    return file


def test_a_file_is_estimated_as_a_whole_and_by_group_and_what_is_odd_is_said(village: Path) -> None:
    shown = _typed(village, "--value", "income", "--weight", "weight", "--line", 1000, "--by", "hamlet")
    assert shown.exit_code == 0, shown.output
    assert "5 rows read, 4 used, standing for 5" in shown.output
    for said in ("1 rows are unknown and left out: income 1", "1 incomes are below zero", "1 incomes are zero"):
        assert said in shown.output
    rows = {line.split("  ")[0].strip(): line.split() for line in shown.output.splitlines() if line.strip()}
    assert rows["headcount ratio, FGT 0"][-2] == "0.80000"
    assert rows["Watts index"][-2:] == ["–", "–"]
    assert [rows[group][1] for group in ("东", "西", "unknown")] == ["2", "1", "1"]


def test_several_lacks_are_measured_together(village: Path) -> None:
    shown = _typed(village, "--indicator", "water=2", "--indicator", "school=1", "--k", 0.5, "--by", "hamlet")
    assert shown.exit_code == 0, shown.output
    rows = {line.split("  ")[0].strip(): line.split() for line in shown.output.splitlines() if line.strip()}
    assert rows["H, share of the poor"][-2] == "0.50000"
    assert "1 rows are unknown and left out: water 1." in shown.output


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_all_estimates_are_written_to_a_file(village: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    assert _typed(village, "--value", "income", "--by", "hamlet", "--out", out).exit_code == 0
    found = duckdb.sql(f"""SELECT "group", value, rows, used FROM '{out}' WHERE "index" = 'mean' AND "by" = 'hamlet'""")
    assert sorted(found.fetchall(), key=str) == [("东", 1200, 2, 2), ("西", -5, 2, 1), (None, 0, 1, 1)]
    if suffix == "csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            assert next(csv.reader(file))[:4] == ["by", "group", "index", "indicator"]


def test_a_finished_screening_is_estimated_by_its_persons(tmp_path: Path) -> None:
    """The households of eusilc stand for their persons, so that the threshold is that of the persons' own file."""
    pack = rulebook.load(rulebook.shipped() / "eu-silc")
    sample = tmp_path / "eusilc.csv"
    sample.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    split_file(pack, sample, tmp_path / "data", Keys("db030", "rb030", "db040"))
    engine.screen(rulebook.at(pack, date(2006, 12, 31)), tmp_path / "data", tmp_path / "out")
    shown = _typed(tmp_path / "out", "--value", "equivalised_income", "--by", "place")
    assert shown.exit_code == 0, repr(shown.exception)
    assert "poverty line, 60 percent of the median" in shown.output
    assert "10,859.24" in shown.output
    assert "Burgenland" in shown.output
    lacking = _typed(tmp_path / "out", "--indicator", "above_threshold__not_met", "--k", 1)
    assert "0.14444" in lacking.output, lacking.output


def test_chinese_readers_read_chinese(village: Path) -> None:
    assert "贫困发生率" in _typed(village, "--value", "income", "--line", 1000, "--lang", "zh-hans").output
    assert "貧困發生率" in _typed(village, "--value", "income", "--line", 1000, "--lang", "zh-hant").output
    refused = _typed(village, "--value", "incom", "--lang", "zh-hans")
    assert (refused.exit_code, "没有列 incom" in refused.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Say what to estimate"),
        (["--indicator", "water"], "--indicator and --k belong together"),
        (["--value", "name"], "is not a number"),
        (["--value", "income", "--psu", "hamlet"], "1 rows have no hamlet"),
        (["--value", "income", "--line", "0"], "A poverty line is a number above zero"),
        (["--value", "income", "--out", "x.xlsx"], "x.xlsx must end in .parquet or .csv"),
        (["--indicator", "water=viel", "--k", "1"], "“water=viel” is not of the form COLUMN=NUMBER"),
        (["--indicator", "water", "--cutoff", "sky=1", "--k", "1"], "There is a cutoff for sky"),
        (["--indicator", "income", "--k", "1"], "is neither 0 nor 1"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(village: Path, words: list[str], message: str) -> None:
    refused = _typed(village, *words)
    assert refused.exit_code in (1, 2)
    assert message in refused.output


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    refused = _typed(tmp_path / "nothing.csv", "--value", "income")
    assert (refused.exit_code, "There is no" in refused.output) == (1, True)
