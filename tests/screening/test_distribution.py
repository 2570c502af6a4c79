"""The indices of a place, from the files of a screening: four households whose figures are worked out by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from tests.cast import COUNTY_A, LIUJIA, PROVINCE, Cast

from diguan.numerics import SampleRefused
from diguan.places import queries as places
from diguan.screening import distribution
from diguan.screening.distribution import Distribution, Measured

MEASURED = Measured("income", 100.0, ("fed", "housed"), ("poor", "near"))


@pytest.fixture
def folder(tmp_path: Path, cast: Cast) -> Path:
    """In Liujia one who has 50 and three who have 80 each, four with 200 and two of unknown income; elsewhere one."""
    here, there = places.by_code(LIUJIA).number, places.by_code(PROVINCE).upper - 1
    outcomes = [
        ("a", here, 1, "poor", "not_met", "not_met"),
        ("b", here, 3, "poor", "not_met", "met"),
        ("c", here, 4, "near", "met", "met"),
        ("d", here, 2, "none", "unknown", "met"),
        ("e", there, 1, "poor", "met", "met"),
    ]
    with duckdb.connect() as bench:
        bench.execute("""CREATE TABLE o (household_id VARCHAR, place_number BIGINT, persons INTEGER, cohort VARCHAR,
                         fed VARCHAR, housed VARCHAR, fed__applies BOOLEAN, housed__applies BOOLEAN)""")
        bench.executemany("INSERT INTO o VALUES (?, ?, ?, ?, ?, ?, TRUE, TRUE)", outcomes)
        bench.execute("""CREATE TABLE d AS FROM (VALUES ('a', 50), ('b', 80), ('c', 200), ('d', NULL), ('e', 10))
                         AS t(household_id, income)""")
        bench.execute(f"COPY o TO '{tmp_path}/outcomes.parquet'; COPY d TO '{tmp_path}/derived.parquet'")
    return tmp_path


def _of(folder: Path, code: str) -> Distribution:
    place = places.by_code(code)
    return distribution.of(folder, place, places.children(place), MEASURED)


def test_households_stand_for_their_people_and_those_of_unknown_income_are_counted_apart(folder: Path) -> None:
    whole = _of(folder, LIUJIA).whole
    assert whole is not None
    assert (whole.population, whole.unknown) == (8, 1)
    assert whole.of("fgt0").value == pytest.approx(4 / 8)
    assert whole.of("fgt1").value == pytest.approx((0.5 + 3 * 0.2) / 8)


def test_what_the_poor_lack_is_the_money_that_would_bring_all_of_them_to_the_line(folder: Path) -> None:
    assert _of(folder, LIUJIA).lacking_sum(100) == pytest.approx(50 + 3 * 20)


def test_parts_and_cohorts_are_told_apart_and_who_lives_elsewhere_is_left_out(folder: Path) -> None:
    found = _of(folder, COUNTY_A)
    assert sum(group.found.population for group in found.below) == 8
    shares = {group.cohort: group.found.of("fgt0").value for group in found.cohorts}
    assert shares == {"poor": pytest.approx(1), "near": pytest.approx(0)}


def test_standards_are_counted_at_once_for_those_of_whom_all_are_known(folder: Path) -> None:
    lacks = _of(folder, LIUJIA).shortfalls
    assert lacks is not None
    assert (lacks.people, lacks.unknown, lacks.counts) == (8, 2, (4, 3, 1))
    assert (lacks.lacking, lacks.intensity) == (pytest.approx(0.5), pytest.approx(5 / 8))
    assert {each.standard: each.part for each in lacks.each} == {
        "fed": pytest.approx(4 / 5),
        "housed": pytest.approx(1 / 5),
    }


def test_where_nobody_is_on_file_there_is_no_figure(folder: Path) -> None:
    place = next(each for each in places.children(places.by_code(COUNTY_A).parent) if each.code != COUNTY_A)
    found = distribution.of(folder, place, (), MEASURED)
    assert (found.whole, found.below, found.shortfalls) == (None, (), None)


def test_a_screening_without_its_files_says_so(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(SampleRefused, match="missing"):
        _of(tmp_path, LIUJIA)
