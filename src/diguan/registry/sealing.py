"""Identifiers of a batch: taken out of what was said, sealed, and replaced by the id of the row that keeps them.

What an observation says of an identifier is afterwards a number, the id of its row in Identifier. The same number
stated again by the same owner is the same row, so that replays are recognised and equal statements agree.
"""

import json
from typing import Any

from django.db.models import QuerySet

from diguan import vault
from diguan.registry import relations
from diguan.registry.models import Identifier
from diguan.rulebook import identifiers

_OWNER = ("household_id", "person_id", "owner", "place_number", "variable", "scheme")
_TEXTS = ("word", "mac", "state", "told")
_NUMBERS = {
    **dict.fromkeys(_OWNER, "VARCHAR"),
    "household_id": "BIGINT",
    "person_id": "BIGINT",
    "place_number": "BIGINT",
}


def refer(bench: relations.Bench, on_file: QuerySet[Identifier]) -> bool:
    """Take the numbers out of the table spoken; return whether there were any.

    A number on file is replaced by the id of its row, a new one by its keyed hash until `keep` has given it a row.
    """
    said = bench.execute(_SAID).fetchall()
    if not said:
        return False
    ring = vault.opened()
    told = [
        (*row, *_told(ring, row[-1], row[-2])) for row in ((*row[:-1], identifiers.normal(row[-1])) for row in said)
    ]
    columns = {**_NUMBERS, **dict.fromkeys(_TEXTS, "VARCHAR")}
    relations.fill(bench, "told_numbers", {"stated": "VARCHAR", **columns}, _with_stated(said, told))
    owners = [row[0] for row in bench.execute("SELECT DISTINCT owner FROM told_numbers ORDER BY 1").fetchall()]
    known = relations.found(on_file, "owner", owners, ("id", "owner", "variable", "mac"))
    shape = {"id": "BIGINT", "owner": "VARCHAR", "variable": "VARCHAR", "mac": "VARCHAR"}
    relations.fill(bench, "known_numbers", shape, known)
    bench.execute(_REFER)
    return True


def keep(bench: relations.Bench, on_file: QuerySet[Identifier]) -> None:
    """Give the new numbers of accepted observations their rows, and name these in what is stored of them."""
    ring = vault.opened()
    fresh = bench.execute(_FRESH).fetchall()
    fields = ("household", "person", *_OWNER[2:], "mac", "state", "told", "sealed")
    rows = [
        (*row[:2], row[2].replace("-", ""), *row[3:-2], row[-2], ring.seal(row[-1], context=row[2])) for row in fresh
    ]
    relations.insert_rows(Identifier, fields, relations.chunks(rows))
    owners = sorted({row[2] for row in fresh})
    kept = relations.found(on_file, "owner", owners, ("id", "owner", "variable", "mac"))
    relations.fill(
        bench, "kept_numbers", {"id": "BIGINT", "owner": "VARCHAR", "variable": "VARCHAR", "mac": "VARCHAR"}, kept
    )
    bench.execute(_KEEP)


def _told(ring: vault.KeyRing, number: str, scheme: str) -> tuple[str, str, str]:
    """Keyed hash, state, and parts as JSON text."""
    said = identifiers.SCHEMES[scheme].tell(number)
    return ring.mac(number, purpose=scheme), said.state, json.dumps(dict(said.parts), default=str)


def _with_stated(said: list[Any], told: list[Any]) -> list[Any]:
    return [(before[-1], *after) for before, after in zip(said, told, strict=True)]


# A number may have been stated of somebody who has moved since: it belongs where its owner is now.
_SAID = """
SELECT DISTINCT coalesce(p.household_id, h.id), p.id, coalesce(p.key, h.key)::VARCHAR,
       coalesce(p.place_number, h.place_number), s.variable, s.scheme, s.word
FROM spoken s JOIN given_observations g USING (n) JOIN households h ON h.key = g.household
LEFT JOIN persons p ON p.key = TRY_CAST(s.person_text AS UUID)
WHERE s.type = 'identifier' AND s.value IS NOT NULL AND (s.person_text IS NULL OR p.id IS NOT NULL)
ORDER BY ALL"""

# What cannot be referred to belongs to an observation that is refused, and goes all the same.
_REFER = """
CREATE OR REPLACE TEMP TABLE spoken AS
WITH owned AS (
  SELECT s.*, coalesce(lower(s.person_text), h.key::VARCHAR) AS owner
  FROM spoken s LEFT JOIN given_observations g USING (n) LEFT JOIN households h ON h.key = g.household
  WHERE s.type = 'identifier'),
referred AS (
  SELECT o.* EXCLUDE (value, canonical, word),
         CASE WHEN o.value IS NULL THEN NULL WHEN k.id IS NOT NULL THEN to_json(k.id)
              ELSE to_json('new ' || t.mac) END AS value,
         k.id::VARCHAR AS canonical, NULL::VARCHAR AS word, t.mac AS mac
  FROM owned o
  LEFT JOIN told_numbers t ON t.owner = o.owner AND t.variable = o.variable AND t.stated = o.word
  LEFT JOIN known_numbers k ON k.owner = t.owner AND k.variable = t.variable AND k.mac = t.mac)
FROM spoken WHERE type IS DISTINCT FROM 'identifier' UNION ALL BY NAME FROM referred"""

_FRESH = """
SELECT DISTINCT t.household_id, t.person_id, t.owner, t.place_number, t.variable, t.scheme, t.mac, t.state, t.told, t.word
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
