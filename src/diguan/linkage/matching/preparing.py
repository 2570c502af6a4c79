"""What is worked out once about each name, date, place and household before any two people are compared."""

from __future__ import annotations

import duckdb

from diguan.engine.connection import rows
from diguan.engine.sql import text
from diguan.linkage.matching import characters, dates, words

# Digits of the code that name the county and the township, by the length of a code of digits.
_LEVELS = {12: (6, 9), 9: (6, 9), 6: (4, 6)}

_MOST_OF_ONE = 8  # entries: a number that stands more often is a clerk's filler, and says nothing


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """The table `person`, one row per entry, with everything that comparisons read."""
    _name_table(connection)
    dates.add_lunar(connection)
    _told(connection)
    _count_names(connection)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE home AS SELECT side, household_key, CAST(row_number() OVER (ORDER BY side, household_key) AS INTEGER) AS household, "
        "CAST(count(*) AS INTEGER) AS n_home FROM entry WHERE household_key IS NOT NULL GROUP BY 1, 2"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE village AS {_places()}")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE numbered AS
        SELECT e.id, e.side, e.female, t.id IS NOT NULL AS told, n.* EXCLUDE (written), d.* EXCLUDE (written, day, d), d.m * 100 + d.d AS md,
            v.village, v.township, v.county, v.n_village, v.n_township, v.n_county, h.household, h.n_home, CASE WHEN i.id_mac IS NULL THEN e.id_mac END AS id_mac
        FROM entry e
        JOIN counted n ON n.written = e.name
        LEFT JOIN counted_date d ON d.written = e.birth_date
        LEFT JOIN village v ON v.place = e.place
        LEFT JOIN (SELECT id_mac FROM entry WHERE id_mac IS NOT NULL GROUP BY 1 HAVING count(*) > {_MOST_OF_ONE}) i ON i.id_mac = e.id_mac
        LEFT JOIN told t ON t.id = e.id
        LEFT JOIN home h ON h.side = e.side AND h.household_key = e.household_key"""
    )
    _count_locally(connection)


def _told(connection: duckdb.DuckDBPyConnection) -> None:
    """`told`: one entry of those with one name and birthday, who are taken for one person where names are counted.

    Else somebody with four entries would make a rare name a common one. 1 January may be anybody's, and the year alone.
    """
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE told AS
        SELECT min(id) AS id, arg_min(name, id) AS name, arg_min(birth_date, id) AS birth_date, arg_min(place, id) AS place
        FROM (SELECT e.*, n.plain, d.ymd, CASE WHEN ymd IS NULL OR ymd % 10000 = 101 THEN e.id END AS alone
            FROM entry e JOIN name n ON n.written = e.name LEFT JOIN written_date d ON d.written = e.birth_date)
        GROUP BY plain, ymd, alone"""
    )


def _places() -> str:
    """Codes of digits are cut by their length; others by their dots, slashes or hyphens."""
    cut = " ".join(f"WHEN {length} THEN left(place, {{{at}}})" for at, length in enumerate(_LEVELS))
    county, township = (
        f"CASE length(place) {cut.format(*(levels[which] for levels in _LEVELS.values()))} END" for which in (0, 1)
    )
    up = "regexp_replace(place, '[./-][^./-]*$', '')"
    upper = f"regexp_replace({up}, '[./-][^./-]*$', '')"
    digits = "regexp_full_match(place, '[0-9]+')"
    return f"""
        SELECT place, CAST(sum(n) OVER (PARTITION BY place) AS INTEGER) AS n_village,
            CAST(sum(n) OVER (PARTITION BY township) AS INTEGER) AS n_township, CAST(sum(n) OVER (PARTITION BY county) AS INTEGER) AS n_county,
            CAST(dense_rank() OVER (ORDER BY place) AS INTEGER) AS village,
            CASE WHEN township IS NOT NULL THEN CAST(dense_rank() OVER (ORDER BY township) AS INTEGER) END AS township,
            CASE WHEN county IS NOT NULL THEN CAST(dense_rank() OVER (ORDER BY county) AS INTEGER) END AS county
        FROM (SELECT place, n, CASE WHEN {digits} THEN {township} ELSE nullif({up}, place) END AS township,
                CASE WHEN {digits} THEN {county} ELSE nullif({upper}, {up}) END AS county
            FROM (SELECT place, count(*) AS n FROM told WHERE place IS NOT NULL GROUP BY 1))"""


def _name_table(connection: duckdb.DuckDBPyConnection) -> None:
    """`name`: each distinct name as written, its plain form, its parts (surname, first and other given), and their sounds."""
    connection.execute(
        r"""
        CREATE OR REPLACE TEMP TABLE written_name AS
        SELECT DISTINCT name AS written, CASE WHEN regexp_matches(name, '[(（\[【]') THEN regexp_replace(name, '[(（\[【][^)）\]】]*[)）\]】]', '', 'g') ELSE name END AS bare
        FROM entry"""
    )
    words.as_signs(connection)
    _characters(connection)
    compound = ", ".join(text(name) for name in characters.COMPOUND_SURNAMES)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE parted AS
        WITH cut AS (SELECT *, CASE WHEN length(plain) > 2 AND left(plain, 2) IN ({compound}) THEN 2 ELSE 1 END AS c FROM plain_name)
        SELECT written, plain, left(plain, c) AS sur, substr(plain, c + 1, 1) AS g1, substr(plain, c + 2) AS g2 FROM cut"""
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE part AS
        WITH signs AS (SELECT part, unnest(string_split(part, '')) AS form, generate_subscripts(string_split(part, ''), 1) AS nth
            FROM (SELECT sur AS part FROM parted UNION SELECT g1 FROM parted UNION SELECT g2 FROM parted) WHERE part <> '')
        SELECT part, string_agg(sound, '' ORDER BY nth) AS sound, string_agg(near, '' ORDER BY nth) AS near
        FROM signs JOIN form USING (form) GROUP BY part UNION ALL SELECT '', '', ''"""
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE name AS
        SELECT n.*, a.sound AS s_sur, b.sound AS s_g1, c.sound AS s_g2, a.sound || b.sound || c.sound AS sound, a.near || b.near || c.near AS near
        FROM parted n JOIN part a ON a.part = sur JOIN part b ON b.part = g1 JOIN part c ON c.part = g2"""
    )


def _characters(connection: duckdb.DuckDBPyConnection) -> None:
    """`form`: characters of today with the signs of their sounds. `plain_name`: names written in them."""
    signs = rows(connection, "SELECT DISTINCT unnest(string_split(bare, '')) FROM written_name")
    spelt = {str(sign): str(word) for sign, word in rows(connection, "SELECT sign, word FROM word")}
    known = list(characters.table((str(row[0]) for row in signs if row[0]), spelt))
    changed = [(row[0], row[1]) for row in known if row[0] != row[1]]
    forms = {row[1]: row for row in known if row[1]}
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE form AS SELECT unnest(?) AS form, unnest(?) AS sound, unnest(?) AS near",
        [[row[at] for row in forms.values()] for at in (1, 2, 3)],
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE changed AS SELECT unnest(?::VARCHAR[]) AS sign, unnest(?::VARCHAR[]) AS form",
        [[sign for sign, _ in changed], [form for _, form in changed]],
    )
    pattern = "[" + "".join("\\" + sign if sign.isascii() else sign for sign, _ in changed) + "]"
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE plain_name AS
        WITH touched AS (SELECT written, bare FROM written_name WHERE ? AND regexp_matches(bare, ?)),
        signs AS (SELECT written, unnest(string_split(bare, '')) AS sign, generate_subscripts(string_split(bare, ''), 1) AS nth FROM touched),
        plain AS (SELECT written, string_agg(coalesce(form, sign), '' ORDER BY nth) AS plain FROM signs LEFT JOIN changed USING (sign) GROUP BY 1)
        SELECT written, coalesce(plain, bare) AS plain FROM written_name LEFT JOIN plain USING (written)""",
        [bool(changed), pattern if changed else "x"],
    )
    _alike(connection, {str(form): list(row[4]) for form, row in forms.items()})


def _alike(connection: duckdb.DuckDBPyConnection, readings: dict[str, list[str]]) -> None:
    """`alike`: two different characters, one after the other, that share any reading but not their commonest."""
    by_sound: dict[str, list[tuple[str, int]]] = {}
    for form, sounds in readings.items():
        for rank, sound in enumerate(sounds):
            by_sound.setdefault(sound, []).append((form, rank))
    pairs = {a + b for found in by_sound.values() for a, i in found for b, j in found if a != b and i + j > 0}
    connection.execute("CREATE OR REPLACE TEMP TABLE alike AS SELECT DISTINCT unnest(?) AS pair", [sorted(pairs)])


_SHARED = {
    "plain": "plain", "sound": "sound", "near": "near", "sur": "sur", "g1": "g1", "g2": "g2",
    "without_g1": "sur, g2", "without_g2": "sur, g1", "without_sur": "g1, g2",
}  # fmt: skip


def _count_names(connection: duckdb.DuckDBPyConnection) -> None:
    """`counted`: each distinct name, how many entries share it, its sound, or all of it but one part; `chance`, how often
    its parts would meet by themselves."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE weighed AS SELECT name.*, coalesce(n, 0) AS n "
        "FROM name LEFT JOIN (SELECT name AS written, count(*) AS n FROM told GROUP BY 1) USING (written)"
    )
    joins = " ".join(
        f"JOIN (SELECT {key}, CAST(sum(n) AS INTEGER) AS n_{name} FROM weighed GROUP BY ALL) USING ({key})"
        for name, key in _SHARED.items()
    )
    total = "(SELECT count(*) FROM told)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE counted AS SELECT name.*, {', '.join(f'n_{name}' for name in _SHARED)}, "
        f"n_sur / {total} * n_g1 / {total} * n_g2 / {total} AS chance FROM name {joins}"
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE counted_date AS
        WITH dated AS (SELECT birth_date AS written, CAST(count(*) AS INTEGER) AS n FROM told WHERE birth_date IS NOT NULL GROUP BY 1)
        SELECT w.*, CAST(sum(n) OVER (PARTITION BY ymd) AS INTEGER) AS n_ymd, CAST(sum(n) OVER (PARTITION BY y) AS INTEGER) AS n_y
        FROM written_date w JOIN dated USING (written)"""
    )


def _count_locally(connection: duckdb.DuckDBPyConnection) -> None:
    """Columns of `person`: how many of the village share the surname, and all of the name but one part; `local`: names and
    parts of names that several of a village have."""
    keys = ", ".join(local_key(name, "") for name in ("plain", "sound", "without_g1", "without_g2", "without_sur"))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE local AS SELECT key, CAST(count(*) AS INTEGER) AS n_local "
        f"FROM (SELECT unnest([{keys}]) AS key FROM numbered WHERE told AND village IS NOT NULL) GROUP BY 1 HAVING count(*) > 1"
    )
    for place in ("village", "county"):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {place}_surname AS SELECT {place}, sur, CAST(count(*) AS INTEGER) AS n_{place}_sur "
            f"FROM numbered WHERE told AND {place} IS NOT NULL GROUP BY ALL"
        )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE person AS
        SELECT n.*, n_village_sur, n_county_sur, count(*) OVER (PARTITION BY household, ymd) > 1 AND household IS NOT NULL AND ymd IS NOT NULL AS with_twin, greatest(coalesce(h1.n_local, 2) - 2, 0) AS n_village_g1, greatest(coalesce(h2.n_local, 2) - 2, 0) AS n_village_g2
        FROM numbered n LEFT JOIN village_surname USING (village, sur) LEFT JOIN county_surname USING (county, sur)
        LEFT JOIN local h1 ON h1.key = {local_key("without_g2", "n.")} LEFT JOIN local h2 ON h2.key = {local_key("without_g1", "n.")}"""
    )


def local_key(shared: str, prefix: str) -> str:
    """SQL of the key in `local` of what a person shares with others of the village."""
    parts = ", ".join(prefix + part.strip() for part in _SHARED[shared].split(","))
    return f"hash({prefix}village, '{shared}', {parts})"
