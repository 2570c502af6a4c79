"""How likely a pair is one person: the Fellegi–Sunter model, its shares found by expectation–maximisation.

How alike two people are who are *not* the same is counted from the file (comparing); how alike two entries of one person
are is estimated here from the pairs themselves, starting from what registers are usually like. Nothing is trained on known
answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from diguan.engine.connection import numbers, rows
from diguan.linkage.matching.chances import BROTHER_AND_SISTER
from diguan.linkage.matching.levels import COMPARISONS, MOST, PRIOR_PAIRS, PRIOR_SHARE, number

_ROUNDS = 12
_FIRST_GUESS = 0.01  # second entries to each entry, before anything is known
_MOST_MATCHES = 0.05  # of all pairs, however small the file
_LEAST_TWINS = 2e-5  # pairs of such twins to each entry, however few the file shows
_SHARED_NUMBER = 1e-9  # of other people, how many were given somebody's ID number by mistake
_SHARES_SEX = 0.9  # of two people with the same name, how many are of the same sex: names have one


@dataclass
class Model:
    """`m`: for each comparison, how often each level is seen between two entries of one person. `matches`: how many pairs of
    all `pairs` are one person; `one_sex`: how many namesakes are of the same sex; `twins`: how many
    of all pairs are twins who live in one village, each listed without the other."""

    pairs: float
    matches: float
    one_sex: float
    twins: float
    m: dict[str, list[float]] = field(default_factory=dict)

    @property
    def prior(self) -> float:
        """Logarithm of the odds that two entries drawn at random are one person."""
        return math.log(self.matches / (self.pairs - self.matches))

    @property
    def u_sex(self) -> str:
        """SQL of the logarithm of how often two people who are not the same agree, or not, in their sex."""
        same, other = math.log(self.one_sex), math.log(1 - self.one_sex)
        return (
            f"CASE WHEN sex = {number('sex', 'unknown')} THEN 0 WHEN name <= {number('name', 'homophone')} "
            f"THEN CASE sex WHEN {number('sex', 'same')} THEN {same:.6f} ELSE {other:.6f} END ELSE ln(0.5) END"
        )

    @property
    def u_identity(self) -> str:
        """SQL of the logarithm of how often two people who are not the same have one ID number: by a clerk's mistake."""
        return f"CASE identity WHEN {number('identity', 'same')} THEN {math.log(_SHARED_NUMBER):.6f} ELSE 0 END"

    def unlike(self, part: str = "u_name + u_date + u_place") -> str:
        """SQL of the logarithm of how often two people who are not the same are as alike, be they strangers or twins."""
        strangers = f"({part} + ({self.u_sex}) + ({self.u_identity}))"
        return f"({strangers} + CASE WHEN as_twins IS NULL THEN 0 ELSE ln(1 + exp({math.log(self.twins):.6f} + as_twins - {strangers})) END)"

    def weight(self, comparison: str, level: str = "") -> str:
        """SQL of the logarithm of m at the level in a column."""
        logs = ", ".join(f"{math.log(share):.6f}::DOUBLE" for share in self.m[comparison])
        return f"list_extract([{logs}], {level or comparison} + 1)"


def start(connection: duckdb.DuckDBPyConnection, pairs: float, people: int) -> Model:
    """The model before any pair was looked at, but for how many namesakes are of one sex."""
    shares = {comparison: [level.prior for level in levels] for comparison, levels in COMPARISONS.items()}
    same, of = numbers(
        connection,
        f"SELECT count(*) FILTER (WHERE sex = {number('sex', 'same')}), count(*) FROM compared WHERE name <= {number('name', 'homophone')} "
        f"AND date = {number('date', 'year')} AND place > {number('place', 'village')} AND sex < {number('sex', 'unknown')}",
    )
    return Model(
        pairs,
        min(max(people * _FIRST_GUESS, 1.0), _MOST_MATCHES * pairs),
        (same + 20 * _SHARES_SEX) / (of + 20),
        _twins(connection, people) / pairs,
        shares,
    )


def _twins(connection: duckdb.DuckDBPyConnection, people: int) -> float:
    """Pairs of twins of one village of whom either entry names only one.

    Told by those who are brother and sister, whom no mistake makes one person: people of a village with the same birthday and
    surname and of different sex, more than strangers with the same birthday would give.
    """
    unlike = f"name = {number('name', 'different')}"
    with_surname, others = numbers(
        connection,
        f"""
        SELECT count(*) FILTER (WHERE as_twins IS NOT NULL AND name IN ({number("name", "given_character")}, {number("name", "only_surname")})),
            count(*) FILTER (WHERE {unlike})
        FROM compared WHERE sex = {number("sex", "different")} AND date = {number("date", "same")}
            AND place = {number("place", "village")} AND home_l IS DISTINCT FROM home_r""",
    )
    shared = numbers(connection, "SELECT sum(n_village_sur) / sum(n_village) FROM person WHERE village IS NOT NULL")[0]
    excess = max(with_surname - others * shared / (1 - min(shared, 0.99)), 0.0)
    return excess / BROTHER_AND_SISTER + max(people, 1) * _LEAST_TWINS


def estimate(connection: duckdb.DuckDBPyConnection, model: Model) -> Model:
    """The model that makes the pairs of `compared` most likely; pairs within a household have their own."""
    for _ in range(_ROUNDS):
        cells = rows(
            connection,
            f"SELECT name, date, place, sex, identity, sum(1 / (1 + exp(-({log_odds(model)})))) FROM compared "
            "WHERE home_l IS NULL OR home_r IS NULL OR home_l <> home_r GROUP BY ALL",
        )
        model = _maximised(model, [([int(str(x)) for x in cell[:-1]], float(str(cell[-1]))) for cell in cells])
    return model


def _maximised(model: Model, cells: Sequence[tuple[list[int], float]]) -> Model:
    matches = max(sum(weight for _, weight in cells), 0.5)
    found = Model(model.pairs, min(matches, _MOST_MATCHES * model.pairs), model.one_sex, model.twins)
    for at, (comparison, levels) in enumerate(COMPARISONS.items()):
        seen = [0.0] * len(levels)
        for key, weight in cells:
            if not levels[key[at]].apart:
                seen[key[at]] += weight
        prior = PRIOR_PAIRS + PRIOR_SHARE * sum(seen)
        shares = [
            (level.prior * prior + weight) / (prior + sum(seen)) for level, weight in zip(levels, seen, strict=True)
        ]
        # What strangers often have in common must not pass for what one person's entries have, however many pairs have it.
        shares = [
            min(share, level.prior * MOST) if level.common else share
            for share, level in zip(shares, levels, strict=True)
        ]
        whole = sum(share for share, level in zip(shares, levels, strict=True) if not level.apart)
        found.m[comparison] = [
            level.prior if level.apart else share / whole for share, level in zip(shares, levels, strict=True)
        ]
    return found


def log_odds(model: Model) -> str:
    """SQL of the logarithm of the odds that a pair is one person, from its levels alone."""
    gained = " + ".join(model.weight(comparison) for comparison in COMPARISONS)
    return f"{model.prior:.6f} + {gained} - {model.unlike()}"
