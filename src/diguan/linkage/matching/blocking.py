"""Which pairs of people are compared at all: those that share enough to be worth it."""

from __future__ import annotations

import duckdb

# Name of the rule: columns of the left and of the right person that must be equal. `half` is a name without one of its
# parts, by sound; each person has three, so that names with one character wrong, missing or swapped still meet.
RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "same ID number": (("id_mac", "id_mac"),),
    "half a name, born the same day": (("half", "half"), ("ymd", "ymd")),
    "half a name, one date the lunar of the other": (("half", "half"), ("lunar", "ymd")),
    "half a name, one date the lunar of the other, year kept": (("half", "half"), ("lunar_kept", "ymd")),
    "half a name, same village and year": (("half", "half"), ("village", "village"), ("y", "y")),
    "half a name, same village and day of the year": (("half", "half"), ("village", "village"), ("md", "md")),
    "name by sound, same year": (("sound", "sound"), ("y", "y")),
    "name by sound, same day of the year": (("sound", "sound"), ("md", "md")),
    "name by sound, same village": (("sound", "sound"), ("village", "village")),
    "same village, born the same day": (("village", "village"), ("ymd", "ymd")),
}


def candidates(connection: duckdb.DuckDBPyConnection, *, across: bool) -> int:
    """The table `candidate`: each pair that any rule brings together, left before right; the number of pairs."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE half AS
        SELECT id, side, unnest([hash(s_sur || s_g1), hash(s_sur || s_g2), hash(s_g1 || s_g2)]) AS half,
            ymd, y, md, lunar, lunar_kept, village FROM person"""
    )
    found = " UNION ALL ".join(_pairs(rule, across) for rule in RULES.values())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE candidate AS SELECT DISTINCT l, r FROM ({found})")
    return int(connection.execute("SELECT count(*) FROM candidate").fetchall()[0][0])


def _pairs(rule: tuple[tuple[str, str], ...], across: bool) -> str:
    source = "half" if rule[0][0] == "half" else "person"
    same = " AND ".join(f"a.{left} = b.{right}" for left, right in rule)
    symmetric = all(left == right for left, right in rule)
    order = "a.id < b.id" if symmetric else "a.id <> b.id"
    sides = " AND a.side <> b.side" if across else ""
    return f"SELECT least(a.id, b.id) AS l, greatest(a.id, b.id) AS r FROM {source} a JOIN {source} b ON {same} AND {order}{sides}"
