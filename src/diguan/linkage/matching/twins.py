"""How alike the names of twins are: counted on the households of the file that hold two people of one birthday."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from diguan.engine.connection import numbers
from diguan.linkage.matching.chances import Chances
from diguan.linkage.matching.comparing import levels
from diguan.linkage.matching.levels import NAME, number

_USUAL = 20  # pairs of twins: the usual shares weigh as much
_MOST_AT_HOME = 20  # people: larger homes are no families
_SHARED = "given_character"


def measured(connection: duckdb.DuckDBPyConnection, chances: Chances) -> Chances:
    """`chances` with the names of the file's own twins: how many share a character of the given name, as twins of clans do.

    1 January is nobody's birthday, and is not counted. Who has the same name too is one person twice; as many with a wrong
    character as belong to them are no twins either.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE born_together AS
        SELECT a.id AS l, b.id AS r FROM person a JOIN person b ON a.household = b.household AND a.ymd = b.ymd AND a.id < b.id
        WHERE a.md <> 101 AND a.n_home <= {_MOST_AT_HOME} AND a.with_twin"""
    )
    levels(connection, chances, "born_together", "twin_names")
    same, sharing, others = numbers(
        connection,
        f"""
        SELECT count(*) FILTER (WHERE name = {number("name", "same")}), count(*) FILTER (WHERE name = {number("name", _SHARED)}), count(*) FILTER (WHERE name >= {number("name", "only_surname")})
        FROM twin_names""",
    )
    usual = {level.name: level.prior for level in NAME}
    sharing = max(sharing - same * usual[_SHARED] / usual["same"], 0)
    return replace(chances, twin_names=_scaled(chances.twin_names, sharing, others))


def _scaled(usual: Mapping[str, float], sharing: float, others: float) -> dict[str, float]:
    """What is rarer than a shared character is too rare to be counted, and becomes rarer or commoner with it."""
    both = usual[_SHARED] + usual["only_surname"]
    share = both * (sharing + _USUAL * usual[_SHARED] / both) / (sharing + others + _USUAL)
    scaled = {name: each * share / usual[_SHARED] for name, each in usual.items()}
    return scaled | {"only_surname": 1 - sum(each for name, each in scaled.items() if name != "only_surname")}
