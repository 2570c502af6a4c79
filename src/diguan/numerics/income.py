"""Poverty and inequality of incomes: lines, rates, gaps, shares, each with its linearised standard error.

Formulas, conventions and sources: docs/reference/indices.md.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from diguan.numerics import ranking as order
from diguan.numerics.problems import SampleRefused
from diguan.numerics.ranking import FIFTHS, GINI, MEDIAN, SHORTFALL, Ranking
from diguan.numerics.results import Domain, Estimate, Estimates, Tally
from diguan.numerics.sample import Sample, number, prepare, real, rows, whole
from diguan.numerics.variance import unit_totals, variances
from diguan.rulebook.problems import N_

FRACTIONS = (40, 50, 60)  # relative lines, in percent of the median of the whole
NEGATIVES = ("kept", "zero", "left_out")
WATTS = ("unknown", "left_out")


@dataclass(frozen=True)
class Nonpositive:
    """What is done with incomes of zero or less; how many there are is counted in any case.

    `negative`: kept as they are, taken as zero, or left out of everything. `watts`: the logarithm of such an income
    does not exist, so the index is unknown where there are any, or they are left out of this index.
    """

    negative: str = "kept"
    watts: str = "unknown"


@dataclass(frozen=True)
class Income:
    """The column with incomes and what is asked of it: a fixed line (or none), quantiles, whether who is at a line is poor."""

    column: str
    line: float | None = None
    quantiles: tuple[float, ...] = (0.5,)
    at_line: bool = False
    nonpositive: Nonpositive = Nonpositive()

    def __post_init__(self) -> None:
        if self.line is not None and not (math.isfinite(self.line) and self.line > 0):
            raise SampleRefused(N_("A poverty line is a number above zero, not {line}."), line=self.line)
        for share in self.quantiles:
            if not 0 < share < 1:
                raise SampleRefused(N_("A quantile lies between 0 and 1, not at {share}."), share=share)


# Of every index: its value from the facts of a domain, and the influence of a row on it.
_Formulas = dict[str, tuple[str, str]]


def indices(connection: duckdb.DuckDBPyConnection, sample: Sample, income: Income) -> Estimates:
    """Estimate every index for the whole sample and for each group of each column of `sample.by`.

    Unknown incomes are left out and counted. Relative lines are those of the whole, in groups too.
    Raises: SampleRefused as `prepare` does, and where nobody has a known income and a weight above zero.
    """
    tally = prepare(connection, sample, {"y": income.column})
    policy = income.nonpositive
    kept = "greatest(y, 0)" if policy.negative == "zero" else "y"
    out = " AND y >= 0" if policy.negative == "left_out" else ""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE incomes AS SELECT * REPLACE ({kept} AS y) FROM sample_rows "
        f"WHERE y IS NOT NULL AND w > 0{out}"
    )
    shares = tuple(dict.fromkeys((MEDIAN, *FIFTHS, *income.quantiles)))
    ranking = Ranking(shares, income.line, income.at_line)
    if not whole(rows(connection, "SELECT count(*) FROM incomes")[0][0]):
        raise SampleRefused(N_("No row has a known {column} and a weight above zero."), column=income.column)
    work = _Work(connection, sample, income, ranking, tally)
    domains = [*work.estimated("", "NULL")]
    for at, by in enumerate(sample.by):
        domains += work.estimated(by, f"CAST(group_{at} AS VARCHAR)")
    for name in ("incomes", "ranked", "sums", "facts", "line_units", "line_strata"):
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    return Estimates(tally, tuple(domains), {income.column: domains[0].unknown})


class _Work:
    """One estimation: the whole first, since its lines and their influence are used in every group."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, sample: Sample, income: Income, ranking: Ranking, tally: Tally
    ) -> None:
        self.connection, self.sample, self.income = connection, sample, income
        self.ranking, self.tally = ranking, tally
        self.lines: list[float | None] = [None] * len(FRACTIONS)
        self.influence, self.line_variance = "0", 0.0

    def estimated(self, by: str, group: str) -> Iterator[Domain]:
        """Domains of one column of groups (or, without one, the whole), with their estimates."""
        order.rank(self.connection, group, self.ranking)
        order.take_sums(self.connection, self.ranking)
        if not by:
            median = real(rows(self.connection, f"SELECT q{self.ranking.at(MEDIAN)} FROM sums")[0][0])
            self.lines = [median * part / 100 if median is not None and median > 0 else None for part in FRACTIONS]
        order.take_shares(self.connection, self.ranking, self.lines)
        formulas = self._formulas(is_whole=not by)
        if not by:
            self._keep_line()
        risks = [f"at_risk_{part}" for part in FRACTIONS]
        found = self._computed(formulas, risks)
        for label, counts in self._counts(by, group).items():
            facts = found.get(label, {})
            estimates = [self._estimate(name, facts) for name in formulas]
            if not by:
                estimates = [*self._lines(facts), *estimates]
            used, population = whole(facts.get("rows")), real(facts.get("n")) or 0.0
            yield Domain(by, label, counts[0], used, *counts[1:], population, tuple(estimates))

    def _computed(self, formulas: _Formulas, risks: Sequence[str]) -> dict[str | None, dict[str, object]]:
        """Facts, values and variances of each domain."""
        clustered = bool(self.sample.psu)
        joined = "(SELECT ranked.*, facts.* EXCLUDE (domain) FROM ranked JOIN facts ON ranked.domain IS NOT DISTINCT FROM facts.domain)"
        influences = {name: influence for name, (_, influence) in formulas.items()}
        more = () if clustered else (f"w * ({self.influence}) AS m",)
        units = unit_totals(joined, influences, clustered=clustered, more=more)
        if clustered:
            units = f"SELECT * FROM ({units}) LEFT JOIN line_units USING (stratum, psu)"
        spread = variances(units, list(formulas), self.tally, self.sample.singletons, risks)
        values = [f"{value} AS i_{name}" for name, (value, _) in formulas.items()]
        done = self.connection.execute(f"""
            SELECT facts.*, {", ".join(values)}, spread.* EXCLUDE (domain)
            FROM facts LEFT JOIN ({spread}) AS spread ON spread.domain IS NOT DISTINCT FROM facts.domain""")
        names = [column[0] for column in done.description or ()]
        facts = [dict(zip(names, row, strict=True)) for row in done.fetchall()]
        return {None if each["domain"] is None else str(each["domain"]): each for each in facts}

    def _keep_line(self) -> None:
        """Keep what each unit adds to the median of the whole, and the variance of that median."""
        facts = dict(zip(
            (column[0] for column in self.connection.execute("SELECT * FROM facts").description or ()),
            self.connection.fetchall()[0], strict=True,
        ))  # fmt: skip
        at = self.ranking.at(MEDIAN)
        middle, density, people = (real(facts[name]) for name in (f"q{at}", f"d{at}", "n"))
        if middle is None or not density or not people:
            self.influence = "CAST(NULL AS DOUBLE)"
        else:
            self.influence = (
                f"-(CAST(y <= {number(middle)} AS DOUBLE) - {MEDIAN}) / ({number(density)} * {number(people)})"
            )
        for table, keys in (("line_units", "stratum, psu"), ("line_strata", "stratum")):
            if table == "line_strata" or self.sample.psu:
                self.connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {keys}, sum(w * {self.influence}) AS m "
                    f"FROM ranked GROUP BY {keys}"
                )
        units = unit_totals(
            "(SELECT *, NULL AS d FROM ranked)", {"line": self.influence}, clustered=bool(self.sample.psu)
        )
        spread = rows(self.connection, variances(units, ["line"], self.tally, self.sample.singletons))
        self.line_variance = real(spread[0][1]) or 0.0

    def _counts(self, by: str, group: str) -> dict[str | None, tuple[int, int, int, int]]:
        """Rows, unknown, negative and zero incomes by label."""
        statement = f"""
            SELECT {group}, count(*), count(*) FILTER (y IS NULL), count(*) FILTER (y < 0), count(*) FILTER (y = 0)
            FROM sample_rows GROUP BY 1 ORDER BY 1 NULLS LAST"""
        return {
            None if label is None else str(label): (whole(a), whole(b), whole(c), whole(d))
            for label, a, b, c, d in rows(self.connection, statement)
        }

    def _lines(self, facts: Mapping[str, object]) -> Iterator[Estimate]:
        variance = self.line_variance if self.tally.freedom and real(facts.get("width")) else None
        for part, line in zip(FRACTIONS, self.lines, strict=True):
            error = None if variance is None or line is None else part / 100 * math.sqrt(variance)
            yield Estimate(f"line_{part}", line, error)

    def _estimate(self, name: str, facts: Mapping[str, object]) -> Estimate:
        value = real(facts.get(f"i_{name}"))
        variance = real(facts.get(f"v_{name}"))
        if name.startswith("at_risk_"):
            at = FRACTIONS.index(int(name.removeprefix("at_risk_")))
            covariance, density = real(facts.get(f"c_{name}")), real(facts.get(f"e{at}"))
            if variance is None or covariance is None or density is None:
                variance = None
            else:
                slope = density * FRACTIONS[at] / 100
                variance = max(variance + 2 * slope * covariance + slope * slope * self.line_variance, 0)
        known = value is not None and variance is not None and self.tally.freedom > 0
        return Estimate(name, value, math.sqrt(variance) if known and variance is not None else None)

    def _formulas(self, *, is_whole: bool) -> _Formulas:
        """Value and influence of every index; what a domain of width zero has no density for comes out as NULL."""
        formulas: _Formulas = {"mean": ("total / n", "(y - total / n) / n"), "total": ("total", "y")}
        for share in self.income.quantiles:
            at = self.ranking.at(share)
            formulas[f"quantile_{_shown(share)}"] = (
                f"q{at}", f"-(CAST(y <= q{at} AS DOUBLE) - {share}) / nullif(d{at} * n, 0)",
            )  # fmt: skip
        if self.income.line is not None:
            formulas |= _fixed_line(self.ranking, number(self.income.line), self.income.nonpositive)
        for at, part in enumerate(FRACTIONS):
            line = self.lines[at]
            shown = number(line) if line is not None else "CAST(NULL AS DOUBLE)"
            poor = f"CAST({self.ranking.poor(shown)} AS DOUBLE)"
            value = f"r{at} / n" if line is not None else "CAST(NULL AS DOUBLE)"
            formulas[f"at_risk_{part}"] = (value, f"({poor} - r{at} / n) / n")
        return formulas | _inequality(self.ranking)


def _fixed_line(ranking: Ranking, line: str, policy: Nonpositive) -> _Formulas:
    poor = f"CAST({ranking.poor(line)} AS DOUBLE)"
    formulas: _Formulas = {
        f"fgt{power}": (f"f{power} / n", f"({poor} * {gap} - f{power} / n) / n")
        for power, gap in enumerate(("1", "gap", "gap * gap"))
    }
    watts = f"{poor} * ln({line} / nullif(y, 0))"
    people = "nullif(positive, 0)"
    value = f"watts / {people}"
    if policy.watts == "unknown":
        value = f"CASE WHEN nonpositive = 0 THEN {value} END"
    influence = f"CASE WHEN y > 0 THEN (CASE WHEN y > 0 THEN {watts.replace('nullif(y, 0)', 'greatest(y, 1e-300)')} END - watts / {people}) / {people} ELSE 0 END"
    formulas["watts"] = (value, influence)
    formulas["sst"] = ("shortfall / n", f"2 * ({SHORTFALL} - shortfall / n) / n")
    return formulas


def _inequality(ranking: Ranking) -> _Formulas:
    """Gini and the ratio of the highest to the lowest fifth, each by two conventions; undefined where the whole is not above 0."""
    mean, gini = "nullif(greatest(total, 0), 0)", "difference / nullif(greatest(total, 0), 0)"
    other = f"({gini} + twice / (n * {mean}) - 1 / n)"
    formulas: _Formulas = {
        "gini_laeken": (gini, f"(2 * ({GINI} - difference / n) - {gini} * (y - total / n)) / {mean}"),
        "gini_convey": (
            other,
            f"((2 * c - 1) * y + 2 * (total - s + w * y) - ({other} + 1) * (total + n * y)) / (n * {mean})",
        ),
    }
    low, high = (ranking.at(share) for share in FIFTHS)
    quantile = {
        at: f"(-(CAST(y <= q{at} AS DOUBLE) - {ranking.shares[at]}) / nullif(d{at} * n, 0))" for at in (low, high)
    }
    poorest = f"(CASE WHEN y <= q{low} THEN y ELSE 0 END + low_slope * {quantile[low]})"
    richest = f"(CASE WHEN y > q{high} THEN y ELSE 0 END - high_slope * {quantile[high]})"
    bottom = "nullif(greatest(low_total, 0), 0)"
    ratio = f"(high_total / {bottom})"
    influence = f"({richest} - {ratio} * {poorest}) / {bottom}"
    weights = "(low_weight / nullif(high_weight, 0))"
    formulas["s80_s20_convey"] = (ratio, influence)
    formulas["s80_s20_laeken"] = (f"{ratio} * {weights}", f"{influence} * {weights}")
    return formulas


def _shown(share: float) -> str:
    return f"{100 * share:g}".replace(".", "_")
