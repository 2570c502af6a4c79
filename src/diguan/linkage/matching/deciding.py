"""Which pairs are one person, which go to review, and who belongs together; without ever looking at a known answer."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from diguan.engine.connection import rows
from diguan.linkage.matching import competing
from diguan.linkage.matching.levels import number

WRONG = 0.001  # by the model's own estimate, at most so many of the pairs decided are wrong
LEAST = 0.95  # no pair less likely than this is decided
REVIEW = 0.1  # less likely pairs are not shown to anybody


@dataclass(frozen=True)
class Decided:
    """`threshold`: probability from which pairs were decided; counts of pairs decided directly, through others, for review;
    `broken`: pairs taken back because they would have joined people who cannot be one."""

    threshold: float
    same: int
    through: int
    review: int
    broken: int
    clusters: int


def decide(connection: duckdb.DuckDBPyConnection) -> Decided:
    """The tables `probable` (pair, probability, score), `joined` (id, cluster) and `verdict` (pair, decision)."""
    competing.compete(connection)
    threshold = _threshold(connection)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE link AS SELECT l, r, p FROM probable WHERE p >= {threshold!r}")
    broken = _break_contradictions(connection)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE verdict AS
        WITH together AS (SELECT a.id AS l, b.id AS r FROM joined a JOIN joined b ON a.cluster = b.cluster AND a.id < b.id)
        SELECT l, r, v.p, CASE WHEN t.l IS NULL THEN 'review' WHEN k.l IS NOT NULL THEN 'same' ELSE 'through' END AS decision
        FROM (SELECT * FROM probable WHERE p >= {REVIEW} OR identity = {number("identity", "same")}) v FULL JOIN together t USING (l, r) LEFT JOIN link k USING (l, r)"""
    )
    counted = {
        str(name): count for name, count in rows(connection, "SELECT decision, count(*) FROM verdict GROUP BY 1")
    }
    clusters = rows(connection, "SELECT count(DISTINCT cluster) FROM joined")[0][0]
    same, through, review = (int(str(counted.get(name, 0))) for name in ("same", "through", "review"))
    return Decided(threshold, same, through, review, broken, int(str(clusters)))


def _threshold(connection: duckdb.DuckDBPyConnection) -> float:
    """The lowest probability at which the pairs above it are, by the model's own probabilities, wrong in less than WRONG."""
    found = rows(
        connection,
        f"""
        SELECT min(p) FROM (SELECT p, avg(1 - p) OVER (ORDER BY p DESC ROWS UNBOUNDED PRECEDING) AS wrong FROM probable WHERE p >= {LEAST})
        WHERE wrong <= {WRONG}""",
    )[0][0]
    return float(str(found)) if found is not None else 1.0


def _components(connection: duckdb.DuckDBPyConnection, links: str) -> None:
    """`joined`: everybody whom the pairs of `links` reach, with the smallest id that can be reached."""
    both = f"(SELECT l AS id, r AS other FROM {links} UNION ALL SELECT r, l FROM {links})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE joined AS SELECT id, min(least(id, other)) AS cluster FROM {both} GROUP BY 1"
    )
    # Two people who know only each other are done; the others hand on the smallest id until nothing moves.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE moving AS SELECT * FROM {both} WHERE id IN (SELECT id FROM {both} GROUP BY 1 HAVING count(*) > 1) "
        f"OR other IN (SELECT id FROM {both} GROUP BY 1 HAVING count(*) > 1)"
    )
    while True:
        moved = rows(
            connection,
            """
            UPDATE joined SET cluster = lower FROM (
                SELECT m.id AS key, min(o.cluster) AS lower FROM moving m JOIN joined o ON o.id = m.other GROUP BY 1)
            WHERE id = key AND lower < cluster""",
        )[0][0]
        if not moved:
            return


def _break_contradictions(connection: duckdb.DuckDBPyConnection) -> int:
    """Take the weakest link out of every cluster that holds two people who cannot be one, until none does."""
    broken = 0
    connection.execute("CREATE OR REPLACE TEMP TABLE doubtful AS FROM link")
    while True:
        _components(connection, "doubtful")
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE contradicted AS
            WITH large AS (SELECT * FROM joined WHERE cluster IN (SELECT cluster FROM joined GROUP BY 1 HAVING count(*) > 2))
            SELECT DISTINCT a.cluster FROM large a JOIN large b ON a.cluster = b.cluster AND a.id < b.id
            JOIN person x ON x.id = a.id JOIN person y ON y.id = b.id LEFT JOIN link k ON k.l = a.id AND k.r = b.id
            LEFT JOIN judged j ON j.l = a.id AND j.r = b.id
            WHERE k.l IS NULL AND ((x.household = y.household AND x.plain <> y.plain)
                OR (j.name >= {number("name", "only_surname")} AND j.date = {number("date", "different")}))"""
        )
        count = int(str(rows(connection, "SELECT count(*) FROM contradicted")[0][0]))
        if not count:
            break
        connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE cut AS
            SELECT k.l, k.r FROM doubtful k JOIN joined j ON j.id = k.l JOIN contradicted USING (cluster)
            QUALIFY row_number() OVER (PARTITION BY cluster ORDER BY p, k.l, k.r) = 1"""
        )
        connection.execute("CREATE OR REPLACE TEMP TABLE link AS FROM link ANTI JOIN cut USING (l, r)")
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE doubtful AS SELECT k.* FROM doubtful k JOIN joined j ON j.id = k.l SEMI JOIN contradicted USING (cluster) "
            "ANTI JOIN cut ON cut.l = k.l AND cut.r = k.r"
        )
        broken += count
    _components(connection, "link")
    return broken
