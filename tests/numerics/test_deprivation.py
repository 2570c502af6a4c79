"""Poverty by Alkire and Foster: on paper, against mpitb, and its errors against svy."""

from __future__ import annotations

import contextlib
import io
import random

import pandas
import polars
import pytest
import svy
from mpitb.core import MPIToolbox
from tests.numerics.rows import sample_of

from diguan import numerics
from diguan.numerics import Indicator, Sample, SampleRefused, Specification

ON_PAPER = [(0, 0, 0, 0, "a"), (1, 0, 0, 1, "a"), (1, 1, 1, 1, "b"), (0, 1, 0, 0, "b")]
FOUR = tuple(Indicator(name) for name in "pqrs")
COLUMNS = ("water", "house", "school", "insurance")
WEIGHTS = (1 / 3, 1 / 6, 1 / 6, 1 / 3)


def test_four_people_two_of_them_poor_in_half_or_more() -> None:
    with sample_of("p INTEGER, q INTEGER, r INTEGER, s INTEGER, g VARCHAR", ON_PAPER) as connection:
        found = numerics.alkire_foster(connection, Sample("sample", by=("g",)), Specification(FOUR, 0.5))
    whole = found.whole
    assert [whole.of(name).value for name in ("h", "a", "m0")] == pytest.approx([0.5, 0.75, 0.375])
    assert [whole.of("censored", name).value for name in "pqrs"] == pytest.approx([0.5, 0.25, 0.25, 0.5])
    assert [whole.of("uncensored", name).value for name in "pqrs"] == pytest.approx([0.5, 0.5, 0.25, 0.5])
    assert [whole.of("contribution", name).value for name in "pqrs"] == pytest.approx([1 / 3, 1 / 6, 1 / 6, 1 / 3])
    assert {each.label: each.of("m0").value for each in found.by("g")} == {"a": 0.25, "b": 0.5}


def test_three_thirds_reach_one_third_and_two_halves_the_whole() -> None:
    """0.1 + 0.2 is a little more than 0.3 to a machine, and three sixths a little less than a half."""
    indicators = (Indicator("p", 1 / 6), Indicator("q", 1 / 6), Indicator("r", 1 / 3), Indicator("s", 1 / 3))
    with sample_of("p INTEGER, q INTEGER, r INTEGER, s INTEGER", [(1, 1, 0, 0), (0, 0, 1, 0)]) as connection:
        found = numerics.alkire_foster(connection, Sample("sample"), Specification(indicators, 1 / 3))
    assert found.whole.of("h").value == 1


def test_depth_and_severity_of_amounts_below_their_cutoffs() -> None:
    """One of two people: half of the cutoff in one thing, nothing of it in the other."""
    indicators = (Indicator("p", cutoff=10), Indicator("q", cutoff=4))
    with sample_of("p DOUBLE, q DOUBLE", [(5, 0), (10, 4)]) as connection:
        found = numerics.alkire_foster(connection, Sample("sample"), Specification(indicators, 1)).whole
    assert [found.of(name).value for name in ("h", "m0", "m1", "m2")] == pytest.approx([0.5, 0.5, 0.375, 0.3125])


def test_a_row_with_an_unknown_indicator_is_left_out_and_counted() -> None:
    with sample_of("p INTEGER, q INTEGER", [(1, 1), (0, 0), (1, None), (None, None)]) as connection:
        specification = Specification((Indicator("p"), Indicator("q")), 0.5)
        found = numerics.alkire_foster(connection, Sample("sample"), specification)
    assert (found.whole.rows, found.whole.used, found.whole.unknown, found.unknown) == (4, 2, 2, {"p": 1, "q": 2})
    assert found.whole.of("h").value == 0.5


def test_where_nobody_is_poor_intensity_and_contributions_are_undefined() -> None:
    with sample_of("p BOOLEAN", [(False,), (False,)]) as connection:
        found = numerics.alkire_foster(connection, Sample("sample"), Specification((Indicator("p"),), 1)).whole
    assert (found.of("h").value, found.of("m0").value, found.of("a").value, found.of("contribution", "p").value) == (
        0, 0, None, None,
    )  # fmt: skip


def _village_people() -> list[tuple[object, ...]]:
    """Six hundred people of forty villages, who are deprived together."""
    drawn = random.Random(7)
    rows: list[tuple[object, ...]] = []
    for village in range(40):
        misery = drawn.random()
        for _ in range(15):
            lacks = [int(drawn.random() < misery) for _ in COLUMNS]
            rows.append((*lacks, round(drawn.uniform(0.5, 3), 3), f"h{village % 4}", village, f"r{village % 7}"))
    return rows


def test_estimates_are_those_of_mpitb_and_errors_those_of_svy() -> None:
    rows = _village_people()
    names = [*COLUMNS, "w", "h", "c", "g"]
    kinds = ", ".join(f"{name} INTEGER" for name in COLUMNS) + ", w DOUBLE, h VARCHAR, c INTEGER, g VARCHAR"
    indicators = tuple(Indicator(name, weight) for name, weight in zip(COLUMNS, WEIGHTS, strict=True))
    with sample_of(kinds, rows) as connection:
        sample = Sample("sample", "w", "h", "c", ("g",))
        found = numerics.alkire_foster(connection, sample, Specification(indicators, 0.5))
    toolbox = MPIToolbox()
    toolbox.set(name="all", dimensions=[([name], name) for name in COLUMNS])
    toolbox.svyset(weight="w", psu="c", strata="h")
    frame = pandas.DataFrame(rows, columns=names)
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = toolbox.est(
            frame, "all", [50], dict(zip(COLUMNS, WEIGHTS, strict=True)), over=["g"], svy=True
        )  # fmt: skip
    index = {"H": "h", "A": "a", "M0": "m0", "hdk": "censored", "hd": "uncensored", "pctb": "contribution"}
    compared = [each for each in theirs if each["measure"] in index]
    assert len(compared) == 8 * (3 + 4 * 3)
    for each in compared:
        domain = found.group("g", str(each["subg"])) if "subg" in each else found.whole
        ours = domain.of(index[each["measure"]], each.get("indicator", ""))
        assert ours.value == pytest.approx(each["b"], abs=1e-12)
    _compare_errors(found, polars.DataFrame(frame.to_dict("list")))


def _compare_errors(found: numerics.Estimates, people: polars.DataFrame) -> None:
    score = sum(weight * polars.col(name) for name, weight in zip(COLUMNS, WEIGHTS, strict=True))
    people = people.with_columns(score=score).with_columns(poor=(polars.col("score") >= 0.5 - 1e-9).cast(float))
    people = people.with_columns(
        m0=polars.col("score") * polars.col("poor"), part=polars.col("water") * polars.col("poor") / 3
    )
    estimation = svy.Sample(people, svy.Design(stratum="h", psu="c", wgt="w")).estimation
    asked = {
        ("h", ""): ("poor", None), ("m0", ""): ("m0", None), ("a", ""): ("m0", "poor"),
        ("uncensored", "house"): ("house", None), ("contribution", "water"): ("part", "m0"),
    }  # fmt: skip
    for (index, indicator), (top, below) in asked.items():
        for by in (None, "g"):
            made = estimation.ratio(top, below, by=by) if below else estimation.mean(top, by=by)
            assert len(made.estimates) == (7 if by else 1)
            for each in made.estimates:
                domain = found.whole if by is None else found.group("g", str(each.by_level[0]))
                ours = domain.of(index, indicator)
                assert (ours.value, ours.error) == pytest.approx((each.est, each.se), rel=1e-9), (index, by)


def test_without_units_every_person_is_one() -> None:
    rows = [(*row, at) for at, row in enumerate(_village_people())]
    kinds = ", ".join(f"{name} INTEGER" for name in COLUMNS) + ", w DOUBLE, h VARCHAR, c INTEGER, g VARCHAR, i INTEGER"
    specification = Specification(tuple(Indicator(name) for name in COLUMNS), 0.5)
    with sample_of(kinds, rows) as connection:
        named = numerics.alkire_foster(connection, Sample("sample", "w", "h", "i", ("g",)), specification)
        unnamed = numerics.alkire_foster(connection, Sample("sample", "w", "h", "", ("g",)), specification)
    for ours, theirs in zip(unnamed.domains, named.domains, strict=True):
        for one, other in zip(ours.estimates, theirs.estimates, strict=True):
            assert (one.value, one.error) == pytest.approx((other.value, other.error), rel=1e-9)


@pytest.mark.parametrize(
    ("indicators", "k", "message"),
    [
        ((Indicator("p"),), 0, "k lies above 0 and not above 1, not at 0"),
        ((), 0.5, "Name at least one indicator"),
        ((Indicator("p"), Indicator("p")), 0.5, "p is named twice"),
        ((Indicator("p", 0),), 0.5, "The weight of p must be above zero"),
        ((Indicator("p", cutoff=0),), 0.5, "The cutoff of p must be above zero"),
    ],
)
def test_what_is_no_measure_is_refused_in_words(indicators: tuple[Indicator, ...], k: float, message: str) -> None:
    with pytest.raises(SampleRefused, match=message):
        Specification(indicators, k)


def test_a_deprivation_is_zero_or_one() -> None:
    with (
        sample_of("p DOUBLE", [(1,), (0.4,)]) as connection,
        pytest.raises(SampleRefused, match=r"p: 0\.4 is neither 0 nor 1"),
    ):
        numerics.alkire_foster(connection, Sample("sample"), Specification((Indicator("p"),), 1))
