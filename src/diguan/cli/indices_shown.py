"""Estimates on the terminal and in a file."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click
import duckdb

from diguan.cli.tables import MOST_PLACES, table
from diguan.engine.cells import safe
from diguan.engine.folders import scratch_folder
from diguan.engine.sql import text
from diguan.numerics import Domain, Estimate, Estimates, words
from diguan.rulebook.problems import N_

Say = Callable[[str], str]
# What fits beside each group on a terminal; all of it is in the file.
_BESIDE = ("mean", "fgt0", "fgt1", "at_risk_60", "gini_laeken", "h", "a", "m0")
COLUMNS = {
    "by": "VARCHAR", "group": "VARCHAR", "index": "VARCHAR", "indicator": "VARCHAR", "value": "DOUBLE",
    "standard_error": "DOUBLE", "rows": "BIGINT", "used": "BIGINT", "unknown": "BIGINT", "negative": "BIGINT",
    "zero": "BIGINT", "population": "DOUBLE",
}  # fmt: skip


def print_estimates(found: Iterable[Estimates], say: Say) -> None:
    """What was read, the whole, then the groups of each column."""
    for estimates in found:
        _print_basis(estimates, say)
        click.echo()
        click.echo(_whole(estimates.whole, say))
        for by in dict.fromkeys(domain.by for domain in estimates.domains if domain.by):
            click.echo()
            click.echo(_groups(by, list(estimates.by(by)), say))


def _print_basis(estimates: Estimates, say: Say) -> None:
    tally, whole = estimates.tally, estimates.whole
    values = {
        "rows": f"{tally.rows:,}", "used": f"{whole.used:,}", "population": f"{whole.population:,.0f}",
        "strata": f"{tally.strata:,}", "clusters": f"{tally.clusters:,}", "single": f"{tally.single:,}",
        "unweighted": f"{tally.without_weight:,}", "negative": f"{whole.negative:,}", "zero": f"{whole.zero:,}",
        "unknown": f"{whole.unknown:,}",
        "columns": ", ".join(f"{name} {count:,}" for name, count in estimates.unknown.items() if count),
    }  # fmt: skip
    notices = [
        (
            True,
            N_(
                "{rows} rows read, {used} used, standing for {population}; strata: {strata}, sampling units: {clusters}."
            ),
        ),
        (tally.without_weight, N_("{unweighted} rows have no weight and are left out.")),
        (whole.unknown, N_("{unknown} rows are unknown and left out: {columns}.")),
        (whole.negative, N_("{negative} incomes are below zero.")),
        (whole.zero, N_("{zero} incomes are zero.")),
        (tally.single, N_("{single} strata have one sampling unit.")),
        (not tally.freedom, N_("The design gives no standard errors: no stratum has two sampling units.")),
    ]
    for happened, template in notices:
        if happened:
            click.echo(say(template).format_map(values))


def _whole(whole: Domain, say: Say) -> str:
    rows = []
    for each in whole.estimates:
        name = words.label(each.index, say) + (f": {each.indicator}" if each.indicator else "")
        rows.append([name, _number(each.value, each.index, say), _number(each.error, each.index, say)])
    return table([say(N_("whole")), say(N_("estimate")), say(N_("standard error"))], rows)


def _groups(by: str, domains: Sequence[Domain], say: Say) -> str:
    shown = [each.index for each in domains[0].estimates if each.index in _BESIDE]
    heading = [by, say(N_("rows used"))] + [words.label(index, say) for index in shown]
    rows = []
    for domain in domains[:MOST_PLACES]:
        name = say(N_("unknown")) if domain.label is None else domain.label
        rows.append([name, f"{domain.used:,}", *(_beside(domain.of(index), say) for index in shown)])
    rest = len(domains) - MOST_PLACES
    lines = [table(heading, rows)]
    if rest > 0:
        lines.append(say(N_("… and {count} more groups; --out writes them all.")).format(count=rest))
    return "\n".join(lines)


def _beside(estimate: Estimate, say: Say) -> str:
    error = "" if estimate.error is None else f" ({_number(estimate.error, estimate.index, say)})"
    return _number(estimate.value, estimate.index, say) + error


def _number(value: float | None, index: str, say: Say) -> str:
    if value is None:
        return "–"
    return f"{value:,.2f}" if words.is_amount(index) else f"{value:.5f}"


def write(found: Iterable[Estimates], out: Path) -> None:
    """All estimates, one a row, as Parquet or CSV by the name of the file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder() as scratch:
        made = scratch / "estimates.csv"
        with made.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            is_csv = out.suffix == ".csv"
            writer.writerows([safe(cell) for cell in row] if is_csv else row for row in _rows(found))
        if is_csv:
            out.write_bytes(made.read_bytes())
            return
        kinds = ", ".join(f"{text(name)}: {text(kind)}" for name, kind in COLUMNS.items())
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT * FROM read_csv({text(str(made))}, auto_detect = false, header = true, columns = {{{kinds}}})) "
                f"TO {text(str(out))} (FORMAT parquet, COMPRESSION zstd)"
            )


def _rows(found: Iterable[Estimates]) -> Iterator[list[object]]:
    for estimates in found:
        for domain in estimates.domains:
            counts = [domain.rows, domain.used, domain.unknown, domain.negative, domain.zero, domain.population]
            for each in domain.estimates:
                yield [domain.by, domain.label, each.index, each.indicator, each.value, each.error, *counts]
