"""Somebody is at most one of the members of another household."""

from __future__ import annotations

import duckdb

from diguan.linkage.matching.levels import number

_ONE_HOME = 3.0  # score from which two members of one household are taken for one person
_LEAST = -7.0  # less likely pairs compete with nobody


def compete(connection: duckdb.DuckDBPyConnection) -> None:
    """`probable`: probabilities, knowing that somebody is at most one of the members of another household.

    So twins, told apart by whoever listed them, are told apart here. Two entries of one household that are one person
    do not compete with each other.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE stands_for AS
        SELECT r AS id, min(l) AS first FROM scored JOIN judged USING (l, r) WHERE home_l = home_r AND score > {_ONE_HOME} GROUP BY 1"""
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE probable AS
        WITH likely AS (
            SELECT l, r, score, exp(least(score, 40)) AS o, identity, coalesce(home_l, -l) AS x, coalesce(home_r, -r) AS y,
                coalesce(a.first, l) AS of_l, coalesce(b.first, r) AS of_r, home_l = home_r AS within
            FROM scored JOIN judged USING (l, r) LEFT JOIN stands_for a ON a.id = l LEFT JOIN stands_for b ON b.id = r WHERE score > {_LEAST} OR identity = {number("identity", "same")}),
        rivals AS (
            SELECT *, sum(o) OVER (PARTITION BY l, y) - sum(o) OVER (PARTITION BY l, y, of_r) AS beside_r,
                sum(o) OVER (PARTITION BY r, x) - sum(o) OVER (PARTITION BY r, x, of_l) AS beside_l
            FROM likely)
        SELECT l, r, score, identity, CASE WHEN within THEN o / (1 + o) ELSE o / (1 + o + greatest(beside_l, beside_r, 0)) END AS p FROM rivals"""
    )
