"""Who lives with whom: pairs judged again by the other people of their households."""

from __future__ import annotations

import math
from dataclasses import dataclass

import duckdb

from diguan.engine.connection import numbers
from diguan.linkage.matching import competing, family
from diguan.linkage.matching.chances import Chances
from diguan.linkage.matching.comparing import levels
from diguan.linkage.matching.family import LARGEST_HOME
from diguan.linkage.matching.levels import number
from diguan.linkage.matching.scoring import Model, log_odds

_ROUNDS = 2
_LINKED = 0.1  # how likely a pair must be before everybody else of its two households is compared too
_SEEN = 0.3  # weaker pairs lend no support
_FIRST_SHARE, _FIRST_WITHIN = 0.2, 1e-5
# Of twins, how many stand in two entries of one family that each leave out the other. A list of others may well name only one.
_SPLIT = 0.1


@dataclass
class Kinship:
    """`share`: of pairs across two households that have one member in common, how many are one person; `within`: of pairs in
    one household; `alone`: how many of those counted twice have nobody with them in both places."""

    share: float = _FIRST_SHARE
    within: float = _FIRST_WITHIN
    alone: float = 1.0


def judge(connection: duckdb.DuckDBPyConnection, chances: Chances, model: Model, across: bool) -> Kinship:
    """The table `judged`: the pairs of `compared` and those that households add, each with `score`, the logarithm of the
    odds that they are one person, and `support`, how likely any other two of their households are one."""
    connection.execute("CREATE OR REPLACE TEMP TABLE judged AS FROM compared")
    family.make(connection, chances)
    kinship = Kinship()
    connection.execute(f"CREATE OR REPLACE TEMP TABLE scored AS SELECT l, r, {log_odds(model)} AS score FROM judged")
    for _ in range(_ROUNDS):
        _support(connection)
        _add_relatives(connection, chances, model, across)
        _support(connection)
        _gather(connection, model, across)
        kinship = _estimate(connection, model, kinship)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE scored AS SELECT l, r, {_score(model, kinship)} AS score FROM gathered"
        )
    return kinship


_EDGE = f"n_home_l BETWEEN 2 AND {LARGEST_HOME} AND n_home_r BETWEEN 2 AND {LARGEST_HOME} AND home_l <> home_r"


def _support(connection: duckdb.DuckDBPyConnection) -> None:
    """`supported`: for pairs of two households, the best probability of any other pair of the same two, and whether
    one of the pair might rather be somebody else there."""
    competing.compete(connection)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE edge AS
        SELECT least(home_l, home_r) AS x, greatest(home_l, home_r) AS y,
            CASE WHEN home_l < home_r THEN l ELSE r END AS a, CASE WHEN home_l < home_r THEN r ELSE l END AS b, l, r, coalesce(p, 0) AS p
        FROM judged LEFT JOIN probable USING (l, r) WHERE {_EDGE}"""
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE supported AS
        SELECT e.l, e.r, max(o.p) FILTER (WHERE e.a <> o.a AND e.b <> o.b) AS support,
            coalesce(bool_or((e.a = o.a) <> (e.b = o.b) AND o.p > {_SEEN}), FALSE) AS rivalled
        FROM edge e JOIN edge o ON e.x = o.x AND e.y = o.y AND o.p > {_SEEN} GROUP BY 1, 2"""
    )


def _add_relatives(connection: duckdb.DuckDBPyConnection, chances: Chances, model: Model, across: bool) -> None:
    """Everybody else of two households that seem to have a member in common becomes a pair too."""
    sides = "AND a.side <> b.side" if across else ""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE relatives AS
        WITH linked AS (SELECT DISTINCT x AS one, y AS other FROM edge WHERE p > {_LINKED})
        SELECT least(a.id, b.id) AS l, greatest(a.id, b.id) AS r
        FROM linked JOIN person a ON a.household = linked.one JOIN person b ON b.household = linked.other {sides}
        ANTI JOIN judged j ON j.l = least(a.id, b.id) AND j.r = greatest(a.id, b.id)"""
    )
    levels(connection, chances, "relatives", "compared_relatives")
    connection.execute("INSERT INTO judged FROM compared_relatives")
    connection.execute(f"INSERT INTO scored SELECT l, r, {log_odds(model)} FROM compared_relatives")


def _gather(connection: duckdb.DuckDBPyConnection, model: Model, across: bool) -> None:
    """`gathered`: what the score of a pair is made of, but for the shares of kinship."""
    alike = " + ".join(model.weight(comparison) for comparison in ("name", "date", "sex", "identity"))
    identity = f"({model.u_identity})"
    apart = 0.0 if across else math.log(_SPLIT)
    split = f"CASE WHEN date = {number('date', 'same')} AND NOT coalesce(rivalled, FALSE) THEN {apart:.6f} ELSE 0 END"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE gathered AS
        SELECT l, r, home_l = home_r AS within, name = {number("name", "same")} AS namesake, {_EDGE} AS kin, coalesce(support, 0) AS support, {alike} AS alike, {model.weight("place")} AS at_place,
            u_name + u_date + ({model.u_sex}) + {identity} AS unlike, {model.unlike()} AS strangers, u_family + {identity} AS relatives, {split} AS split
        FROM judged LEFT JOIN supported USING (l, r) JOIN family USING (name, date, sex)"""
    )


def _score(model: Model, kinship: Kinship) -> str:
    """SQL of a pair's score: a mixture of being strangers and of being of one family.

    Relatives of somebody are as alike as members of a household are; the others of a household to which only one person
    leads are strangers. Weak support counts for less than its probability: two coincidences come together in clans.
    """
    alone = f"CASE WHEN kin THEN {math.log(kinship.alone):.6f} ELSE 0 END"
    share, within = kinship.share, kinship.within
    trust = "pow(least(support, 0.9999999), 2)"
    stranger = f"{model.prior:.6f} + {alone} + alike + at_place - strangers"
    return f"""CASE WHEN within THEN {math.log(within) - math.log1p(-within):.6f} + alike - relatives
        WHEN support = 0 THEN {stranger}
        ELSE greatest(CASE WHEN namesake THEN {stranger} + {-math.log(kinship.alone):.6f} ELSE -100 END, alike + ln({trust} * {share:.6f} + (1 - {trust}) * exp({model.prior:.6f} + {alone}))
            - ln({trust} * {1 - share:.6f} * (exp(relatives + split) + exp(unlike)) / 2 + (1 - {trust}) * exp(strangers - at_place))) END"""


def _estimate(connection: duckdb.DuckDBPyConnection, model: Model, kinship: Kinship) -> Kinship:
    """Shares that fit the scores they lead to."""
    homes = numbers(connection, f"SELECT sum(n_home * (n_home - 1) / 2) FROM home WHERE n_home <= {LARGEST_HOME}")[0]
    for _ in range(3):
        linked, of_linked, within, all_kin, alone = numbers(
            connection,
            f"""
            SELECT sum(p) FILTER (WHERE support > 0.9), count(*) FILTER (WHERE support > 0.9), sum(p) FILTER (WHERE within),
                sum(p) FILTER (WHERE kin), sum(p) FILTER (WHERE kin AND support < 0.5)
            FROM (SELECT *, 1 / (1 + exp(-({_score(model, kinship)}))) AS p FROM gathered WHERE kin OR within)""",
        )
        kinship = Kinship(
            share=min(max((linked + 10 * _FIRST_SHARE) / (of_linked + 10), 0.01), 0.9),
            within=min(max((within + 0.1) / (homes + 1e4), 1e-7), 0.5),
            alone=(alone + 5) / (all_kin + 5),
        )
    return kinship
