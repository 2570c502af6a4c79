"""Small samples whose indices can be worked out on paper."""

from __future__ import annotations

import math

import pytest
from tests.numerics.rows import sample_of

from diguan import numerics
from diguan.numerics import Estimates, Income, Nonpositive, Sample, SampleRefused


def _of(incomes: list[float | None], line: float | None = 2.5, **asked: object) -> Estimates:
    with sample_of("y DOUBLE", [(each,) for each in incomes]) as connection:
        return numerics.indices(connection, Sample("sample"), Income("y", line, **asked))  # type: ignore[arg-type]


def _value(found: Estimates, index: str) -> float | None:
    return found.whole.of(index).value


def test_four_people_two_of_them_poor() -> None:
    found = _of([1, 2, 3, 4])
    expected = {
        "mean": 2.5, "total": 10, "quantile_50": 2.5, "fgt0": 0.5, "fgt1": 0.2, "fgt2": 0.1,
        "watts": (math.log(2.5) + math.log(1.25)) / 4, "gini_laeken": 0.25, "gini_convey": 0.25,
        "sst": 0.2 * (1 + 0.625), "line_60": 1.5, "at_risk_40": 0, "at_risk_50": 0.25, "at_risk_60": 0.25,
    }  # fmt: skip
    assert {name: _value(found, name) for name in expected} == pytest.approx(expected)
    assert found.whole.of("mean").error == pytest.approx(math.sqrt(5 / 12))


def test_the_highest_fifth_has_five_times_the_lowest() -> None:
    found = _of([1, 2, 3, 4, 5])
    assert (_value(found, "s80_s20_laeken"), _value(found, "s80_s20_convey")) == pytest.approx((5, 5))


def test_whoever_is_at_the_line_is_not_poor_unless_asked() -> None:
    assert _value(_of([1, 2, 3, 4], line=2), "fgt0") == 0.25
    assert _value(_of([1, 2, 3, 4], line=2, at_line=True), "fgt0") == 0.5


def test_a_quantile_met_exactly_is_the_middle_of_two_incomes() -> None:
    found = _of([1, 2, 3, 4], quantiles=(0.25, 0.3))
    assert (_value(found, "quantile_25"), _value(found, "quantile_30")) == (1.5, 2)


def test_unknown_incomes_are_left_out_and_counted() -> None:
    found = _of([1, None, 2, math.nan, 3, 4])
    assert (found.whole.rows, found.whole.used, found.whole.unknown, found.unknown) == (6, 4, 2, {"y": 2})
    assert _value(found, "mean") == 2.5


def test_incomes_below_zero_are_kept_unless_asked_otherwise_and_always_counted() -> None:
    incomes: list[float | None] = [-2, 0, 2, 4]
    kept = _of(incomes)
    assert (kept.whole.negative, kept.whole.zero, _value(kept, "mean")) == (1, 1, 1)
    assert _value(kept, "fgt1") == pytest.approx((4.5 + 2.5 + 0.5) / 2.5 / 4)
    zero = _of(incomes, nonpositive=Nonpositive("zero"))
    assert (zero.whole.negative, _value(zero, "mean")) == (1, 1.5)
    out = _of(incomes, nonpositive=Nonpositive("left_out"))
    assert (out.whole.negative, out.whole.used, _value(out, "mean")) == (1, 3, 2)


def test_the_watts_index_is_unknown_where_somebody_has_nothing() -> None:
    assert _of([0, 2, 4]).whole.of("watts") == numerics.Estimate("watts", None)
    left_out = _of([0, 2, 4], nonpositive=Nonpositive(watts="left_out"))
    assert _value(left_out, "watts") == pytest.approx(math.log(1.25) / 2)


def test_inequality_is_undefined_where_there_is_nothing_to_share() -> None:
    found = _of([0, 0, 0])
    assert [
        _value(found, name) for name in ("gini_laeken", "gini_convey", "s80_s20_laeken", "line_60", "at_risk_60")
    ] == [None] * 5
    assert _value(found, "fgt0") == 1


def test_strata_and_units_are_worked_out_on_paper() -> None:
    rows = [(1, "a", 1), (3, "a", 2), (2, "b", 1), (6, "b", 2)]
    with sample_of("y DOUBLE, h VARCHAR, c INTEGER", rows) as connection:
        found = numerics.indices(connection, Sample("sample", stratum="h", psu="c"), Income("y"))
    assert (found.tally.strata, found.tally.clusters, found.tally.freedom) == (2, 4, 2)
    assert found.whole.of("mean").error == pytest.approx(math.sqrt(0.25 + 1))


def test_people_of_one_unit_count_once_for_the_error() -> None:
    rows = [(1, 1), (1, 1), (5, 2), (5, 2)]
    with sample_of("y DOUBLE, c INTEGER", rows) as connection:
        found = numerics.indices(connection, Sample("sample", psu="c"), Income("y"))
    assert found.whole.of("mean").error == pytest.approx(2)


@pytest.mark.parametrize(("policy", "variance"), [("centred", 64 + (10 / 3) ** 2), ("certainty", 64)])
def test_a_stratum_with_one_unit_adds_what_the_policy_says(policy: str, variance: float) -> None:
    """Totals of units 2, 10 and 1, of which the last is alone: the mean of all is 13/3, from which it is 10/3 away."""
    with sample_of("y DOUBLE, h VARCHAR", [(2, "a"), (10, "a"), (1, "b")]) as connection:
        found = numerics.indices(connection, Sample("sample", stratum="h", singletons=policy), Income("y"))
    assert found.tally.single == 1
    assert found.whole.of("total").error == pytest.approx(math.sqrt(variance))


def test_a_stratum_with_one_unit_is_refused_where_that_is_the_policy() -> None:
    sample = Sample("sample", stratum="h", singletons="refused")
    with (
        sample_of("y DOUBLE, h VARCHAR", [(2, "a"), (10, "a"), (1, "b")]) as connection,
        pytest.raises(SampleRefused, match="1 strata have one sampling unit"),
    ):
        numerics.indices(connection, sample, Income("y"))


def test_one_person_has_indices_and_no_errors() -> None:
    found = _of([1])
    assert found.tally.freedom == 0
    assert {each.error for each in found.whole.estimates} == {None}


def test_a_group_that_is_unknown_is_a_group_of_its_own_and_one_without_incomes_is_shown_empty() -> None:
    rows = [(1, "a"), (3, "a"), (5, None), (None, "c")]
    with sample_of("y DOUBLE, g VARCHAR", rows) as connection:
        found = numerics.indices(connection, Sample("sample", by=("g",)), Income("y", 4))
    assert [(each.label, each.rows, each.used, each.of("mean").value) for each in found.by("g")] == [
        ("a", 2, 2, 2), ("c", 1, 0, None), (None, 1, 1, 5),
    ]  # fmt: skip


def test_a_row_without_weight_is_left_out_and_counted() -> None:
    with sample_of("y DOUBLE, w DOUBLE", [(1, 1), (3, 1), (9, None), (9, 0)]) as connection:
        found = numerics.indices(connection, Sample("sample", weight="w"), Income("y"))
    assert (found.tally.rows, found.tally.without_weight, found.whole.used, _value(found, "mean")) == (4, 1, 2, 2)


@pytest.mark.parametrize(
    ("rows", "sample", "income", "message"),
    [
        ([("1", 1, "a")], Sample("sample"), Income("x"), "There is no column x. There are: y, w, h."),
        ([("viel", 1, "a")], Sample("sample"), Income("y"), "y: “viel” is not a number."),
        ([("1", -1, "a")], Sample("sample", weight="w"), Income("y"), "w has negative weights."),
        ([("1", 1, None)], Sample("sample", stratum="h"), Income("y"), "1 rows have no h"),
        ([("NA", 1, "a")], Sample("sample"), Income("y"), "No row has a known y and a weight above zero."),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_refused_in_words(
    rows: list[tuple[object, ...]], sample: Sample, income: Income, message: str
) -> None:
    with sample_of("y VARCHAR, w DOUBLE, h VARCHAR", rows) as connection, pytest.raises(SampleRefused, match=message):
        numerics.indices(connection, sample, income)


def test_a_line_is_above_zero_and_a_quantile_between_zero_and_one() -> None:
    with pytest.raises(SampleRefused, match="A poverty line is a number above zero, not 0"):
        Income("y", 0)
    with pytest.raises(SampleRefused, match=r"A quantile lies between 0 and 1, not at 1\."):
        Income("y", quantiles=(1.0,))
