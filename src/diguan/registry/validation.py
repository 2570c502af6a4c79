"""Every row and every value judged against the dictionary, a whole batch in a few statements.

Only what can be said of any dictionary: types, codes, limits. What one variable implies for another is policy and
belongs to the pack's checks. Results stand in the table refusals(kind, n, reason, params); nothing is dropped.
"""

from datetime import date

from diguan.registry import relations, staging
from diguan.rulebook import identifiers

_DECIMAL = r"-?[0-9]{1,12}(\.[0-9]{1,6})?"  # what DECIMAL(18,6) holds
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def judge(bench: relations.Bench, *, today: date) -> None:
    """Judge what needs no look at the registry. Makes the tables refusals, spoken and digests."""
    columns = {"kind": "VARCHAR", "n": "BIGINT", "reason": "VARCHAR", "params": "VARCHAR"}
    relations.create(bench, "refusals", columns)
    bench.execute(_KEYS)
    bench.execute(_OBSERVATIONS, {"today": today})
    read_values(bench, "given_observations", "spoken")
    bench.execute(_VALUES)
    relations.create(bench, "digests", {"n": "BIGINT", "key": "UUID", "digest": "VARCHAR"})
    digest(bench, f"SELECT n FROM given_observations WHERE n NOT IN ({WITH_IDENTIFIERS})")


def digest(bench: relations.Bench, observations: str) -> None:
    """Put into the table digests (n, key, digest) what some observations say; `observations` is SQL of their n.

    Of those that state identifiers the content is known only when these were replaced (registry.sealing).
    """
    bench.execute(_DIGESTS.format(mine=observations))


def read_values(bench: relations.Bench, observations: str, spoken: str) -> None:
    """Make a table of what observations state (staging.statements), the values read by the dictionary's types.

    Adds: word (the value as text), number, day, and `canonical`, the JSON text that facts keep: equal values have
    equal texts. A value that its type cannot read (said under another dictionary) keeps the text it has. The columns
    owner and mac are for identifiers (registry.sealing).
    """
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE {spoken} AS
        WITH words AS (
          SELECT s.n, s.person_text, s.variable, s.value, json_type(s.value) AS kind, s.value->>'$' AS word,
                 d.entity, d.type, d.min_text, d.max_text, d.scheme, d.read_from
          FROM ({staging.statements(observations)}) s LEFT JOIN dictionary d USING (variable)),
        typed AS (
          SELECT *,
            CASE WHEN type = 'integer' AND kind IN ('BIGINT', 'UBIGINT') THEN TRY_CAST(word AS DECIMAL(38,6))
                 WHEN type IN ('decimal', 'money') AND kind IN ('BIGINT', 'UBIGINT', 'DOUBLE', 'VARCHAR')
                      AND regexp_full_match(word, '{_DECIMAL}') THEN TRY_CAST(word AS DECIMAL(38,6)) END AS number,
            CASE WHEN type = 'date' AND kind = 'VARCHAR' AND regexp_full_match(word, '{_DAY}')
                 THEN TRY_CAST(word AS DATE) END AS day
          FROM words)
        SELECT *, CASE
            WHEN type IN ('decimal', 'money') AND number IS NOT NULL
              THEN '"' || regexp_replace(number::VARCHAR, '\\.?0+$', '') || '"'
            WHEN kind = 'VARCHAR' THEN to_json(word)::VARCHAR
            ELSE value::VARCHAR END AS canonical,
            NULL::VARCHAR AS owner, NULL::VARCHAR AS mac
        FROM typed""")


# As long as the columns of the models: SQLite would keep more, PostgreSQL refuses the whole batch.
_LONGEST = 200
_TEXTS = " UNION ALL ".join(
    f"""SELECT '{kind}', n, 'text_malformed', json_object('column', '{column}', 'most', {_LONGEST}) FROM given_{kind}s
        WHERE length({column}) > {_LONGEST} OR contains({column}, chr(0))"""
    for kind, column in (("household", "name"), ("person", "name"), ("observation", "reporter"))
)

_KEYS = f"""
INSERT INTO refusals
{_TEXTS}
UNION ALL
SELECT 'household', n, 'key_malformed', json_object('value', key_text) FROM given_households WHERE key IS NULL
UNION ALL
SELECT 'person', n, 'key_malformed', json_object('value', key_text) FROM given_persons WHERE key IS NULL
UNION ALL
SELECT 'person', n, 'ordinal_malformed', json_object('value', ordinal_text) FROM given_persons WHERE ordinal IS NULL
UNION ALL
SELECT 'observation', n, 'key_malformed', json_object('value', key_text) FROM given_observations WHERE key IS NULL;
"""

_OBSERVATIONS = f"""
INSERT INTO refusals
WITH shaped AS (SELECT n, body, json_keys(body) AS parts, {staging.SHAPE} FROM given_observations)
SELECT 'observation', n, 'source_unknown', json_object('source', source)
  FROM given_observations ANTI JOIN sources USING (source)
UNION ALL
SELECT 'observation', n, 'observed_on_malformed', json_object('value', coalesce(observed_text, ''))
  FROM given_observations WHERE observed_on IS NULL
UNION ALL
SELECT 'observation', n, 'observed_in_future', json_object('value', observed_text)
  FROM given_observations WHERE observed_on > $today
UNION ALL
SELECT 'observation', n, 'body_malformed', json_object() FROM shaped
WHERE body IS NULL OR json_type(body) <> 'OBJECT' OR len(list_filter(parts, lambda p: p NOT IN ('household', 'persons'))) > 0
   OR len(parts) <> len(list_distinct(parts))
   OR (list_contains(parts, 'household') AND of_household IS NULL)
   OR (list_contains(parts, 'persons')
       AND (of_persons IS NULL OR len(list_filter(map_values(of_persons), lambda v: v IS NULL)) > 0));
"""

_VALUES = f"""
INSERT INTO refusals
WITH judged AS (
  SELECT s.*, CASE
    WHEN type IS NULL THEN 'variable_unknown'
    WHEN entity = 'household' AND person_text IS NOT NULL THEN 'not_of_person'
    WHEN entity = 'person' AND person_text IS NULL THEN 'not_of_household'
    WHEN value IS NULL THEN NULL
    WHEN read_from IS NOT NULL THEN 'read_from'
    WHEN type = 'identifier' AND length(word) > {identifiers.LONGEST} THEN 'too_long'
    WHEN NOT CASE type WHEN 'boolean' THEN kind = 'BOOLEAN' WHEN 'date' THEN day IS NOT NULL
                       WHEN 'code' THEN kind = 'VARCHAR' WHEN 'text' THEN kind = 'VARCHAR'
                       WHEN 'identifier' THEN kind IN ('VARCHAR', 'BIGINT', 'UBIGINT') AND trim(word) <> ''
                       ELSE number IS NOT NULL END THEN 'type_wrong'
    WHEN type = 'code' AND c.code IS NULL THEN 'code_unknown'
    WHEN number < TRY_CAST(min_text AS DECIMAL(38,6)) OR day < TRY_CAST(min_text AS DATE) THEN 'below_min'
    WHEN number > TRY_CAST(max_text AS DECIMAL(38,6)) OR day > TRY_CAST(max_text AS DATE) THEN 'above_max'
  END AS reason
  FROM spoken s LEFT JOIN code_list c ON s.type = 'code' AND c.variable = s.variable AND c.code = s.word)
SELECT 'observation', n, reason, json_object(
    'variable', variable, 'type', type, 'person', person_text, 'identifier', read_from,
    'value', CASE type WHEN 'identifier' THEN '…' ELSE left(coalesce(word, 'null'), 80) END,
    'limit', CASE reason WHEN 'below_min' THEN min_text WHEN 'above_max' THEN max_text
                         WHEN 'too_long' THEN '{identifiers.LONGEST}' END)
FROM judged WHERE reason IS NOT NULL;
"""

WITH_IDENTIFIERS = "SELECT n FROM spoken WHERE type = 'identifier'"

# Over the content, not the bytes: two programs may write the same observation with their keys in another order.
_DIGESTS = """
CREATE OR REPLACE TEMP TABLE digested AS {mine};
DELETE FROM digests WHERE n IN (FROM digested);
INSERT INTO digests
WITH contents AS (
  SELECT n, string_agg(coalesce(person_text, '') || chr(31) || variable || chr(31) || coalesce(value::VARCHAR, ''),
                       chr(30) ORDER BY person_text NULLS FIRST, variable) AS content
  FROM spoken SEMI JOIN digested USING (n) GROUP BY n)
SELECT o.n, o.key, sha256(concat_ws(chr(29), o.household::VARCHAR, o.source, o.reporter, o.observed_on::VARCHAR,
                                    coalesce(c.content, ''))) AS digest
FROM given_observations o SEMI JOIN digested USING (n) LEFT JOIN contents c USING (n);
"""
