"""Indices of the public EU-SILC sample against what was printed of it, to every digit.

laeken: A. Alfons, M. Templ, “Estimation of Social Exclusion Indicators from Complex Surveys: The R Package laeken”.
convey: D. Pessoa, A. Damico, G. Jacob, “Poverty and Inequality with Complex Survey Data”, chapters 2 and 3; its design has
regions as strata and persons as units. Errors are printed there to the digits below.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from diguan import numerics
from diguan.numerics import Domain, Income, Nonpositive, Sample

SAMPLE = Path(__file__).resolve().parents[1] / "data/eusilc/eusilc.csv.gz"
TABLE = f"CREATE TABLE eusilc AS SELECT * FROM read_csv('{SAMPLE}', nullstr = 'NA')"


@pytest.fixture(scope="module")
def whole() -> Iterator[Domain]:
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        sample = Sample("eusilc", weight="rb050", stratum="db040", psu="rb030")
        yield numerics.indices(
            connection, sample, Income("eqIncome", 10_000, nonpositive=Nonpositive(watts="left_out"))
        ).whole


@pytest.mark.parametrize(
    ("index", "factor", "printed"),
    [
        ("line_60", 1, "10859.24"), ("at_risk_60", 100, "14.44422"), ("gini_laeken", 100, "26.48962"),
        ("s80_s20_laeken", 1, "3.971415"),
        ("gini_convey", 100, "26.49652"), ("s80_s20_convey", 1, "3.970004"),
        ("fgt0", 1, "0.11444"), ("fgt1", 1, "0.032085"),
    ],
)  # fmt: skip
def test_estimates_are_the_printed_ones(whole: Domain, index: str, factor: float, printed: str) -> None:
    assert _to(whole.of(index).value, factor, printed) == printed


@pytest.mark.parametrize(
    ("index", "factor", "printed"),
    [
        ("line_60", 1, "50.63622"), ("at_risk_60", 100, "0.2756769"), ("gini_convey", 100, "0.1946982"),
        ("s80_s20_convey", 1, "0.04255041"), ("fgt0", 1, "0.0027"), ("fgt1", 1, "0.0011"),
    ],
)  # fmt: skip
def test_standard_errors_are_the_printed_ones(whole: Domain, index: str, factor: float, printed: str) -> None:
    assert _to(whole.of(index).error, factor, printed) == printed


def _to(number: float | None, factor: float, printed: str) -> str:
    assert number is not None
    return f"{number * factor:.{len(printed.partition('.')[2])}f}"


def test_persons_as_units_and_no_units_named_are_the_same(whole: Domain) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        sample = Sample("eusilc", weight="rb050", stratum="db040")
        same = numerics.indices(
            connection, sample, Income("eqIncome", 10_000, nonpositive=Nonpositive(watts="left_out"))
        ).whole
    for ours, theirs in zip(same.estimates, whole.estimates, strict=True):
        assert (ours.value, ours.error) == pytest.approx((theirs.value, theirs.error), rel=1e-9)
