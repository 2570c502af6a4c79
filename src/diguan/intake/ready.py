"""Households of a file made ready to be recorded: faultless ones with their observation, the others with their faults.

Table `ready`: g, slice, key, place, name, is_known, observed_on, reporter, body (JSON text or NULL), instance_id.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.engine.sql import quoted, text
from diguan.intake import cells, households, keys, lines, matching, vocabulary
from diguan.intake.columns import Sheet
from diguan.intake.lines import Bench
from diguan.intake.vocabulary import Vocabulary
from diguan.registry import relations

SLICE = 2_000  # households written in one transaction: a few seconds, for which other writers wait


@dataclass(frozen=True)
class Order:
    """What is to be done with a file that has been read into `folder`."""

    folder: Path
    sheets: tuple[Sheet, ...]
    pack: rulebook.Pack
    words: Vocabulary
    source: str
    observed_on: dt.date | None
    default_place: str
    scope: Scope


@dataclass(frozen=True)
class Ready:
    """How many households and lines there are, and in how many slices they are written."""

    households: int
    lines: int
    slices: int


def prepare(bench: Bench, order: Order) -> Ready:
    """Make `ready`, `faults`, `homes`, `members` and `belongs` from the file and what is on file in scope."""
    read = lines.bring(bench, order.folder, order.sheets, order.words)
    households.gather(bench, read, order.scope, order.default_place)
    matching.match(bench, read, order.pack, order.scope, order.source)
    _date(bench, order)
    bench.execute(_BODIES.format(persons=_object(read.persons), household=_object(read.household)))
    salt = keys.secret()
    instance = keys.sql(
        salt, text("observation"), "h.key", text(order.source), "h.day", "coalesce(h.reporter, '')", "b.body"
    )
    _note_empty(bench)
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE ready AS
        SELECT h.g, h.g // {SLICE} AS slice, h.key, coalesce(h.on_place, h.place) AS place,
               coalesce(h.household_name, b.first_name, '') AS name, h.is_known, h.day AS observed_on,
               coalesce(h.reporter, '') AS reporter, CASE WHEN b.is_said THEN b.body END AS body, {instance} AS instance_id
        FROM homes h JOIN bodies b USING (g) WHERE h.g NOT IN (SELECT g FROM faults WHERE g IS NOT NULL)""")
    found = bench.execute(
        "SELECT count(*), (SELECT count(*) FROM lines), coalesce(max(g) // ?, -1) + 1 FROM homes", [SLICE]
    )
    return Ready(*(int(number) for number in found.fetchone() or (0, 0, 0)))


def _date(bench: Bench, order: Order) -> None:
    """Add the day of observation: of the household's own column, else of the import."""
    given = "NULL" if order.observed_on is None else f"DATE '{order.observed_on.isoformat()}'"
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE homes AS
        SELECT *, CASE WHEN observed_on IS NULL THEN {given} ELSE {cells.day("observed_on")} END AS day FROM homes;
        INSERT INTO faults
        SELECT g, first_n, NULL, 'observed_on', observed_on,
               CASE WHEN observed_on IS NULL THEN 'no_day' ELSE 'not_a_date' END, NULL
        FROM homes WHERE day IS NULL;
        INSERT INTO faults SELECT g, n, NULL, 'ordinal', ordinal, 'not_whole', NULL FROM members
        WHERE ordinal IS NOT NULL AND NOT regexp_full_match(ordinal, '[0-9]{{1,6}}');
        INSERT INTO faults SELECT g, n, NULL, 'person_name', left(person_name, 80), 'too_long', NULL FROM members
        WHERE length(person_name) > 200;
        INSERT INTO faults SELECT g, first_n, NULL, 'household_name', left(household_name, 80), 'too_long', NULL FROM homes
        WHERE length(household_name) > 200 OR length(reporter) > 200""")


def _note_empty(bench: Bench) -> None:
    """Rows that are no household: sums below a table, and numbers with nothing beside them."""
    totals = ", ".join(map(text, vocabulary.words().totals))
    bench.execute(f"""
        DELETE FROM faults WHERE g IN (SELECT g FROM homes WHERE lower(number) IN ({totals}));
        INSERT INTO faults SELECT g, first_n, NULL, 'household_id', number, 'total_row', NULL FROM homes
        WHERE lower(number) IN ({totals});
        INSERT INTO faults SELECT g, first_n, NULL, 'household_id', number, 'says_nothing', NULL
        FROM homes h JOIN bodies b USING (g)
        WHERE NOT h.is_known AND NOT b.is_said AND h.household_name IS NULL AND g NOT IN (SELECT g FROM members)
          AND coalesce(lower(number), '') NOT IN ({totals})""")


def _object(variables: tuple[str, ...]) -> str:
    """SQL of a JSON object of the variables that say something; NULL when none does."""
    if not variables:
        return "NULL"
    parts = ", ".join(f"{text(chr(34) + name + chr(34) + ':')} || {quoted(f'v_{name}')}" for name in variables)
    return f"nullif(concat_ws(',', {parts}), '')"


_BODIES = """
CREATE OR REPLACE TEMP TABLE bodies AS
WITH people AS (
  SELECT g, string_agg('"' || key || '":{{' || said || '}}', ',' ORDER BY key) FILTER (said IS NOT NULL) AS said,
         arg_min(person_name, n) AS first_name
  FROM (SELECT *, {persons} AS said FROM members) GROUP BY g),
own AS (SELECT g, {household} AS said FROM homes)
SELECT own.g, concat('{{"household":{{', own.said, '}},"persons":{{', people.said, '}}}}') AS body,
       own.said IS NOT NULL OR people.said IS NOT NULL AS is_said, people.first_name
FROM own LEFT JOIN people USING (g)
"""


def write_slice(bench: Bench, number: int, source: str, folder: Path) -> None:
    """Write one slice as the files of a registry.batch.BatchFolder: new households, new people, observations."""
    folder.mkdir(parents=True, exist_ok=True)
    mine = f"r.slice = {number}"
    statements = {
        "households": f"SELECT key::VARCHAR AS household_id, place, name FROM ready r WHERE {mine} AND NOT is_known",
        "persons": f"""
            SELECT m.key::VARCHAR AS person_id, r.key::VARCHAR AS household_id, coalesce(m.person_name, '') AS name,
                   coalesce(TRY_CAST(m.ordinal AS INTEGER), row_number() OVER (PARTITION BY m.g ORDER BY m.n)) AS ordinal
            FROM members m JOIN ready r USING (g) WHERE {mine} AND NOT m.is_known""",
        "observations": f"""
            SELECT instance_id::VARCHAR AS instance_id, key::VARCHAR AS household_id, {text(source)} AS source, reporter,
                   observed_on::VARCHAR AS observed_on, body FROM ready r WHERE {mine} AND body IS NOT NULL""",
    }
    for name, statement in statements.items():
        bench.execute(f"COPY ({statement}) TO {text(str(folder / (name + '.parquet')))} (FORMAT parquet)")


def drop(bench: Bench, refused: dict[str, tuple[str, str]]) -> None:
    """Take households out of `ready` that the registry refused, by key, with its reason and its parameters."""
    rows = ((key, reason, params) for key, (reason, params) in refused.items())
    relations.fill(bench, "turned_away", {"key": "UUID", "reason": "VARCHAR", "params": "VARCHAR"}, rows)
    bench.execute("""
        INSERT INTO faults SELECT g, first_n, NULL, 'household_id', NULL, 'registry:' || reason, params
        FROM homes JOIN turned_away USING (key);
        DELETE FROM ready WHERE key IN (SELECT key FROM turned_away)""")
