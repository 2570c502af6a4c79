"""How alike two different people of one family are: counted on the members of the file's own households."""

from __future__ import annotations

import math

import duckdb

from diguan.engine.connection import numbers, rows
from diguan.linkage.matching.chances import BROTHER_AND_SISTER, Chances
from diguan.linkage.matching.comparing import levels
from diguan.linkage.matching.levels import COMPARISONS, number

LARGEST_HOME = 20  # homes for the aged and the like say nothing about kinship
_SAMPLE = 60_000  # households whose members are compared with each other
_SMALLEST = 1e-7
_FEW_TWINS = 0.001  # of the pairs of a household, when the file is too small to show any
_SAME_DAY = number("date", "same")
_SAME_YEAR = ("same", "default", "swapped", "month", "year")


def make(connection: duckdb.DuckDBPyConnection, chances: Chances) -> None:
    """The table `family`: for names, dates and sexes, the logarithm of how often two members of a household are so alike.

    Names are counted on members of different birthdays, and birthdays on members of different names, so that somebody who
    is entered twice in a household does not count. Twins, who share both, are told by those who are brother and sister.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE members AS
        SELECT a.id AS l, b.id AS r FROM person a JOIN person b ON a.household = b.household AND a.id < b.id
        WHERE a.household <= {_SAMPLE} AND a.n_home BETWEEN 2 AND {LARGEST_HOME}"""
    )
    levels(connection, chances, "members", "at_home")
    apart = f"date IN ({number('date', 'different')}, {number('date', 'unknown')})"
    names = _shares(connection, "name", apart)
    dates = _shares(connection, "date", f"name >= {number('name', 'only_surname')}")
    sexes = _shares(connection, "sex", apart)
    twins = _twins(connection, dates[_SAME_DAY], sum(chances.twin_names.values()) - chances.twin_names["only_surname"])
    of_twins = [chances.twin_names.get(level.name, names[at]) for at, level in enumerate(COMPARISONS["name"])]
    cells = [
        (
            name,
            date,
            sex,
            math.log((twins * of_twins[name] if date == _SAME_DAY else names[name] * dates[date]) * sexes[sex]),
        )
        for name in range(len(names))
        for date in range(len(dates))
        for sex in range(len(sexes))
    ]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE family AS SELECT unnest(?) AS name, unnest(?) AS date, unnest(?) AS sex, unnest(?) AS u_family",
        [[cell[at] for cell in cells] for at in range(4)],
    )


def _shares(connection: duckdb.DuckDBPyConnection, comparison: str, condition: str) -> list[float]:
    """How often each level is seen; one that is unknown speaks neither for nor against. A year that is all that is known of a
    date is the same as often as years of whole dates are."""
    listed = rows(connection, f"SELECT {comparison}, count(*) FROM at_home WHERE {condition} GROUP BY 1")
    found = {int(str(level)): int(str(count)) for level, count in listed}
    whole = sum(found.values()) + 1
    shares = {
        level.name: 1.0 if level.apart else max((found.get(at, 0) + 0.01) / whole, _SMALLEST)
        for at, level in enumerate(COMPARISONS[comparison])
    }
    if "partial" in shares:
        shares["partial"] = sum(shares[name] for name in _SAME_YEAR)
    return list(shares.values())


def _twins(connection: duckdb.DuckDBPyConnection, unlike: float, alike: float) -> float:
    """Twins among the pairs of a household; `unlike` is the share of pairs with one birthday and different names,
    `alike` the share of twins whose names are not so different."""
    total, both_sexes = numbers(
        connection,
        f"SELECT count(*), count(*) FILTER (WHERE date = {_SAME_DAY} AND sex = {number('sex', 'different')}) FROM at_home",
    )
    return max(
        unlike / (1 - alike),
        both_sexes / BROTHER_AND_SISTER / max(total, 1),
        _FEW_TWINS / (1 + total / 10_000),
    )
