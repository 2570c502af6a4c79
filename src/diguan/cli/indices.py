"""diguan indices: poverty and inequality of a file of people, or of a finished screening, with standard errors."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from diguan import engine, numerics
from diguan.cli.indices_shown import print_estimates, write
from diguan.cli.language import chosen, translator
from diguan.engine.connection import connect
from diguan.engine.files import SUFFIXES, open_table
from diguan.engine.folders import scratch_folder
from diguan.numerics import screened
from diguan.numerics.income import NEGATIVES, WATTS
from diguan.numerics.sample import SINGLETONS
from diguan.rulebook.problems import N_, RulesRefused

MARK = "screening.json"


@click.command(
    help=N_(
        "Estimate indices of poverty and inequality, each with its standard error by strata and sampling units. DATA is a "
        "file (.parquet or .csv) with one row per person, or the folder that a screening wrote. --value asks for indices of "
        "an income, --indicator with --k for multidimensional poverty."
    )
)
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--value", metavar="COLUMN", help=N_("column with the income"))
@click.option("--line", type=float, help=N_("poverty line; without it only relative lines are used"))
@click.option(
    "--weight", metavar="COLUMN", help=N_("column with the weight; of a screening, persons × weight if not given")
)
@click.option("--stratum", metavar="COLUMN", help=N_("column with the stratum of the sample"))
@click.option("--psu", metavar="COLUMN", help=N_("column with the first-stage sampling unit"))
@click.option("--by", multiple=True, metavar="COLUMN", help=N_("column of groups; may be given several times"))
@click.option("--quantile", "quantiles", multiple=True, type=float, help=N_("a quantile between 0 and 1; default: 0.5"))
@click.option("--at-line", is_flag=True, help=N_("whoever is exactly at a line is poor, too"))
@click.option(
    "--negative",
    type=click.Choice(NEGATIVES),
    default="kept",
    help=N_("incomes below zero: kept, taken as zero, left out"),
)
@click.option(
    "--watts", type=click.Choice(WATTS), default="unknown",
    help=N_("where incomes of zero or less are: the Watts index is unknown, or they are left out of it"),
)  # fmt: skip
@click.option(
    "--singletons", type=click.Choice(SINGLETONS), default="centred",
    help=N_("a stratum with one unit: its distance from the mean of all counts, it adds nothing, or the sample is refused"),
)  # fmt: skip
@click.option(
    "--indicator", "indicators", multiple=True, metavar="COLUMN[=WEIGHT]",
    help=N_("a deprivation: column of 0 and 1, or with --cutoff of amounts; may be given several times"),
)  # fmt: skip
@click.option(
    "--cutoff", "cutoffs", multiple=True, metavar="COLUMN=AMOUNT", help=N_("who has less of this indicator is deprived")
)
@click.option(
    "--k", type=float, help=N_("share of weighted deprivations from which somebody is poor, such as 0.333333")
)
@click.option("--out", type=click.Path(path_type=Path), help=N_("file for all estimates (.parquet or .csv)"))
@click.option("--memory", default="", help=N_("memory limit such as 4GB; beyond it work spills to disk"))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def indices(
    data: Path, value: str | None, line: float | None, weight: str | None, stratum: str | None, psu: str | None,
    by: tuple[str, ...], quantiles: tuple[float, ...], at_line: bool, negative: str, watts: str, singletons: str,
    indicators: tuple[str, ...], cutoffs: tuple[str, ...], k: float | None, out: Path | None, memory: str, lang: str | None,
) -> None:  # fmt: skip
    language = chosen(lang)
    say = translator(language)
    if not value and not indicators:
        raise click.UsageError(say(N_("Say what to estimate: --value COLUMN, or --indicator COLUMN with --k.")))
    if bool(indicators) != (k is not None):
        raise click.UsageError(say(N_("--indicator and --k belong together.")))
    if out is not None and out.suffix not in SUFFIXES:
        raise click.UsageError(say(N_("{file} must end in .parquet or .csv.")).format(file=out.name))
    try:
        asked = _Asked(
            numerics.Income(value, line, quantiles or (0.5,), at_line, numerics.Nonpositive(negative, watts))
            if value else None,
            numerics.Specification(_indicators(indicators, cutoffs), k) if k is not None else None,
        )  # fmt: skip
        design = numerics.Sample("", weight or "", stratum or "", psu or "", by, singletons)
        found = _estimated(data, design, asked, memory)
        print_estimates(found, say)
        if out is not None:
            write(found, out)
            click.echo(say(N_("Written to {file}.")).format(file=out))
    except RulesRefused as refused:
        click.echo(refused.message(say), err=True)
        sys.exit(1)


@dataclass(frozen=True)
class _Asked:
    income: numerics.Income | None
    specification: numerics.Specification | None


def _indicators(named: tuple[str, ...], cutoffs: tuple[str, ...]) -> tuple[numerics.Indicator, ...]:
    below = {}
    for each in cutoffs:
        column, _, amount = each.rpartition("=")
        below[column] = _number(each, amount)
    found = []
    for each in named:
        column, sign, weight = each.rpartition("=")
        column, share = (column, _number(each, weight)) if sign else (each, 1.0)
        found.append(numerics.Indicator(column, share, below.pop(column, None)))
    for column in below:
        raise numerics.SampleRefused(N_("There is a cutoff for {column}, which is no indicator."), column=column)
    return tuple(found)


def _number(written: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise numerics.SampleRefused(N_("“{written}” is not of the form COLUMN=NUMBER."), written=written) from error


def _estimated(data: Path, design: numerics.Sample, asked: _Asked, memory: str) -> list[numerics.Estimates]:
    with scratch_folder() as scratch, connect(memory=memory, spill=scratch) as connection:
        if (data / MARK).is_file():
            relation, weight = screened.relation(connection, data), design.weight or screened.PERSONS
        else:
            if not data.exists():
                raise engine.DataRefused(N_("There is no {file}."), file=data)
            if data.is_file() and data.suffix not in SUFFIXES:
                raise engine.DataRefused(N_("{file} must end in .parquet or .csv."), file=data.name)
            relation, weight = open_table(connection, data, scratch).relation, design.weight
        sample = numerics.Sample(relation, weight, design.stratum, design.psu, design.by, design.singletons)
        found = []
        if asked.income is not None:
            found.append(numerics.indices(connection, sample, asked.income))
        if asked.specification is not None:
            found.append(numerics.alkire_foster(connection, sample, asked.specification))
        return found
