"""What must hold of every sample, tried on random ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.numerics.rows import sample_of

from diguan import numerics
from diguan.numerics import Domain, Estimates, Income, Indicator, Sample, Specification, words

WEIGHTS = some.sampled_from([0.5, 1.0, 3.0, 12.25])
PEOPLE = some.lists(
    some.tuples(some.integers(0, 200).map(float), WEIGHTS, some.sampled_from("ab"), some.integers(1, 3), some.sampled_from("xyz")),
    min_size=2, max_size=40,
)  # fmt: skip
DEPRIVED = some.lists(
    some.tuples(*[some.integers(0, 1)] * 3, WEIGHTS, some.sampled_from("ab"), some.integers(1, 3), some.sampled_from("xyz")),
    min_size=2, max_size=40,
)  # fmt: skip
DESIGN = Sample("sample", "w", "h", "c", ("g",))
THREE = (Indicator("p", 0.5), Indicator("q", 0.3), Indicator("r", 0.2))
patiently = settings(max_examples=10, deadline=None)


def _indices(people: list[tuple[object, ...]], line: float = 60.0) -> Estimates:
    with sample_of("y DOUBLE, w DOUBLE, h VARCHAR, c INTEGER, g VARCHAR", people) as connection:
        return numerics.indices(connection, DESIGN, Income("y", line))


def _deprivation(people: list[tuple[object, ...]]) -> Estimates:
    with sample_of("p INTEGER, q INTEGER, r INTEGER, w DOUBLE, h VARCHAR, c INTEGER, g VARCHAR", people) as connection:
        return numerics.alkire_foster(connection, DESIGN, Specification(THREE, 0.5))


def _value(domain: Domain, index: str, indicator: str = "") -> float:
    return domain.of(index, indicator).value or 0.0


@patiently
@given(PEOPLE)
def test_in_other_money_every_index_and_its_error_are_the_same(
    people: list[tuple[float, float, str, int, str]],
) -> None:
    before = _indices(list(people))
    after = _indices([(8 * y, *rest) for y, *rest in people], 480)
    for one, other in zip(before.domains, after.domains, strict=True):
        for each, scaled in zip(one.estimates, other.estimates, strict=True):
            factor = 8 if words.is_amount(each.index) else 1
            expected = replace(each, value=_times(each.value, factor), error=_times(each.error, factor))
            assert scaled.value == _near(expected.value)
            assert scaled.error == _near(expected.error, 1e-6 * factor)


def _times(number: float | None, factor: float) -> float | None:
    return None if number is None else number * factor


def _near(number: float | None, within: float = 1e-9) -> object:
    return None if number is None else pytest.approx(number, rel=1e-6, abs=within)


@patiently
@given(PEOPLE)
def test_poverty_of_the_whole_is_that_of_its_groups_by_their_size_and_totals_add_up(
    people: list[tuple[object, ...]],
) -> None:
    found = _indices(people)
    groups = list(found.by("g"))
    assert sum(each.population for each in groups) == pytest.approx(found.whole.population)
    assert sum(_value(each, "total") for each in groups) == pytest.approx(_value(found.whole, "total"))
    for index in ("fgt0", "fgt1", "fgt2", "at_risk_60"):
        parts = sum(each.population * _value(each, index) for each in groups) / found.whole.population
        assert parts == pytest.approx(_value(found.whole, index), abs=1e-12)


@patiently
@given(PEOPLE)
def test_indices_keep_within_their_bounds(people: list[tuple[object, ...]]) -> None:
    for domain in _indices(people).domains:
        assert 1 >= _value(domain, "fgt0") >= _value(domain, "fgt1") >= _value(domain, "fgt2") >= 0
        assert -1e-12 <= _value(domain, "gini_laeken") < 1
        assert _value(domain, "fgt1") - 1e-12 <= _value(domain, "sst") <= 1 + 1e-12
        assert all(each.error is None or each.error >= 0 for each in domain.estimates)


@patiently
@given(PEOPLE)
def test_order_of_rows_does_not_matter(people: list[tuple[object, ...]]) -> None:
    for one, other in zip(_indices(people).domains, _indices(people[::-1]).domains, strict=True):
        assert [each.value for each in one.estimates] == [_near(each.value) for each in other.estimates]


@patiently
@given(DEPRIVED)
def test_multidimensional_poverty_comes_apart_by_group_and_by_indicator(people: list[tuple[object, ...]]) -> None:
    found = _deprivation(people)
    for domain in found.domains:
        assert _value(domain, "m0") == pytest.approx(_value(domain, "h") * _value(domain, "a"))
        by_indicator = sum(each.weight * _value(domain, "censored", each.column) for each in THREE)
        assert _value(domain, "m0") == pytest.approx(by_indicator)
        if _value(domain, "h"):
            assert sum(_value(domain, "contribution", each.column) for each in THREE) == pytest.approx(1)
            assert 0.5 <= _value(domain, "a") <= 1 + 1e-12
    for index in ("h", "m0"):
        parts = sum(each.population * _value(each, index) for each in found.by("g")) / found.whole.population
        assert parts == pytest.approx(_value(found.whole, index), abs=1e-12)
