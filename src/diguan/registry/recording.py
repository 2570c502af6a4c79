"""A judged batch meets the registry: what is on file already, what is new, what stands against it.

Called by actions inside their transaction. Each kind of row gets one verdict per row, as if the rows had come one
after the other: accepted, unchanged (on file with the same content), or refused with the reason in `refusals`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Model, QuerySet

from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.places.models import Place
from diguan.registry import carrying, merging, relations, sealing, staging, validation
from diguan.registry.models import FormerStay, Household, Identifier, Observation, Person


@dataclass(frozen=True)
class OnFile:
    """All rows of the registry, opened by the action that answers for it."""

    households: QuerySet[Household]
    persons: QuerySet[Person]
    observations: QuerySet[Observation]
    identifiers: QuerySet[Identifier]
    former_stays: QuerySet[FormerStay]


@dataclass(frozen=True)
class Stamp:
    """Who puts the rows on file, and when."""

    at: dt.datetime
    by: int | None
    by_name: str
    reason: str = ""

    @classmethod
    def of(cls, by: journal.Actor | None, at: dt.datetime, *, reason: str = "") -> Stamp:
        name = naming.of(by)
        return cls(at, None if by is None else by.pk, name, reason)

    def values(self, act: str, model: type[Household | Person | Observation]) -> dict[str, object]:
        """The columns that are the same in every row, as the database stores them."""
        columns = {f"{act}_at": self.at, f"{act}_by": self.by, f"{act}_by_name": self.by_name}
        return {name: relations.stored(model, name, value) for name, value in columns.items()}


def settle_households(bench: relations.Bench, on_file: OnFile, stamp: Stamp) -> None:
    """Put new households on file. Makes the table households: every household the batch names, with its id."""
    # Locked, so that two batches about one household work out its facts one after the other; by key as they are asked
    # for, so that no two batches wait for each other.
    locked = on_file.households.select_for_update(no_key=True).order_by("key")
    keys = _strings(bench, _HOUSEHOLD_KEYS)
    relations.fill(bench, "households", _HOUSEHOLDS, relations.found(locked, "key", keys, _HOUSEHOLD_COLUMNS))
    if _none_given(bench, "household"):
        return
    codes = _strings(bench, "SELECT DISTINCT place FROM given_households")
    places = relations.found(Place.objects.all(), "code", codes, ("code", "id", "number"))
    relations.fill(bench, "places", {"code": "VARCHAR", "id": "BIGINT", "number": "BIGINT"}, places)
    bench.execute(_HOUSEHOLD_PLACES)
    filed = "SELECT key, place_id || chr(31) || name FROM households"
    _give_verdicts(bench, "household", "key_taken", _HOUSEHOLD_CONTENT, filed)
    rows = """SELECT replace(g.key::VARCHAR, '-', ''), p.id, p.number, g.name, '{}'
              FROM given_households g JOIN places p ON p.code = g.place JOIN household_verdicts v USING (n)
              WHERE v.verdict = 'accepted' ORDER BY p.number, g.n"""
    fields = ("key", "place", "place_number", "name", "facts")
    _insert(bench, Household, fields, rows, stamp.values("registered", Household))
    bench.execute("INSERT INTO households SELECT id, key::UUID, place_number, place, name FROM fresh")


def settle_persons(bench: relations.Bench, on_file: OnFile, stamp: Stamp) -> None:
    """Put new people on file. Makes the table persons: everybody the batch names, with id and household."""
    known = relations.found(on_file.persons, "key", _strings(bench, _PERSON_KEYS), _PERSON_COLUMNS)
    relations.fill(bench, "persons", _PERSONS, known)
    if _none_given(bench, "person"):
        return
    bench.execute(_no_household("person", "given_persons"))
    filed = "SELECT key, household::VARCHAR || chr(31) || name || chr(31) || ordinal FROM persons"
    _give_verdicts(bench, "person", "key_taken", _PERSON_CONTENT, filed)
    rows = """SELECT replace(g.key::VARCHAR, '-', ''), h.id, h.place_number, g.ordinal, g.name, '{}'
              FROM given_persons g JOIN households h ON h.key = g.household JOIN person_verdicts v USING (n)
              WHERE v.verdict = 'accepted' ORDER BY h.place_number, h.id, g.ordinal, g.n"""
    fields = ("key", "household", "place_number", "ordinal", "name", "facts")
    _insert(bench, Person, fields, rows, stamp.values("registered", Person))
    bench.execute("""
        INSERT INTO persons SELECT f.id, f.key::UUID, h.key, f.name, f.ordinal, h.id, h.place_number, NULL
        FROM fresh f JOIN households h ON h.id = f.household""")


def settle_observations(bench: relations.Bench, on_file: OnFile, stamp: Stamp) -> None:
    """Put new observations on file. Makes the table observations: (n, id) of those accepted."""
    keys = _strings(bench, "SELECT DISTINCT key::VARCHAR FROM given_observations WHERE key IS NOT NULL")
    known = relations.found(on_file.observations, "instance_id", keys, ("instance_id", "digest"))
    relations.fill(bench, "recorded", {"key": "UUID", "digest": "VARCHAR"}, known)
    has_numbers = sealing.refer(bench, on_file.identifiers)
    # What is said for the first time is stored with other content, and digested then.
    validation.digest(bench, _SAID_BEFORE if has_numbers else validation.WITH_IDENTIFIERS)
    bench.execute(_no_household("observation", "given_observations"))
    stays = relations.found(
        on_file.former_stays, "household__key", _strings(bench, _HOUSES), ("person_id", "household__key")
    )
    relations.fill(bench, "former_stays", {"person_id": "BIGINT", "household": "UUID"}, stays)
    bench.execute(_STRANGERS)
    content = "SELECT n, g.key, coalesce(d.digest, '') FROM given_observations g LEFT JOIN digests d USING (n)"
    _give_verdicts(bench, "observation", "instance_conflict", content, "SELECT key, digest FROM recorded")
    if has_numbers:
        sealing.keep(bench)
        validation.digest(bench, "SELECT n FROM bodies")
    rows = """SELECT replace(g.key::VARCHAR, '-', ''), h.id, h.place_number, g.source, g.reporter,
                     g.observed_on::VARCHAR, g.body::VARCHAR, d.digest
              FROM given_observations g JOIN households h ON h.key = g.household JOIN digests d USING (n)
              JOIN observation_verdicts v USING (n) WHERE v.verdict = 'accepted' ORDER BY g.n"""
    fields = ("instance_id", "household", "place_number", "source", "reporter", "observed_on", "body", "digest")
    constants = {**stamp.values("recorded", Observation), "reason": stamp.reason}
    _insert(bench, Observation, fields, rows, constants)
    bench.execute(_NUMBERED)


def derive_facts(bench: relations.Bench, on_file: OnFile) -> None:
    """Work out the facts of every household that was observed, from all that was ever said of it, and store them."""
    relations.create(bench, "sayings", merging.SAYINGS)
    bench.execute(_NEW_SAYINGS)
    _add_earlier(bench, on_file)
    _store(bench)


def _store(bench: relations.Bench) -> None:
    merging.merge(bench)
    columns = ("facts", "disputed")
    # inside a text of the document the quotation marks would be escaped
    changed = "SELECT facts, contains(facts, '\"c\":['), {0} FROM facts JOIN {1} USING ({0}) ORDER BY {0}"
    households = changed.format("household_id", "touched")
    relations.update_rows(Household, columns, relations.fetched(bench, households))
    relations.update_rows(Person, columns, relations.fetched(bench, changed.format("person_id", "touched_people")))


def derive_again(bench: relations.Bench, on_file: OnFile, households: Iterable[int]) -> None:
    """Work out the facts of households and their people anew, though nothing new was said of them."""
    relations.create(bench, "sayings", merging.SAYINGS)
    relations.create(bench, "persons", _PERSONS)
    shape = {"n": "BIGINT", "id": "BIGINT", "household_id": "BIGINT", "known_before": "BOOLEAN"}
    relations.fill(bench, "observations", shape, ((None, _AFTER_ALL, number, True) for number in households))
    _add_earlier(bench, on_file)
    _store(bench)


def _add_earlier(bench: relations.Bench, on_file: OnFile) -> None:
    """What was said before of the households that were observed now, and of their people wherever they lived."""
    bench.execute(_TOUCHED)
    ids = _strings(bench, "SELECT DISTINCT household_id FROM observations WHERE known_before")
    if ids:
        _add_people(bench, on_file, ids)
        bench.execute(_TOUCHED)
        elsewhere = _elsewhere(bench, on_file)
        _add_people(bench, on_file, elsewhere)
        columns = ("id", "household_id", "source", "observed_on", "body")
        first = bench.execute("SELECT min(id) FROM observations").fetchone()
        earlier = on_file.observations.filter(id__lt=first[0] if first else 0)
        merging.add_observations(bench, bodies(relations.found(earlier, "household_id", ids + elsewhere, columns)))


def _add_people(bench: relations.Bench, on_file: OnFile, household_ids: list[str]) -> None:
    people = relations.found(on_file.persons, "household_id", household_ids, _PERSON_COLUMNS)
    relations.append(bench, "persons", _PERSONS, people)
    bench.execute("CREATE OR REPLACE TEMP TABLE persons AS SELECT DISTINCT * FROM persons")


def _elsewhere(bench: relations.Bench, on_file: OnFile) -> list[str]:
    """Other households in which something was said of these people: where they lived before, or stand a second time."""
    ids = _strings(bench, "SELECT person_id FROM touched_people")
    found = {row[0] for row in relations.found(on_file.former_stays, "person_id", ids, ("household_id",))}
    found |= {row[0] for row in bench.execute("SELECT DISTINCT household_id FROM persons").fetchall()}
    if on_file.persons.filter(same_as__isnull=False).exists():
        found |= {row[0] for row in relations.found(on_file.persons, "same_as_id", ids, ("household_id",))}
        found |= {row[0] for row in relations.found(on_file.persons, "id", ids, ("household_id",))}
    here = {
        row[0] for row in bench.execute("SELECT DISTINCT household_id FROM observations WHERE known_before").fetchall()
    }
    return [str(number) for number in sorted(found - here)]


def bodies(rows: Iterable[relations.Row]) -> Iterator[relations.Row]:
    """Observations with the body, their last column, as JSON text."""
    return ((*row[:-1], relations.json_text(row[-1])) for row in rows)


def _insert(
    bench: relations.Bench, model: type[Model], fields: Sequence[str], rows: str, constants: dict[str, object]
) -> None:
    """Insert what a DuckDB query yields. Makes the table fresh: the rows by the names of their fields, and their id."""
    bench.execute(f"CREATE OR REPLACE TEMP TABLE unnumbered AS SELECT * FROM ({rows}) AS given({', '.join(fields)})")
    counted = bench.execute("SELECT count(*) FROM unnumbered").fetchall()[0][0]
    ids = carrying.reserve(model, counted)
    bench.execute(
        "CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM unnumbered POSITIONAL JOIN (SELECT unnest(?::BIGINT[]) AS id)",
        [ids],
    )
    tail = tuple(constants.values())
    batches = ([(*row, *tail) for row in chunk] for chunk in relations.fetched(bench, "FROM fresh"))
    relations.insert_rows(model, (*fields, "id", *constants), batches)


def _strings(bench: relations.Bench, sql: str) -> list[str]:
    return [row[0] for row in bench.execute(f"{sql} ORDER BY 1").fetchall()]


def _none_given(bench: relations.Bench, kind: str) -> bool:
    """Whether a kind of row is absent from the batch, which spares the single visit a dozen statements."""
    relations.create(bench, f"{kind}_verdicts", {"n": "BIGINT", "verdict": "VARCHAR"})
    return not bench.execute(f"SELECT 1 FROM given_{kind}s LIMIT 1").fetchall()


def _no_household(kind: str, table: str) -> str:
    return f"""
        INSERT INTO refusals
        SELECT '{kind}', g.n, 'household_unknown', json_object('household', coalesce(g.household_text, ''))
        FROM {table} g ANTI JOIN households h ON h.key = g.household"""


def _give_verdicts(bench: relations.Bench, kind: str, reason: str, content: str, filed: str) -> None:
    """Make the table <kind>_verdicts (n, verdict) and complete the refusals.

    Of a key on file the content alone decides: a replay is a success even if the dictionary has changed since.
    """
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE {kind}_verdicts AS
        WITH given(n, key, content) AS ({content}), filed(key, content) AS ({filed}),
        fit AS (
          SELECT g.*, f.content AS filed FROM given g LEFT JOIN filed f USING (key)
          WHERE g.key IS NOT NULL AND (f.key IS NOT NULL OR g.n NOT IN (SELECT n FROM refusals WHERE kind = '{kind}'))),
        turns AS (
          SELECT *, coalesce(filed, first_value(content) OVER (PARTITION BY key ORDER BY n)) AS standing,
                 row_number() OVER (PARTITION BY key ORDER BY n) AS turn FROM fit)
        SELECT n, CASE WHEN content <> standing THEN 'conflict' WHEN filed IS NOT NULL OR turn > 1 THEN 'unchanged'
                       ELSE 'accepted' END AS verdict FROM turns;
        DELETE FROM refusals WHERE kind = '{kind}' AND n IN (SELECT n FROM {kind}_verdicts);
        INSERT INTO refusals SELECT '{kind}', n, '{reason}', '{{}}' FROM {kind}_verdicts WHERE verdict = 'conflict'""")


_HOUSEHOLDS = {"id": "BIGINT", "key": "UUID", "place_number": "BIGINT", "place_id": "BIGINT", "name": "VARCHAR"}
_HOUSEHOLD_COLUMNS = ("id", "key", "place_number", "place_id", "name")
_PERSONS = {
    "id": "BIGINT", "key": "UUID", "household": "UUID", "name": "VARCHAR", "ordinal": "INTEGER",
    "household_id": "BIGINT", "place_number": "BIGINT", "same_as": "BIGINT",
}  # fmt: skip
_PERSON_COLUMNS = ("id", "key", "household__key", "name", "ordinal", "household_id", "place_number", "same_as_id")
_AFTER_ALL = 2**63 - 1  # an observation that every one on file comes before
_HOUSES = "SELECT DISTINCT household::VARCHAR FROM given_observations WHERE household IS NOT NULL"

_SAID_BEFORE = f"""
SELECT n FROM given_observations SEMI JOIN (
  SELECT key FROM recorded UNION SELECT key FROM given_observations GROUP BY key HAVING count(*) > 1) USING (key)
WHERE n IN ({validation.WITH_IDENTIFIERS})"""

_HOUSEHOLD_KEYS = """
SELECT key::VARCHAR FROM (SELECT key FROM given_households UNION SELECT household FROM given_persons
                          UNION SELECT household FROM given_observations) WHERE key IS NOT NULL"""

_PERSON_KEYS = """
SELECT key::VARCHAR FROM (SELECT key FROM given_persons
  UNION SELECT TRY_CAST(person_text AS UUID) FROM (SELECT DISTINCT person_text FROM spoken)) WHERE key IS NOT NULL"""

_HOUSEHOLD_PLACES = """
INSERT INTO refusals SELECT 'household', n, 'place_unknown', json_object('place', place)
FROM given_households g ANTI JOIN places p ON p.code = g.place"""

_HOUSEHOLD_CONTENT = """
SELECT n, key, coalesce(p.id::VARCHAR, '') || chr(31) || name
FROM given_households g LEFT JOIN places p ON p.code = g.place"""

_PERSON_CONTENT = """
SELECT n, key, coalesce(household::VARCHAR, '') || chr(31) || name || chr(31) || coalesce(ordinal, -1) FROM given_persons"""

# Somebody of whom a household's observation speaks must belong to that household, or have belonged to it.
_STRANGERS = """
INSERT INTO refusals
SELECT 'observation', s.n, 'person_unknown', json_object('person', s.person_text)
FROM (SELECT DISTINCT n, person_text FROM spoken WHERE person_text IS NOT NULL) s
JOIN given_observations o USING (n)
LEFT JOIN persons p ON p.key = TRY_CAST(s.person_text AS UUID) AND p.household = o.household
WHERE p.id IS NULL AND EXISTS (FROM households h WHERE h.key = o.household)
  AND NOT EXISTS (FROM former_stays f JOIN persons m ON m.id = f.person_id
                  WHERE f.household = o.household AND m.key = TRY_CAST(s.person_text AS UUID))"""

_NUMBERED = """
CREATE OR REPLACE TEMP TABLE observations AS
SELECT o.n, r.id, h.id AS household_id,
       h.key NOT IN (SELECT g.key FROM given_households g JOIN household_verdicts v USING (n) WHERE v.verdict = 'accepted')
         AS known_before
FROM given_observations o JOIN observation_verdicts v USING (n) JOIN fresh r ON r.instance_id::UUID = o.key
JOIN households h ON h.key = o.household
WHERE v.verdict = 'accepted'"""

# The households observed now, and the people who belong to them or of whom something was said.
_TOUCHED = """
CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT household_id FROM observations;
CREATE OR REPLACE TEMP TABLE touched_people AS
SELECT DISTINCT coalesce(same_as, id) AS person_id FROM persons SEMI JOIN touched USING (household_id)
UNION SELECT DISTINCT person_id FROM sayings WHERE person_id IS NOT NULL"""

# That a correction says nothing is what it says: the fact is withdrawn.
_NEW_SAYINGS = f"""
INSERT INTO sayings
SELECT o.household_id, coalesce(p.same_as, p.id), s.variable, coalesce(s.canonical, 'null'), g.observed_on, g.source, o.id
FROM spoken s JOIN observations o USING (n) JOIN given_observations g USING (n)
LEFT JOIN persons p ON p.key = TRY_CAST(s.person_text AS UUID)
WHERE s.value IS NOT NULL OR g.source = '{staging.CORRECTION}'"""
