"""The public EU-SILC sample, screened under the pack eu-silc, gives the figures that laeken's own papers print."""

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from diguan import engine, rulebook
from diguan.engine.split import Keys, split_file

SAMPLE = Path(__file__).resolve().parents[1] / "data/eusilc/eusilc.csv.gz"


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the sample in `eusilc.csv`, split in `data`, and its results in `out`."""
    folder = tmp_path_factory.mktemp("eusilc")
    pack = rulebook.load(rulebook.shipped() / "eu-silc")
    sample = folder / "eusilc.csv"
    sample.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    split = split_file(pack, sample, folder / "data", Keys("db030", "rb030", "db040"))
    assert (split.households, split.persons) == (6_000, 14_827)
    engine.screen(rulebook.at(pack, date(2006, 12, 31)), folder / "data", folder / "out")
    return folder


def test_nobody_is_refused_or_unknown(screened: Path) -> None:
    summary = json.loads((screened / "out/screening.json").read_text("utf-8"))
    assert (summary["households"], summary["persons"], summary["refused_rows"]) == (6_000, 14_827, 0)
    totals = screened / "out/totals.parquet"
    assert duckdb.sql(f"SELECT count(*) FROM '{totals}' WHERE outcome = 'unknown'").fetchall() == [(0,)]


def test_the_threshold_is_the_published_one_to_the_cent(screened: Path) -> None:
    summary = json.loads((screened / "out/screening.json").read_text("utf-8"))
    assert round(Decimal(summary["computed"]["poverty_threshold"]), 2) == Decimal("10859.24")
    assert summary["known"]["poverty_threshold"] == 6_000


def test_the_rate_is_the_published_one_to_two_places(screened: Path) -> None:
    totals = screened / "out/totals.parquet"
    by_outcome = dict(
        duckdb.sql(
            f"SELECT outcome, weighted_persons FROM '{totals}' WHERE level = 0 AND kind = 'standard' AND id = 'above_threshold'"
        ).fetchall()
    )
    assert round(100 * by_outcome["not_met"] / sum(by_outcome.values()), 2) == Decimal("14.44")


def test_incomes_are_those_that_the_package_computed(screened: Path) -> None:
    """The sample carries laeken's own equivalised income of every person; ours differs by rounding at most."""
    statement = f"""
        SELECT count(*), max(abs(CAST(sample.eqIncome AS DOUBLE) - CAST(ours.equivalised_income AS DOUBLE)))
        FROM read_csv('{screened / "eusilc.csv"}', all_varchar = true, nullstr = 'NA') AS sample
        JOIN '{screened / "out/derived.parquet"}' AS ours ON ours.household_id = sample.db030"""
    matched, largest = duckdb.sql(statement).fetchall()[0]
    assert matched == 14_827
    assert largest < 0.000001
