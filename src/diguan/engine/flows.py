"""Who came, who went and who stays, by place at every level, out of `paired` and `reasoned`."""

from diguan.engine.sql import quoted, text

COLUMNS = "level, place, place_name, place_number, kind, name, before, after, reason, households, persons_before, persons_after"
ELSEWHERE = "elsewhere"  # the household lives, or lived, outside the place

CHANGES = """
SELECT household_id, place_before, coalesce(place_after, place_before) AS place, levels.place_number, persons_before,
  persons_after, kind, name, before, after, reason, causes
FROM reasoned JOIN paired USING (household_id)
LEFT JOIN (SELECT leaf, place_number FROM place_levels WHERE leaf = place AND level > 0) AS levels
  ON levels.leaf = coalesce(place_after, place_before)"""


def statement(subjects: list[tuple[str, str]]) -> str:
    """One SELECT: a row per level, place, subject, before, after and reason that occurs.

    Whoever stays has no reason. Whoever moved within a place counts there as everybody else; at the place left as gone
    `elsewhere`, at the new one as come from there.
    """
    counts = "sum(households) AS households, sum(persons_before) AS persons_before, sum(persons_after) AS persons_after"
    return f"""
        WITH counted AS ({_counted(subjects)}),
        settled AS (
            SELECT level, place, place_name, place_number, c.* EXCLUDE (place_before, place_after, moved)
            FROM counted c JOIN place_levels l ON l.leaf IS NOT DISTINCT FROM coalesce(place_after, place_before) WHERE NOT moved
        ), movers AS (
            SELECT c.*, a.level AS level, a.place AS was, b.place AS is_now, a.place_name AS was_name, b.place_name AS now_name,
                   a.place_number AS was_number, b.place_number AS now_number
            FROM (SELECT *, unnest(generate_series(0, 12)) AS at_level FROM counted WHERE moved) AS c
            LEFT JOIN place_levels a ON a.leaf IS NOT DISTINCT FROM c.place_before AND a.level = at_level
            LEFT JOIN place_levels b ON b.leaf IS NOT DISTINCT FROM c.place_after AND b.level = at_level
        ), everywhere AS (
            SELECT level, place, place_name, place_number, kind, name, before, after, reason, households, persons_before, persons_after FROM settled
            UNION ALL
            SELECT at_level, is_now, now_name, now_number, kind, name, before, after, CASE WHEN before = after THEN '' ELSE reason END, households, persons_before, persons_after
            FROM movers WHERE was = is_now
            UNION ALL
            SELECT at_level, was, was_name, was_number, kind, name, before, {text(ELSEWHERE)}, 'moved', households, persons_before, 0
            FROM movers WHERE was IS DISTINCT FROM is_now AND was IS NOT NULL
            UNION ALL
            SELECT at_level, is_now, now_name, now_number, kind, name, {text(ELSEWHERE)}, after, 'moved', households, 0, persons_after
            FROM movers WHERE was IS DISTINCT FROM is_now AND is_now IS NOT NULL
        )
        SELECT level, place, any_value(place_name) AS place_name, any_value(place_number) AS place_number,
               kind, name, before, after, reason, {_bigint(counts)}
        FROM everywhere GROUP BY level, place, kind, name, before, after, reason
        ORDER BY level, place, kind, name, before, after, reason"""


def _bigint(counts: str) -> str:
    return ", ".join(
        f"CAST({each.split(' AS ')[0]} AS BIGINT) AS {each.split(' AS ')[1]}" for each in counts.split(", ")
    )


def _counted(subjects: list[tuple[str, str]]) -> str:
    """Households by both places, subject, before, after and reason: those of one kind counted once, then set apart."""
    found = ", ".join(f"{quoted(f'{name} before')}, {quoted(f'{name} after')}" for _, name in subjects)
    pairs = ", ".join(
        f"{{'kind': {text(kind)}, 'name': {text(name)}, 'before': {quoted(f'{name} before')}, 'after': {quoted(f'{name} after')}}}"
        for kind, name in subjects
    )
    moved = "there_before AND there_after AND place_before IS DISTINCT FROM place_after AS moved"
    amounts = "count(*) AS households, sum(coalesce(persons_before, 0)) AS persons_before, sum(coalesce(persons_after, 0)) AS persons_after"
    kinds = f"SELECT place_before, place_after, {moved}, {found}, {amounts} FROM paired GROUP BY ALL"
    each = f"SELECT place_before, place_after, moved, households, persons_before, persons_after, unnest([{pairs}]) AS pair FROM ({kinds})"
    told = f"""SELECT place_before, place_after, {moved}, kind, name, before, after, reason, {amounts}
        FROM reasoned JOIN paired USING (household_id) WHERE there_before AND there_after AND before <> after GROUP BY ALL"""
    return f"""
        SELECT place_before, place_after, moved, pair.kind AS kind, pair.name AS name, pair.before AS before, pair.after AS after,
               CASE WHEN pair.before = pair.after THEN '' WHEN pair.before = 'absent' THEN 'registered' ELSE 'left' END AS reason,
               sum(households) AS households, sum(persons_before) AS persons_before, sum(persons_after) AS persons_after
        FROM ({each}) WHERE pair.before = pair.after OR pair.before = 'absent' OR pair.after = 'absent' GROUP BY ALL
        UNION ALL {told}"""
