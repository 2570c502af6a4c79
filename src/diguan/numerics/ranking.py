"""What indices of income are made of: rows in order of income, sums, quantiles and densities of each domain."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from diguan.numerics.sample import number

FIFTHS = (0.2, 0.8)
MEDIAN = 0.5
# Cumulative weights are sums of rounded numbers: a share is met exactly when it is met to this part of the whole.
_EXACT = number(1e-10)


@dataclass(frozen=True)
class Ranking:
    """What is computed: shares of the quantiles, the fixed line (or None), relative lines, whether the line is poor."""

    shares: tuple[float, ...]
    line: float | None
    at_line: bool = False

    def at(self, share: float) -> int:
        return self.shares.index(share)

    def poor(self, line: str) -> str:
        """SQL: whether an income is poor against a line."""
        return f"(y {'<=' if self.at_line else '<'} {line})"


def rank(connection: duckdb.DuckDBPyConnection, group: str, ranking: Ranking) -> None:
    """Make `ranked`: rows by domain with the weight, income and gap of everybody at or below them."""
    gap = "0"
    if ranking.line is not None:
        line = number(ranking.line)
        gap = f"CASE WHEN {ranking.poor(line)} THEN ({line} - y) / {line} ELSE 0 END"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE ranked AS
        SELECT *, sum(w) OVER below AS c, sum(w * y) OVER below AS s, sum(w * gap) OVER below AS t
        FROM (SELECT {group} AS domain, stratum, psu, y, w, {gap} AS gap FROM incomes)
        WINDOW below AS (PARTITION BY domain ORDER BY y)""")


def take_sums(connection: duckdb.DuckDBPyConnection, ranking: Ranking) -> None:
    """Make `sums`: one row per domain with its totals and quantiles.

    A quantile is the smallest income at or below which at least the share lives; where the share is met exactly, the
    mean of that income and the next (laeken's weightedQuantile).
    """
    line = number(ranking.line) if ranking.line is not None else "NULL"
    poor = f"w * CAST({ranking.poor(line)} AS DOUBLE)"
    ordered = [
        f"min(y) FILTER (c >= ({share} - {_EXACT}) * {'{whole}'}) AS low_{at},"
        f" min(y) FILTER (c > ({share} + {_EXACT}) * {'{whole}'}) AS high_{at}"
        for at, share in enumerate(ranking.shares)
    ]
    shown = [f"(low_{at} + coalesce(high_{at}, low_{at})) / 2 AS q{at}" for at in range(len(ranking.shares))]
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE sums AS
        WITH whole AS (
            SELECT domain, count(*) AS rows, sum(w) AS n, sum(w * y) AS total, sum(w * y * y) AS squares,
                sum(w * w * y) AS twice, sum({poor}) AS f0, sum({poor} * gap) AS f1, sum({poor} * gap * gap) AS f2,
                sum({poor} * CASE WHEN y > 0 THEN ln({line} / y) ELSE 0 END) AS watts,
                coalesce(sum(w) FILTER (y > 0), 0) AS positive, count(*) FILTER (y <= 0) AS nonpositive
            FROM ranked GROUP BY domain),
        points AS (
            SELECT domain, {', '.join(ordered).replace('{whole}', 'n')}
            FROM ranked JOIN whole ON ranked.domain IS NOT DISTINCT FROM whole.domain GROUP BY ALL)
        SELECT whole.*, {', '.join(shown)},
            sqrt(greatest(squares - total * total / n, 0) / n) / pow(n, 0.2) AS width
        FROM whole JOIN points ON points.domain IS NOT DISTINCT FROM whole.domain""".replace(
        "SELECT domain, min", "SELECT whole.domain, min"
    ))  # fmt: skip


def take_shares(connection: duckdb.DuckDBPyConnection, ranking: Ranking, lines: Sequence[float | None]) -> None:
    """Make `facts`: the sums, and what needs them first: Gini, Sen–Shorrocks–Thon, fifths, relative lines, densities."""
    low, high = (f"q{ranking.at(share)}" for share in FIFTHS)
    asked = [
        f"sum(w * {GINI}) AS difference", f"sum(w * {SHORTFALL}) AS shortfall",
        f"sum(w * y) FILTER (y <= {low}) AS low_total", f"sum(w) FILTER (y <= {low}) AS low_weight",
        f"sum(w * y) FILTER (y > {high}) AS high_total", f"sum(w) FILTER (y > {high}) AS high_weight",
        f"{_density(low, 'w * y')} AS low_slope", f"{_density(high, 'w * y')} AS high_slope",
    ]  # fmt: skip
    asked += [f"{_density(f'q{at}', 'w')} / any_value(n) AS d{at}" for at in range(len(ranking.shares))]
    for at, line in enumerate(lines):
        found = number(line) if line is not None else "CAST(NULL AS DOUBLE)"
        asked.append(f"coalesce(sum(w) FILTER {ranking.poor(found)}, 0) AS r{at}")
        asked.append(f"{_density(found, 'w')} / any_value(n) AS e{at}")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE facts AS
        WITH shares AS (
            SELECT sums.domain, {", ".join(asked)}
            FROM ranked JOIN sums ON ranked.domain IS NOT DISTINCT FROM sums.domain GROUP BY sums.domain)
        SELECT sums.*, shares.* EXCLUDE (domain)
        FROM sums JOIN shares ON shares.domain IS NOT DISTINCT FROM sums.domain""")


# Half the mean distance of an income from all others, and the mean of the greater of its gap and another's.
GINI = "((y * c - s + total - s - y * (n - c)) / (2 * n))"
SHORTFALL = "((gap * (n - c) + t) / n)"


def _density(point: str, what: str) -> str:
    """SQL: a Gaussian kernel estimate; width: standard deviation over the fifth root of the population (Osier 2009)."""
    return f"sum({what} * exp(-pow(({point} - y) / width, 2) / 2)) / (any_value(width) * sqrt(2 * pi()))"
