"""How often people who are not the same share a name, beyond what its parts would make one expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import duckdb

from diguan.engine.connection import numbers

UNSEEN = 0.5  # entries that we expect to share what nobody else in the file shares
_SHRINK = 50  # people of the whole file who stand beside a village's own when its surnames are counted
_MOST_FASHION, _MOST_CLAN = 10.0, 30.0


# How alike the names of twins are.
TWIN_NAMES = {
    "same": 1e-5,
    "homophone": 0.02,
    "near": 0.01,
    "swapped": 0.005,
    "missing": 0.04,
    "given_character": 0.4,
    "only_surname": 0.5,
}
BROTHER_AND_SISTER = 0.25  # of twins


@dataclass(frozen=True)
class Chances:
    """`people`: entries in all, those of one name and birthday counted once. `fashion`: how many times as many people born within a few years share a name as people of any
    age. `clan`: how many times as many namesakes live in one village as surnames and generation names explain. `twin_names`: how often the names of twins are so alike."""

    people: int
    fashion: float = 1.0
    clan: float = 1.0
    twin_names: Mapping[str, float] = field(default_factory=lambda: TWIN_NAMES)

    def same(self, of: str, own: str = "1") -> str:
        """SQL: people who share a person's name by chance, the person's own entries left out."""
        return f"greatest({of}n_plain - {own}, {UNSEEN} * {self.people} * {of}chance)"

    def commoner(self, place: str, of: str) -> str:
        """SQL: how many times commoner a person's surname is in the village, or the county, than in the whole file."""
        common = f"({of}n_sur / {self.people})"
        return f"((greatest(coalesce({of}n_{place}_sur, 0) - 2, 0) + {_SHRINK} * {common}) / (coalesce({of}n_{place}, 0) + {_SHRINK}) / {common})"

    def halves(self, of: str) -> str:
        """SQL: share of a village who have a person's name because a part of it is common there, as generation names are."""
        return f"(({of}n_village_g1 * {of}n_g2 + {of}n_village_g2 * {of}n_g1) / {of}n_village / {self.people})"


def measure(connection: duckdb.DuckDBPyConnection) -> Chances:
    """Counted on people born three years or more apart, of whom few are one person."""
    people = int(numbers(connection, "SELECT count(*) FROM told")[0])
    chances = Chances(people, _fashion(connection))
    return replace(chances, clan=_clan(connection, chances))


def _fashion(connection: duckdb.DuckDBPyConnection) -> float:
    near, all_near, same, everybody = numbers(
        connection,
        """
        WITH given AS (SELECT plain, y, count(*) AS n FROM person WHERE told AND y IS NOT NULL GROUP BY ALL),
        years AS (SELECT y, sum(n) AS n FROM given GROUP BY 1), names AS (SELECT plain, sum(n) AS n FROM given GROUP BY 1)
        SELECT (SELECT sum(a.n * b.n) FROM given a JOIN given b ON a.plain = b.plain AND b.y = a.y + 3),
            (SELECT sum(a.n * b.n) FROM years a JOIN years b ON b.y = a.y + 3),
            (SELECT sum(n * (n - 1)) FROM names), (SELECT pow(sum(n), 2) FROM names)""",
    )
    if not all_near:
        return 1.0
    # Ten pairs are added to either side, so that a small file says little.
    usual = (same + 10) / everybody
    return min(max((near + 10 * all_near / everybody) / all_near / usual, 1.0), _MOST_FASHION)


def _clan(connection: duckdb.DuckDBPyConnection, chances: Chances) -> float:
    share = f"greatest({chances.same('')} / {chances.people} * {chances.commoner('village', '')}, {chances.halves('')})"
    expected = numbers(
        connection,
        f"SELECT sum(n_village * ({share})) / 2 FROM person WHERE told AND village IS NOT NULL AND y IS NOT NULL",
    )[0]
    found = numbers(
        connection,
        "SELECT count(*) FROM person a JOIN person b ON a.village = b.village AND a.plain = b.plain AND a.id < b.id AND a.told AND b.told "
        "AND abs(a.y - b.y) BETWEEN 3 AND 9",
    )[0]
    years = "(SELECT y, count(*) AS n FROM person WHERE told AND y IS NOT NULL GROUP BY 1)"
    of_such_ages = numbers(
        connection,
        f"SELECT sum(a.n * b.n) FILTER (WHERE abs(a.y - b.y) BETWEEN 3 AND 9) / sum(a.n * b.n) FROM {years} a, {years} b",
    )[0]
    return min(max((found + 10) / (expected * of_such_ages * chances.fashion + 10), 1.0), _MOST_CLAN)
