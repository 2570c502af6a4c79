"""Lines gathered into households and people: what belongs together, and what contradicts itself.

Tables: `homes` (g, the household's number in the file's order; first_n; number; place_text; what it states as v_<variable>)
and `members` (n, g and what the line says of one person).
"""

from diguan.access.scope import Scope
from diguan.engine.sql import quoted, text
from diguan.intake import villages
from diguan.intake.lines import Bench, Lines
from diguan.registry import relations

_PLAIN = ("household_name", "observed_on", "reporter")


def gather(bench: Bench, lines: Lines, scope: Scope, default_place: str) -> None:
    """Make `homes`, `members` and `belongs` (n, g), and add to `faults` what a household contradicts."""
    bench.execute(_belongs(lines))
    states = [quoted(f"v_{name}") for name in lines.household]
    told = ", ".join(f"any_value({name}) AS {name}" for name in (*_PLAIN, *states))
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE homes AS
        SELECT g, min(n) AS first_n, any_value(number) AS number, any_value(place_text) AS place_text, {told}
        FROM lines JOIN belongs USING (n) GROUP BY g""")
    persons = ", ".join(["person_number", "person_name", "ordinal", *(quoted(f"v_{name}") for name in lines.persons)])
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE members AS
        SELECT n, g, {persons} FROM lines JOIN belongs USING (n) WHERE is_person""")
    _note_contradictions(bench, lines)
    _place(bench, scope, default_place)


def _belongs(lines: Lines) -> str:
    """Households by their number, within their place where every sheet names it: numbers may begin anew in each village."""
    key = "concat_ws(chr(31), coalesce(place_text, ''), number)" if lines.has_places else "number"
    return f"""
        CREATE OR REPLACE TEMP TABLE belongs AS
        WITH keyed AS (SELECT n, coalesce('k' || {key}, 'n' || n) AS key FROM lines),
        firsts AS (SELECT key, min(n) AS first FROM keyed GROUP BY key),
        ranked AS (SELECT key, row_number() OVER (ORDER BY first) - 1 AS g FROM firsts)
        SELECT n, g FROM keyed JOIN ranked USING (key);
        INSERT INTO faults SELECT g, n, NULL, 'household_id', NULL, 'no_household_number', NULL
        FROM lines JOIN belongs USING (n) WHERE number IS NULL;
        UPDATE faults SET g = belongs.g FROM belongs WHERE faults.n = belongs.n AND faults.g IS NULL"""


def _note_contradictions(bench: Bench, lines: Lines) -> None:
    """A household's column that differs between its rows, which repeat it."""
    columns = [("place", "place_text"), ("household_name", "household_name"), ("observed_on", "observed_on")]
    columns += [(name, quoted(f"v_{name}")) for name in lines.household]
    tests = ", ".join(f"min({column}) <> max({column}) AS d{place}" for place, (_name, column) in enumerate(columns))
    bench.execute(
        f"CREATE OR REPLACE TEMP TABLE differs AS SELECT g, {tests} FROM lines JOIN belongs USING (n) GROUP BY g"
    )
    counted = bench.execute(
        "SELECT " + ", ".join(f"count(*) FILTER (d{place})" for place in range(len(columns))) + " FROM differs"
    ).fetchone()
    for place, ((name, column), count) in enumerate(zip(columns, counted or (), strict=True)):
        if count:
            bench.execute(f"""
                INSERT INTO faults
                SELECT g, min(n), NULL, {text(name)}, left(array_to_string(list_sort(list(DISTINCT {column})), ' ≠ '), 200),
                       'household_differs', NULL
                FROM lines JOIN belongs USING (n) JOIN differs USING (g) WHERE d{place} GROUP BY g""")


def _place(bench: Bench, scope: Scope, default_place: str) -> None:
    """Add the place's code to `homes`; a household without one gets the import's own, where it has one."""
    texts = [
        row[0] for row in bench.execute("SELECT DISTINCT place_text FROM homes WHERE place_text IS NOT NULL").fetchall()
    ]
    asked = [*texts, default_place] if default_place else texts
    found = villages.find(asked, scope)
    columns = {"place_text": "VARCHAR", "code": "VARCHAR", "reason": "VARCHAR"}
    rows = [(each, place.code or None, place.reason or None) for each, place in found.items()]
    relations.fill(bench, "villages", columns, rows)
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE homes AS
        SELECT homes.* REPLACE (coalesce(homes.place_text, {text(default_place) if default_place else "NULL"}) AS place_text),
               villages.code AS place, villages.reason AS place_reason
        FROM homes LEFT JOIN villages
          ON villages.place_text = coalesce(homes.place_text, {text(default_place) if default_place else "NULL"});
        INSERT INTO faults SELECT g, first_n, NULL, 'place', replace(place_text, chr(31), ' / '), place_reason, NULL
        FROM homes WHERE place_reason IS NOT NULL""")
