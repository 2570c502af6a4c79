"""Multidimensional poverty by Alkire and Foster: who is deprived in how much, of the whole and of any group.

Formulas, conventions and sources: docs/reference/indices.md.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from diguan.numerics.problems import SampleRefused
from diguan.numerics.results import Domain, Estimate, Estimates, Tally
from diguan.numerics.sample import Sample, number, prepare, real, rows, text, whole
from diguan.numerics.variance import variances
from diguan.rulebook.problems import N_

# A score is a sum of rounded weights: it reaches k when it comes this near.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Indicator:
    """One deprivation: a column of 0 and 1 (1 is deprived), or, with `cutoff`, a cardinal achievement below it."""

    column: str
    weight: float = 1.0
    cutoff: float | None = None


@dataclass(frozen=True)
class Specification:
    """Indicators with weights (taken as shares of their sum), and `k`, the share of deprivations that makes poor."""

    indicators: tuple[Indicator, ...]
    k: float

    def __post_init__(self) -> None:
        if not 0 < self.k <= 1:
            raise SampleRefused(N_("k lies above 0 and not above 1, not at {k}."), k=self.k)
        if not self.indicators:
            raise SampleRefused(N_("Name at least one indicator."))
        names = [each.column for each in self.indicators]
        for each in self.indicators:
            if names.count(each.column) > 1:
                raise SampleRefused(N_("{column} is named twice."), column=each.column)
            if not (math.isfinite(each.weight) and each.weight > 0):
                raise SampleRefused(N_("The weight of {column} must be above zero."), column=each.column)
            if each.cutoff is not None and not (math.isfinite(each.cutoff) and each.cutoff > 0):
                raise SampleRefused(N_("The cutoff of {column} must be above zero."), column=each.column)

    @property
    def is_cardinal(self) -> bool:
        """Whether depth and severity (M1, M2) can be said: only where every indicator has a cutoff."""
        return all(each.cutoff is not None for each in self.indicators)

    @property
    def shares(self) -> tuple[float, ...]:
        total = math.fsum(each.weight for each in self.indicators)
        return tuple(each.weight / total for each in self.indicators)


def alkire_foster(connection: duckdb.DuckDBPyConnection, sample: Sample, specification: Specification) -> Estimates:
    """Estimate H, A, M0 (M1, M2), headcounts and contributions of the whole and of every group, in one look at the rows.

    A row with any indicator unknown is left out and counted, and so is, for each column, what is unknown in it.
    Raises: SampleRefused as `prepare` does, for a deprivation that is neither 0 nor 1, and where no row is complete.
    """
    columns = {f"x{at}": each.column for at, each in enumerate(specification.indicators)}
    tally = prepare(connection, sample, columns)
    _check(connection, specification)
    keys = "".join(f", group_{at}" for at in range(len(sample.by)))
    measured = _measured(specification, keys)
    # Few units hold many rows: they are summed first, and only then handed out to the groups.
    kind = "TABLE" if sample.psu else "VIEW"
    connection.execute("DROP VIEW IF EXISTS cells" if kind == "VIEW" else "DROP TABLE IF EXISTS cells")
    cells = f"SELECT stratum, psu{keys}, {_summed(specification)} FROM ({measured}) GROUP BY stratum, psu{keys}"
    if not sample.psu:
        cells = f"SELECT stratum, psu{keys}, {_per_row(specification)} FROM ({measured})"
    connection.execute(f"CREATE OR REPLACE TEMP {kind} cells AS {cells}")
    found, unknown = _estimated(connection, sample, specification, tally)
    connection.execute(f"DROP {kind} cells")
    if not found or not found[0].used:
        raise SampleRefused(N_("No row has every indicator known and a weight above zero."))
    names = [each.column for each in specification.indicators]
    return Estimates(tally, tuple(found), dict(zip(names, unknown, strict=True)))


def _check(connection: duckdb.DuckDBPyConnection, specification: Specification) -> None:
    plain = [(at, each.column) for at, each in enumerate(specification.indicators) if each.cutoff is None]
    if not plain:
        return
    # One product instead of two comparisons; the value is looked for only when there is one.
    asked = [f"max(abs(x{at} * (x{at} - 1)))" for at, _ in plain]
    for (at, column), apart in zip(
        plain, rows(connection, f"SELECT {', '.join(asked)} FROM sample_rows")[0], strict=True
    ):
        if apart:
            value = rows(connection, f"SELECT any_value(x{at}) FROM sample_rows WHERE x{at} NOT IN (0, 1)")[0][0]
            raise SampleRefused(
                N_("{column}: {value} is neither 0 nor 1; give a cutoff to compare with."), column=column, value=value
            )


def _measured(specification: Specification, keys: str) -> str:
    """SQL: rows with deprivations d0 …, gaps g0 …, whether complete, score and whether poor."""
    deprived, gaps = [], []
    for at, each in enumerate(specification.indicators):
        if each.cutoff is None:
            deprived.append(f"x{at} AS d{at}")
        else:
            cutoff = number(each.cutoff)
            deprived.append(f"CAST(x{at} < {cutoff} AS DOUBLE) AS d{at}")
            gaps.append(f"CASE WHEN x{at} < {cutoff} THEN ({cutoff} - x{at}) / {cutoff} ELSE 0 END AS g{at}")
    score = " + ".join(f"{number(share)} * d{at}" for at, share in enumerate(specification.shares))
    poor = f"CAST(score >= {number(specification.k - TOLERANCE)} AS DOUBLE)"
    return f"""
        SELECT *, {poor} AS poor FROM (
            SELECT *, {score} AS score FROM (SELECT stratum, psu{keys}, w, {", ".join((*deprived, *gaps))} FROM sample_rows))"""


def _columns(specification: Specification) -> dict[str, str]:
    """Name of each total and SQL of what a row brings to it; an incomplete row has no score and brings nothing."""
    count = len(specification.indicators)
    brought = {"n": "w + 0 * score", "h": "w * poor", "m0": "w * poor * score"}
    brought |= {f"c{at}": f"w * poor * d{at}" for at in range(count)}
    brought |= {f"u{at}": f"w * d{at} + 0 * score" for at in range(count)}
    if specification.is_cardinal:
        for name, power in (("m1", 1), ("m2", 2)):
            gaps = " + ".join(f"{number(share)} * pow(g{at}, {power})" for at, share in enumerate(specification.shares))
            brought[name] = f"w * poor * ({gaps})"
    return brought


def _counted(specification: Specification) -> dict[str, str]:
    unknown = {f"missing{at}": f"d{at} IS NULL" for at in range(len(specification.indicators))}
    return {"rows": "TRUE", "used": "score IS NOT NULL AND w > 0", "unknown": "score IS NULL", **unknown}


def _summed(specification: Specification) -> str:
    made = [f"coalesce(sum({what}), 0) AS {name}" for name, what in _columns(specification).items()]
    # count(x) of what is known is much cheaper than counting rows that meet a condition.
    made += ["count(*) AS rows", "count(*) FILTER (WHERE score IS NOT NULL AND w > 0) AS used"]
    made.append("count(*) - count(score) AS unknown")
    made += [f"count(*) - count(d{at}) AS missing{at}" for at in range(len(specification.indicators))]
    return ", ".join(made)


def _per_row(specification: Specification) -> str:
    made = [f"coalesce({what}, 0) AS {name}" for name, what in _columns(specification).items()]
    made += [f"CAST({what} AS BIGINT) AS {name}" for name, what in _counted(specification).items()]
    return ", ".join(made)


def _ratios(specification: Specification) -> dict[tuple[str, str], tuple[str, str, float]]:
    """Index and indicator: numerator, denominator, factor."""
    found: dict[tuple[str, str], tuple[str, str, float]] = {
        ("h", ""): ("h", "n", 1.0), ("a", ""): ("m0", "h", 1.0), ("m0", ""): ("m0", "n", 1.0),
    }  # fmt: skip
    if specification.is_cardinal:
        found |= {("m1", ""): ("m1", "n", 1.0), ("m2", ""): ("m2", "n", 1.0)}
    for at, (each, share) in enumerate(zip(specification.indicators, specification.shares, strict=True)):
        found[("censored", each.column)] = (f"c{at}", "n", 1.0)
        found[("uncensored", each.column)] = (f"u{at}", "n", 1.0)
        found[("contribution", each.column)] = (f"c{at}", "m0", share)
    return found


def _handed_out(connection: duckdb.DuckDBPyConnection, sample: Sample) -> str:
    """SQL: each cell once for the whole and once for its group of each column, by number; make `domains`, their names."""
    named = ["{'by': '', 'label': CAST(NULL AS VARCHAR)}"]
    named += [f"{{'by': {text(by)}, 'label': CAST(group_{at} AS VARCHAR)}}" for at, by in enumerate(sample.by)]
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE domains AS
        SELECT row_number() OVER () AS domain, one.by AS by, one.label AS label
        FROM (SELECT DISTINCT unnest([{", ".join(named)}]) AS one FROM cells)""")
    joins = ["JOIN domains AS whole ON whole.by = ''"]
    joins += [
        f"JOIN domains AS of_{at} ON of_{at}.by = {text(by)} AND of_{at}.label IS NOT DISTINCT FROM CAST(group_{at} AS VARCHAR)"
        for at, by in enumerate(sample.by)
    ]
    numbers = ", ".join(["whole.domain", *(f"of_{at}.domain" for at in range(len(sample.by)))])
    return f"(SELECT cells.*, unnest([{numbers}]) AS domain FROM cells {' '.join(joins)})"


def _estimated(
    connection: duckdb.DuckDBPyConnection, sample: Sample, specification: Specification, tally: Tally
) -> tuple[list[Domain], list[int]]:
    ratios = _ratios(specification)
    names, counts = list(_columns(specification)), list(_counted(specification))
    spread = _handed_out(connection, sample)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE facts AS
        SELECT domain, {", ".join(f"sum({name}) AS {name}" for name in (*names, *counts))}
        FROM {spread} GROUP BY domain""")
    totals = ", ".join(f"facts.{name} AS t_{name}" for name in names)
    group = ", ".join(f"sum({name}) AS {name}" for name in names)
    held = f"SELECT domain, stratum, psu, {group} FROM {spread} GROUP BY ALL" if sample.psu else f"FROM {spread}"
    residuals = [
        f"{factor!r} * ({top} - t_{top} / nullif(t_{below}, 0) * {below}) / nullif(t_{below}, 0) AS z{at}"
        for at, (top, below, factor) in enumerate(ratios.values())
    ]
    units = f"""
        SELECT unit.domain, stratum, {", ".join(residuals)}
        FROM ({held}) AS unit JOIN (SELECT domain, {totals} FROM facts) AS facts ON unit.domain = facts.domain"""
    spreads = variances(units, [f"z{at}" for at in range(len(ratios))], tally, sample.singletons)
    values = [f"{factor!r} * {top} / nullif({below}, 0)" for top, below, factor in ratios.values()]
    statement = f"""
        SELECT domains.by, domains.label, {", ".join(counts)}, n, {", ".join(values)}, {", ".join(f"v_z{at}" for at in range(len(ratios)))}
        FROM facts JOIN domains USING (domain) LEFT JOIN ({spreads}) AS spread USING (domain)"""
    found = list(_domains(rows(connection, statement), ratios, len(counts), tally))
    for table in ("facts", "domains"):
        connection.execute(f"DROP TABLE {table}")
    position = {by: at for at, by in enumerate(("", *sample.by))}
    found.sort(key=lambda pair: (position[pair[0].by], pair[0].label is None, pair[0].label or ""))
    return [domain for domain, _ in found], found[0][1] if found else []


def _domains(
    read: list[tuple[object, ...]], ratios: Mapping[tuple[str, str], object], counts: int, tally: Tally
) -> Iterator[tuple[Domain, list[int]]]:
    for by, label, *row in read:
        total, used, unknown, *missing = (whole(each) for each in row[:counts])
        values, spread = row[counts + 1 : counts + 1 + len(ratios)], row[counts + 1 + len(ratios) :]
        estimates = []
        for (index, indicator), value, variance in zip(ratios, values, spread, strict=True):
            deviation = real(variance) if tally.freedom else None
            error = math.sqrt(deviation) if deviation is not None and value is not None else None
            estimates.append(Estimate(index, real(value), error, indicator))
        shown = None if label is None else str(label)
        yield (
            Domain(str(by), shown, total, used, unknown, 0, 0, real(row[counts]) or 0.0, tuple(estimates)),
            missing,
        )
