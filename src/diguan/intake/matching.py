"""Who is on file already: first by ID number, then by key, then by name within the household.

Everything is looked up within the importer's scope. Adds to `homes`: key, is_known, on_place, matched ('identifier',
'number', 'new'); to `members`: key, is_known, matched ('identifier', 'number', 'name', 'new').
"""

from collections.abc import Iterator, Sequence

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.engine import identifiers
from diguan.engine.sql import quoted, text
from diguan.intake import keys
from diguan.intake.lines import Bench, Lines
from diguan.registry import queries, relations
from diguan.registry.models import Household, Person

UNIQUE = ("gb11643", "cn_disability_card")  # schemes whose numbers belong to one person only
_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_PEOPLE = {"key": "UUID", "household": "UUID", "name": "VARCHAR", "left_on": "DATE"}
_PEOPLE_ON_FILE = ("key", "household__key", "name", "left_on")
_HOMES = {"key": "UUID", "place": "VARCHAR", "name": "VARCHAR"}


def match(bench: Bench, lines: Lines, pack: rulebook.Pack, scope: Scope, source: str) -> None:
    """Give every household and person of the file its key, and note in `faults` what cannot belong together."""
    salt = keys.secret()
    _bring_owners(bench, lines, pack, scope)
    _match_homes(bench, scope, keys.sql(salt, text("household"), text(source), "coalesce(place, '')", "number"))
    bench.execute(_HOME_FAULTS)
    own_number = (
        " , ".join(identifiers.normal(f"v_{name}") for name in lines.persons if _is_unique(pack, name))
        or "CAST(NULL AS VARCHAR)"
    )
    _match_members(bench, scope, salt, f"coalesce({own_number}, NULL)")
    bench.execute(_MEMBER_FAULTS)


def _is_unique(pack: rulebook.Pack, name: str) -> bool:
    variable = pack.variables[name]
    return variable.type == "identifier" and variable.scheme in UNIQUE


def _bring_owners(bench: Bench, lines: Lines, pack: rulebook.Pack, scope: Scope) -> None:
    """Table `owned` (n, key of a person on file in scope whose number this line states)."""
    bench.execute("CREATE OR REPLACE TEMP TABLE owned (n BIGINT, key UUID)")
    for name in lines.persons:
        if not _is_unique(pack, name):
            continue
        column = f"v_{name}"
        bench.execute(f"""
            CREATE OR REPLACE TEMP TABLE numbers AS
            SELECT n, json_extract_string({quoted(column)}, '$') AS raw FROM members WHERE {quoted(column)} IS NOT NULL""")
        bench.execute(
            f"CREATE OR REPLACE TEMP TABLE numbers AS SELECT n, {identifiers.normal('raw')} AS number FROM numbers"
        )
        asked = [row[0] for row in bench.execute("SELECT DISTINCT number FROM numbers ORDER BY 1").fetchall()]
        held = queries.owners(scope, pack.variables[name].scheme, asked)
        rows = ((number, str(key)) for number, people in held.items() for key in people)
        relations.fill(bench, "held", {"number": "VARCHAR", "key": "UUID"}, rows)
        bench.execute("INSERT INTO owned SELECT n, key FROM numbers JOIN held USING (number)")


def _match_homes(bench: Bench, scope: Scope, derived: str) -> None:
    people = [row[0] for row in bench.execute("SELECT DISTINCT key::VARCHAR FROM owned ORDER BY 1").fetchall()]
    rows = relations.found(Person.objects.within(scope), "key", people, _PEOPLE_ON_FILE)
    relations.fill(bench, "people", _PEOPLE, rows)
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE keyed AS
        SELECT g, CASE WHEN regexp_full_match(number, '{_UUID}') THEN CAST(number AS UUID) END AS given, {derived} AS derived
        FROM homes""")
    asked = bench.execute("""
        SELECT DISTINCT key::VARCHAR FROM (SELECT given AS key FROM keyed UNION SELECT derived FROM keyed
          UNION SELECT household FROM people) WHERE key IS NOT NULL ORDER BY 1""").fetchall()
    found = relations.found(
        Household.objects.within(scope), "key", [row[0] for row in asked], ("key", "place__code", "name")
    )
    relations.fill(bench, "on_file", _HOMES, found)
    bench.execute(_HOMES_MATCHED)


def _match_members(bench: Bench, scope: Scope, salt: str, own_number: str) -> None:
    known = bench.execute("SELECT DISTINCT key::VARCHAR FROM homes WHERE is_known ORDER BY 1").fetchall()
    relations.append(bench, "people", _PEOPLE, _members_of(scope, [row[0] for row in known]))
    bench.execute("CREATE OR REPLACE TEMP TABLE people AS SELECT DISTINCT * FROM people")
    by_number = keys.sql(salt, text("person"), "h.key", "m.person_number")
    by_own = keys.sql(salt, text("identifier"), f"({own_number})")
    by_name = keys.sql(salt, text("name"), "h.key", "coalesce(m.person_name, '')", "turn")
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE derived AS
        WITH turned AS (SELECT *, row_number() OVER (PARTITION BY g, person_name ORDER BY n) AS turn FROM members)
        SELECT m.n, CASE WHEN regexp_full_match(m.person_number, '{_UUID}') THEN CAST(m.person_number AS UUID) END AS given,
               CASE WHEN m.person_number IS NOT NULL THEN {by_number} WHEN ({own_number}) IS NOT NULL THEN {by_own}
                    ELSE {by_name} END AS derived
        FROM turned m JOIN homes h USING (g)""")
    bench.execute(_MEMBERS_MATCHED)


def _members_of(scope: Scope, households: Sequence[str]) -> Iterator[relations.Row]:
    return relations.found(Person.objects.within(scope), "household__key", households, _PEOPLE_ON_FILE)


_HOMES_MATCHED = """
CREATE OR REPLACE TEMP TABLE homes AS
WITH by_people AS (
  SELECT m.g, min(p.household) AS household, count(DISTINCT p.household) AS households
  FROM members m JOIN owned o USING (n) JOIN people p ON p.key = o.key GROUP BY m.g)
SELECT h.*, coalesce(b.household, k.given, k.derived) AS key, f.key IS NOT NULL AS is_known, f.place AS on_place,
       f.name AS on_name, coalesce(b.households, 0) AS matched_households,
       k.given IS NOT NULL AND given_on_file.key IS NULL AND b.household IS NULL AS is_stranger,
       b.household IS NOT NULL AND numbered.key IS NOT NULL AND numbered.key <> b.household AS is_elsewhere,
       CASE WHEN b.household IS NOT NULL THEN 'identifier' WHEN f.key IS NOT NULL THEN 'number' ELSE 'new' END AS matched
FROM homes h JOIN keyed k USING (g) LEFT JOIN by_people b USING (g)
LEFT JOIN on_file f ON f.key = coalesce(b.household, k.given, k.derived)
LEFT JOIN on_file given_on_file ON given_on_file.key = k.given
LEFT JOIN on_file numbered ON numbered.key = coalesce(k.given, k.derived)
"""

_HOME_FAULTS = """
INSERT INTO faults SELECT g, first_n, NULL, 'household_id', number, 'household_unknown', NULL FROM homes WHERE is_stranger;
INSERT INTO faults SELECT g, first_n, NULL, 'household_id', number, 'people_of_several', NULL FROM homes
WHERE matched_households > 1 OR is_elsewhere;
INSERT INTO faults SELECT g, first_n, NULL, 'place', place, 'moved', on_place FROM homes
WHERE is_known AND place IS NOT NULL AND place <> on_place;
INSERT INTO faults SELECT g, first_n, NULL, 'place', NULL, 'no_place', NULL FROM homes
WHERE NOT is_known AND place IS NULL AND place_reason IS NULL;
INSERT INTO faults SELECT any_value(g), first_n, NULL, 'household_id', number, 'household_twice', NULL FROM homes
WHERE key IN (SELECT key FROM homes GROUP BY key HAVING count(*) > 1) GROUP BY g, first_n, number
"""

_MEMBERS_MATCHED = """
CREATE OR REPLACE TEMP TABLE members AS
WITH owner AS (SELECT n, min(key) AS key, count(DISTINCT key) AS owners FROM owned GROUP BY n),
named AS (
  SELECT household, name, min(key) AS key FROM people WHERE name <> '' AND left_on IS NULL GROUP BY ALL HAVING count(*) = 1),
once AS (SELECT g, person_name FROM members GROUP BY ALL HAVING count(*) = 1),
candidates AS (
  SELECT m.*, h.key AS household, d.given, o.owners, o.key AS owned, d.derived, filed.key AS filed,
         CASE WHEN once.g IS NOT NULL THEN named.key END AS named
  FROM members m JOIN homes h USING (g) JOIN derived d USING (n) LEFT JOIN owner o USING (n)
  LEFT JOIN people filed ON filed.key = coalesce(d.given, d.derived) AND filed.household = h.key
  LEFT JOIN named ON named.household = h.key AND named.name = m.person_name
  LEFT JOIN once ON once.g = m.g AND once.person_name = m.person_name)
SELECT * EXCLUDE (owned, derived, filed, named),
       coalesce(owned, given, filed, named, derived) AS key,
       coalesce(owned, filed, CASE WHEN given IS NULL THEN named END) IS NOT NULL AS is_known,
       CASE WHEN owned IS NOT NULL THEN 'identifier' WHEN filed IS NOT NULL THEN 'number'
            WHEN given IS NULL AND named IS NOT NULL THEN 'name' ELSE 'new' END AS matched
FROM candidates
"""

_MEMBER_FAULTS = """
INSERT INTO faults SELECT g, n, NULL, 'person_id', person_number, 'person_unknown', NULL FROM members
WHERE given IS NOT NULL AND NOT is_known;
INSERT INTO faults SELECT g, n, NULL, 'person_id', person_number, 'number_of_several', NULL FROM members WHERE owners > 1;
INSERT INTO faults SELECT g, n, NULL, 'person_id', person_number, 'person_twice', NULL FROM members
WHERE key IN (SELECT key FROM members GROUP BY key HAVING count(*) > 1)
"""
