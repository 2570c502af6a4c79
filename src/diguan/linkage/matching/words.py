"""Words of Latin letters in names: each counts as one character."""

from __future__ import annotations

import duckdb

from diguan.engine.connection import rows
from diguan.linkage.matching.characters import FIRST_WORD


def as_signs(connection: duckdb.DuckDBPyConnection) -> None:
    """Write each word of a name in `written_name` as one sign, and keep them in `word`.

    So a wrong word is compared as a wrong character is, and 王YAN, as banks write 王䶮, is a name of two characters.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE word (word VARCHAR, sign VARCHAR)")
    letters = r"[\p{Latin}\p{Cyrillic}]"
    if not rows(connection, f"SELECT 1 FROM written_name WHERE regexp_matches(bare, '{letters}') LIMIT 1"):
        return
    piece = rf"{letters}+|[^\p{{Latin}}\p{{Cyrillic}}]"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE piece AS
        SELECT written, unnest(found) AS piece, generate_subscripts(found, 1) AS nth
        FROM (SELECT written, regexp_extract_all(upper(strip_accents(bare)), '{piece}') AS found FROM written_name
            WHERE regexp_matches(bare, '{letters}'))"""
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE word AS
        SELECT word, chr(CAST({ord(FIRST_WORD)} + row_number() OVER (ORDER BY word) AS INTEGER)) AS sign
        FROM (SELECT DISTINCT piece AS word FROM piece WHERE regexp_matches(piece, '{letters}'))"""
    )
    connection.execute(
        """
        UPDATE written_name SET bare = signs FROM (
            SELECT written AS key, string_agg(coalesce(sign, piece), '' ORDER BY nth) AS signs
            FROM piece LEFT JOIN word ON word = piece GROUP BY 1)
        WHERE written = key"""
    )
