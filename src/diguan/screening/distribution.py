"""How incomes and shortfalls are spread among the people of a screening: indices by place and cohort, from its files.

A registry holds whom somebody put on it. It is no sample of all who live there, so that nothing is said of errors, and the pages
that show these figures say whom they are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from diguan import numerics
from diguan.engine.connection import connect
from diguan.numerics import screened
from diguan.numerics.sample import quoted
from diguan.places.models import Place

BELOW, COHORT = "place_below", "cohort"
MEMORY = "512MB"
_TINY = 1e-9


@dataclass(frozen=True)
class Measured:
    """What is measured: the income per person of a pack, the poverty line it is held against (in its currency a year), and
    the screening's standards and cohorts."""

    income: str
    line: float
    standards: Sequence[str]
    cohorts: Sequence[str]


@dataclass(frozen=True)
class Group:
    """Some of the people: those of a place (by its id) or of a cohort (by its name)."""

    place: Place | None
    cohort: str
    found: numerics.Domain


@dataclass(frozen=True)
class Lacking:
    """A standard: the share of people whose household does not meet it, and its part in all that is lacking (None: nothing is)."""

    standard: str
    share: float
    part: float | None


@dataclass(frozen=True)
class Shortfalls:
    """Standards counted together, each for as much as any other (Alkire and Foster with equal weights).

    `people` of whose household every standard is known; `unknown` people, of whose household some are not. `lacking` any
    standard (H of Alkire and Foster at k = 1 of n); `intensity` is the share of standards that those lack (A); `counts` are
    people by how many standards their household does not meet, from none on.
    """

    people: float
    unknown: float
    lacking: float
    intensity: float | None
    counts: tuple[float, ...]
    each: tuple[Lacking, ...]


@dataclass(frozen=True)
class Distribution:
    """Of one place: the whole, its parts, and its cohorts; None where no income is known, or nobody is on file."""

    whole: numerics.Domain | None
    below: tuple[Group, ...]
    cohorts: tuple[Group, ...]
    shortfalls: Shortfalls | None

    def lacking_sum(self, line: float) -> float | None:
        """What all the poor lack up to the line, in the currency of the incomes, a year."""
        return None if self.whole is None else (self.whole.of("fgt1").value or 0) * line * self.whole.population


def of(folder: Path, place: Place, below: Sequence[Place], measured: Measured) -> Distribution:
    """Work out the distribution within a place from the files of a screening.

    Rows: households whose place lies in it, each for its persons. Raises: numerics.SampleRefused if files are missing.
    """
    with connect(memory=MEMORY) as connection:
        _select(connection, screened.relation(connection, folder), place, below, bool(measured.cohorts))
        domains = _incomes(connection, measured)
        whole = next((each for each in domains if not each.by), None)
        places = {str(each.pk): each for each in below}
        return Distribution(
            whole=whole,
            below=_groups(domains, BELOW, places, list(places)),
            cohorts=_groups(domains, COHORT, {}, measured.cohorts),
            shortfalls=_shortfalls(connection, measured.standards),
        )


def _select(
    connection: duckdb.DuckDBPyConnection, relation: str, place: Place, below: Sequence[Place], has_cohorts: bool
) -> None:
    """Make the table chosen: the households of the place with the part of it they live in."""
    connection.execute("CREATE TEMP TABLE parts (id VARCHAR, low BIGINT, high BIGINT)")
    if below:
        connection.executemany(
            "INSERT INTO parts VALUES (?, ?, ?)", [(str(each.pk), each.number, each.upper) for each in below]
        )
    cohort = "" if has_cohorts else f", NULL::VARCHAR AS {COHORT}"
    connection.execute(
        f"CREATE TEMP TABLE chosen AS SELECT s.*, p.id AS {BELOW}{cohort} FROM {relation} AS s "
        "LEFT JOIN parts p ON s.place_number >= p.low AND s.place_number < p.high "
        f"WHERE s.place_number >= {place.number} AND s.place_number < {place.upper}"
    )


def _incomes(connection: duckdb.DuckDBPyConnection, measured: Measured) -> Sequence[numerics.Domain]:
    known = f"SELECT 1 FROM chosen WHERE {quoted(measured.income)} IS NOT NULL AND {screened.PERSONS} > 0 LIMIT 1"
    if not connection.execute(known).fetchall():
        return ()
    sample = numerics.Sample("chosen", screened.PERSONS, by=(BELOW, COHORT))
    return numerics.indices(connection, sample, numerics.Income(measured.income, measured.line)).domains


def _groups(
    domains: Sequence[numerics.Domain], by: str, places: dict[str, Place], order: Sequence[str]
) -> tuple[Group, ...]:
    found = {each.label: each for each in domains if each.by == by and each.label is not None}
    return tuple(Group(places.get(name), name, found[name]) for name in order if name in found)


def _shortfalls(connection: duckdb.DuckDBPyConnection, standards: Sequence[str]) -> Shortfalls | None:
    """None where no household is known in every standard."""
    if not standards:
        return None
    lacks = [quoted(screened.LACKING.format(standard=name)) for name in standards]
    count = " + ".join(lacks)  # unknown as soon as one of them is
    people = f"sum({screened.PERSONS})"
    each = ", ".join(f"{people} FILTER ({lack} = 1 AND number IS NOT NULL)" for lack in lacks)
    row = connection.execute(
        f"SELECT {people} FILTER (number IS NOT NULL), {people} FILTER (number IS NULL), {each} "
        f"FROM (SELECT *, {count} AS number FROM chosen)"
    ).fetchall()[0]
    known, unknown, *lacking = (float(value or 0) for value in row)
    if known < _TINY:
        return None
    rows = connection.execute(f"SELECT number, {people} FROM (SELECT *, {count} AS number FROM chosen) GROUP BY number")
    by_number = {int(number): float(sum_ or 0) for number, sum_ in rows.fetchall() if number is not None}
    counts = tuple(by_number.get(number, 0.0) for number in range(max(by_number) + 1))
    all_lacks, poor = sum(lacking), known - counts[0]
    return Shortfalls(
        people=known,
        unknown=unknown,
        lacking=poor / known,
        intensity=all_lacks / poor / len(standards) if poor > _TINY else None,
        counts=counts,
        each=tuple(
            Lacking(name, part / known, part / all_lacks if all_lacks > _TINY else None)
            for name, part in zip(standards, lacking, strict=True)
        ),
    )
