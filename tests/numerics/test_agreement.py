"""Our errors against two others: a slow one from the definitions, and the package svy."""

from __future__ import annotations

import random
from functools import partial

import duckdb
import polars
import pytest
import svy
from tests.numerics import slow
from tests.numerics.rows import sample_of
from tests.numerics.test_eusilc_figures import TABLE

from diguan import numerics
from diguan.numerics import Income, Sample

LINE = 40.0
SMOOTH = {
    "mean": slow.mean, "fgt0": slow.fgt(0, LINE), "fgt1": slow.fgt(1, LINE), "fgt2": slow.fgt(2, LINE),
    "watts": slow.watts(LINE), "sst": slow.sst(LINE), "gini_laeken": slow.gini,
}  # fmt: skip
STEPPED = {
    "quantile_50": slow.quantile(0.5), "quantile_30": slow.quantile(0.3),
    "s80_s20_laeken": partial(slow.fifths, means=True), "s80_s20_convey": partial(slow.fifths, means=False),
}  # fmt: skip


def _people(seed: int) -> list[tuple[slow.Person, str]]:
    """Sixty people in three strata and a dozen villages, with ties among incomes, in three groups."""
    drawn = random.Random(seed)
    return [
        (
            (
                float(drawn.randint(5, 99)),
                float(drawn.choice((1, 2, 2.5, 7))),
                drawn.choice("abc"),
                drawn.randint(1, 4),
            ),
            drawn.choice(("北", "南", "东")),
        )
        for _ in range(60)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_indices_and_errors_are_those_of_the_definitions(seed: int) -> None:
    drawn = _people(seed)
    everybody = [person for person, _ in drawn]
    with sample_of(
        "y DOUBLE, w DOUBLE, h VARCHAR, c INTEGER, g VARCHAR", [(*person, group) for person, group in drawn]
    ) as connection:
        sample = Sample("sample", "w", "h", "c", ("g",))
        found = numerics.indices(connection, sample, Income("y", LINE, (0.5, 0.3)))
    for domain in found.domains:
        people = [person for person, group in drawn if not domain.by or group == domain.label]
        for name, index in (SMOOTH | STEPPED).items():
            assert domain.of(name).value == pytest.approx(index(people), rel=1e-9), (domain.label, name)
        for name, index in SMOOTH.items():
            assert domain.of(name).error == pytest.approx(slow.error(index, people, everybody), rel=1e-5), name


def test_errors_by_strata_and_households_are_those_of_svy() -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        columns = [row[0] for row in connection.execute("DESCRIBE eusilc").fetchall()]
        people = polars.DataFrame(connection.execute("FROM eusilc").fetchall(), schema=columns, orient="row")
        sample = Sample("eusilc", "rb050", "db040", "db030", ("rb090", "db040"))
        found = numerics.indices(connection, sample, Income("eqIncome", 10_000))
    people = people.with_columns(
        fgt0=(polars.col("eqIncome") < 10_000).cast(float),
        fgt1=((10_000 - polars.col("eqIncome")) / 10_000).clip(lower_bound=0),
        mean=polars.col("eqIncome"),
    )
    theirs = svy.Sample(people, svy.Design(stratum="db040", psu="db030", wgt="rb050"))
    for name in ("mean", "fgt0", "fgt1"):
        for by in (None, "rb090", "db040"):
            for each in theirs.estimation.mean(name, by=by).estimates:
                domain = found.whole if by is None else found.group(by, str(each.by_level[0]))
                ours = domain.of(name)
                assert (ours.value, ours.error) == pytest.approx((each.est, each.se), rel=1e-9), (name, by)
