"""Identifiers of a batch: taken out of what was said, sealed, and replaced by the id of the row that keeps them.

What an observation says of an identifier is afterwards a number, the id of its row in Identifier. The same number
stated again by the same owner is the same row, so that replays are recognised and equal statements agree.
"""

import json

from django.db.models import QuerySet

from diguan import vault
from diguan.registry import carrying, relations
from diguan.registry.models import Identifier
from diguan.rulebook import identifiers

_OWNER = ("household", "person", "owner", "place_number", "variable", "scheme")
_TOLD = dict.fromkeys(("stated", "scheme", "word", "mac", "state", "told"), "VARCHAR")
_KNOWN = {"id": "BIGINT", "owner": "VARCHAR", "variable": "VARCHAR", "mac": "VARCHAR"}


def tell(bench: relations.Bench) -> None:
    """Make the table told_words: of each number in the table spoken its keyed hash, state and parts. Needs no registry."""
    said = bench.execute(_WORDS).fetchall()
    ring = vault.opened() if said else None
    relations.fill(bench, "told_words", _TOLD, (_told(ring, stated, scheme) for stated, scheme in said if ring))


def refer(bench: relations.Bench, on_file: QuerySet[Identifier]) -> bool:
    """Take the numbers out of the table spoken; return whether there were any.

    A number on file is replaced by the id of its row, a new one by its keyed hash until `keep` has given it a row.
    """
    bench.execute(_SAID)
    owners = [row[0] for row in bench.execute("SELECT DISTINCT owner FROM told_numbers ORDER BY 1").fetchall()]
    if not owners:
        return False
    known = relations.found(on_file, "owner", owners, tuple(_KNOWN))
    relations.fill(bench, "known_numbers", _KNOWN, known)
    bench.execute(_REFER)
    return True


def keep(bench: relations.Bench) -> None:
    """Give the new numbers of accepted observations their rows, and name these in what is stored of them."""
    ring = vault.opened()
    fresh = bench.execute(_FRESH).fetchall()
    ids = carrying.reserve(Identifier, len(fresh))
    fields = ("id", *_OWNER, "mac", "state", "told", "sealed")
    rows = (
        (number, *row[:2], row[2].replace("-", ""), *row[3:-1], ring.seal(row[-1], context=row[2]))
        for number, row in zip(ids, fresh, strict=True)
    )
    relations.insert_rows(Identifier, fields, relations.chunks(rows))
    kept = ((number, row[2], row[4], row[6]) for number, row in zip(ids, fresh, strict=True))
    relations.fill(bench, "kept_numbers", _KNOWN, kept)
    bench.execute(_KEEP)


def _told(ring: vault.KeyRing, stated: str, scheme: str) -> tuple[str, ...]:
    """As stated, scheme, as normally written, keyed hash, state, and parts as JSON text."""
    number = identifiers.normal(stated)
    said = identifiers.SCHEMES[scheme].tell(number)
    parts = json.dumps(dict(said.parts), default=str)
    return stated, scheme, number, ring.mac(number, purpose=scheme), said.state, parts


_WORDS = "SELECT DISTINCT word, scheme FROM spoken WHERE type = 'identifier' AND value IS NOT NULL"

# A number may have been stated of somebody who has moved since: it belongs where its owner is now.
_SAID = """
CREATE OR REPLACE TEMP TABLE told_numbers AS
SELECT DISTINCT coalesce(p.household_id, h.id) AS household, p.id AS person, coalesce(p.key, h.key)::VARCHAR AS owner,
       coalesce(p.place_number, h.place_number) AS place_number, s.variable, s.scheme, s.word AS stated,
       t.word, t.mac, t.state, t.told
FROM spoken s JOIN given_observations g USING (n) JOIN households h ON h.key = g.household
JOIN told_words t ON t.stated = s.word AND t.scheme = s.scheme
LEFT JOIN persons p ON p.key = TRY_CAST(s.person_text AS UUID)
WHERE s.type = 'identifier' AND s.value IS NOT NULL AND (s.person_text IS NULL OR p.id IS NOT NULL)"""

# What cannot be referred to belongs to an observation that is refused, and goes all the same. The rows are put in anew, at
# the end: an update of one row here and there goes through the whole table, now and when `keep` writes to them again.
_REFER = """
CREATE OR REPLACE TEMP TABLE referred AS
WITH owned AS (
  SELECT s.*, coalesce(lower(s.person_text), h.key::VARCHAR) AS whose
  FROM spoken s LEFT JOIN given_observations g USING (n) LEFT JOIN households h ON h.key = g.household
  WHERE s.type = 'identifier')
SELECT o.* EXCLUDE (whose) REPLACE (
         whose AS owner, t.mac AS mac, NULL::VARCHAR AS word, k.id::VARCHAR AS canonical,
         CASE WHEN o.value IS NULL THEN NULL WHEN k.id IS NOT NULL THEN to_json(k.id) ELSE to_json('new ' || t.mac) END AS value)
FROM owned o
LEFT JOIN told_numbers t ON t.owner = o.whose AND t.variable = o.variable AND t.stated = o.word
LEFT JOIN known_numbers k ON k.owner = t.owner AND k.variable = t.variable AND k.mac = t.mac;
DELETE FROM spoken WHERE type = 'identifier';
INSERT INTO spoken FROM referred"""

_FRESH = """
SELECT DISTINCT t.household, t.person, t.owner, t.place_number, t.variable, t.scheme, t.mac, t.state, t.told, t.word
FROM told_numbers t
JOIN spoken s ON s.owner = t.owner AND s.variable = t.variable AND s.mac = t.mac AND s.canonical IS NULL
JOIN observation_verdicts v ON v.n = s.n AND v.verdict = 'accepted'
ORDER BY ALL"""

_KEEP = """
UPDATE spoken SET value = to_json(k.id), canonical = k.id::VARCHAR FROM kept_numbers k
WHERE spoken.type = 'identifier' AND spoken.canonical IS NULL
  AND k.owner = spoken.owner AND k.variable = spoken.variable AND k.mac = spoken.mac;
CREATE OR REPLACE TEMP TABLE bodies AS
WITH mine AS (
  SELECT n, person_text, variable, coalesce(value, 'null'::JSON) AS value
  FROM spoken WHERE n IN (SELECT n FROM spoken WHERE type = 'identifier')),
of_household AS (SELECT n, json_group_object(variable, value) AS said FROM mine WHERE person_text IS NULL GROUP BY n),
of_person AS (SELECT n, person_text, json_group_object(variable, value) AS said FROM mine WHERE person_text IS NOT NULL GROUP BY ALL),
of_persons AS (SELECT n, json_group_object(person_text, said) AS said FROM of_person GROUP BY n)
SELECT n, json_object('household', coalesce(h.said, '{}'::JSON), 'persons', coalesce(p.said, '{}'::JSON)) AS body
FROM (SELECT DISTINCT n FROM mine) LEFT JOIN of_household h USING (n) LEFT JOIN of_persons p USING (n);
UPDATE given_observations SET body = bodies.body FROM bodies WHERE bodies.n = given_observations.n"""
