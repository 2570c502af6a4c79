"""SQL of what a what-if counts: ways by place and group, households near the edge, and the money lacking to the line."""

from decimal import Decimal

import duckdb

from diguan.engine.files import Table
from diguan.engine.sides import NOT_ASKED, columns, subjects
from diguan.engine.sql import quoted, text
from diguan.engine.values import key, value
from diguan.rulebook.reference import MET, NONE, NOT_MET, UNKNOWN
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.rulebook.rules import Rules

ANY = "*"  # all standards, or all cohorts, together
LISTED = "listed"  # of all cohorts together: in one of them
ALL = "all"  # how many households there are, whatever becomes of them
BY_COHORT, BY_SIZE = "*cohort", "*size"
LARGEST = 6  # households of so many and more count together

_PLACES = "levels.level, levels.place, any_value(levels.place_name) AS place_name, any_value(levels.place_number) AS place_number"
_BY_PLACE = "JOIN place_levels AS levels ON levels.leaf IS NOT DISTINCT FROM counted.place"
_SUMS = "CAST(sum(households) AS BIGINT) AS households, CAST(sum(persons) AS BIGINT) AS persons"

NOBODY_NEAR = """SELECT NULL::VARCHAR AS household_id, NULL::VARCHAR AS place, NULL::INTEGER AS persons, NULL::VARCHAR AS parameter,
  NULL::VARCHAR AS value, NULL::VARCHAR AS kind, NULL::VARCHAR AS name, NULL::VARCHAR AS before, NULL::VARCHAR AS after WHERE FALSE"""
NEAR_BY_PLACE = """SELECT near.*, levels.place_number FROM near
  LEFT JOIN place_numbers AS levels ON levels.leaf = near.place ORDER BY near.place, household_id, parameter, value, kind, name"""
EDGES = f"""
    WITH counted AS (SELECT place, parameter, value, kind, name, before, after, count(*) AS households, sum(persons) AS persons
      FROM near GROUP BY ALL)
    SELECT {_PLACES}, parameter, value, kind, name, before, after, {_SUMS}
    FROM counted {_BY_PLACE} GROUP BY levels.level, levels.place, parameter, value, kind, name, before, after
    ORDER BY levels.level, levels.place, parameter, value, kind, name, before, after"""


def near(rules: Rules, nudged: str, parameter: str, moved_to: str) -> str:
    """One SELECT: a row per household and subject that comes out otherwise in the view `nudged` than in `trial`."""
    wanted = subjects(rules, rules)
    each = ", ".join(
        _pair(kind, name, _of("t", sql), _of("n", sql))
        for (kind, name), sql in zip(wanted, columns(rules, wanted), strict=True)
    )
    return f"""SELECT household_id, place, persons, {text(parameter)} AS parameter, {text(moved_to)} AS value, pair.kind AS kind,
      pair.name AS name, pair.before AS before, pair.after AS after
    FROM (SELECT household_id, t.place, t.persons, unnest([{each}]) AS pair FROM trial t JOIN {nudged} n USING (household_id))
    WHERE pair.before <> pair.after"""


def read_groups(db: duckdb.DuckDBPyConnection, households: Table, rules: Rules, groups: tuple[str, ...]) -> None:
    """Make `groups`: the values of the variables that households are grouped by, as text."""
    made = [f"{key('household_id', households)} AS household_id"]
    made += [
        f"CAST({value(rules.pack.variables[name], households, rules)} AS VARCHAR) AS {quoted(f'group {name}')}"
        for name in groups
    ]
    db.execute(f"CREATE TEMP TABLE groups AS SELECT {', '.join(made)} FROM {households.relation}")


def everybody(before: Rules, after: Rules, asked: tuple[str, ...], known: tuple[str, ...]) -> str:
    """One SELECT: a row per household screened both times, its groups, and what was found of each subject and of all together.

    A variable that is asked for and that the data do not have is unknown for everybody.
    """
    wanted = subjects(before, after)
    pairs = []
    found = [columns(each, wanted) for each in (before, after)]
    for (kind, name), was, would in zip(wanted, *found, strict=True):
        pairs.append(_pair(kind, name, _of("b", was), _of("a", would)))
    pairs.append(_pair(STANDARD, ANY, *(_any_standard(each, side) for each, side in ((before, "b"), (after, "a")))))
    pairs.append(_pair(COHORT, ANY, *(_any_cohort(each, side) for each, side in ((before, "b"), (after, "a")))))
    made = [f"a.place, a.persons, {_of('b', found[0][0])} AS {quoted(f'group {BY_COHORT}')}"]
    made.append(f"CAST(least(a.persons, {LARGEST}) AS VARCHAR) AS {quoted(f'group {BY_SIZE}')}")
    made += [quoted(f"group {n}") if n in known else f"NULL::VARCHAR AS {quoted(f'group {n}')}" for n in asked]
    return f"""SELECT household_id, {", ".join(made)}, list_filter([{", ".join(pairs)}], lambda x: x.before <> x.after) AS ways
      FROM was b JOIN trial a USING (household_id) LEFT JOIN groups USING (household_id)"""


def counts(groups: tuple[str, ...]) -> str:
    """One SELECT over `everybody`: by place, and group of a grouping, how many there are, and how many go which way.

    Rows: grouping and value empty for everybody; kind `all` for those there are; name `*` for all standards, or all
    cohorts, together. Whoever stays is in no row but those of `all`.
    """
    parts = []
    for grouping in ("", BY_COHORT, BY_SIZE, *groups):
        value_of = quoted(f"group {grouping}") if grouping else text("")
        parts.append(
            f"SELECT place, {text(grouping)} AS grouping, {value_of} AS value, {text(ALL)} AS kind, '' AS name, '' AS before, "
            "'' AS after, count(*) AS households, sum(persons) AS persons FROM everybody GROUP BY ALL"
        )
        parts.append(
            f"SELECT place, {text(grouping)} AS grouping, value, way.kind AS kind, way.name AS name, way.before AS before, "
            f"way.after AS after, count(*) AS households, sum(persons) AS persons FROM (SELECT place, persons, {value_of} AS value, "
            "unnest(ways) AS way FROM everybody WHERE len(ways) > 0) GROUP BY ALL"
        )
    keys = "grouping, value, kind, name, before, after"
    return f"""
        WITH counted AS ({" UNION ALL ".join(parts)})
        SELECT {_PLACES}, {keys}, {_SUMS} FROM counted {_BY_PLACE} GROUP BY levels.level, levels.place, {keys}
        ORDER BY levels.level, levels.place, {keys}"""


def line(rules: Rules) -> Decimal | None:
    """The line that a pack holds incomes against; None where it names none, or it has no value."""
    view = rules.pack.income
    if view is None or (view.line not in rules.parameters and view.line not in rules.given):
        return None
    found = rules.value_of(view.line)
    return Decimal(found) if isinstance(found, int | Decimal) and not isinstance(found, bool) else None


def lacking(before: Rules, after: Rules) -> str:
    """One SELECT over `everybody` and both derived values: by place, who is below the line and what they lack up to it.

    Units: the pack's money a year, for all members together; persons of households whose income is known or not.
    """
    sums, names = [], []
    for name, rules in (("before", before), ("after", after)):
        assert rules.pack.income is not None
        income, limit = f"derived_{name}.{quoted(rules.pack.income.per_person)}", line(rules)
        below = f"{income} < {limit}"
        sums += [
            f"count_if({below}) AS households_{name}", f"sum(CASE WHEN {below} THEN persons ELSE 0 END) AS persons_{name}",
            f"sum(CASE WHEN {below} THEN ({limit} - {income}) * persons ELSE 0 END) AS money_{name}",
            f"sum(CASE WHEN {income} IS NULL THEN persons ELSE 0 END) AS unknown_{name}",
        ]  # fmt: skip
        names += [f"households_{name}", f"persons_{name}", f"money_{name}", f"unknown_{name}"]
    added = ", ".join(
        f"CAST(sum({name}) AS {'DECIMAL(38, 6)' if name.startswith('money') else 'BIGINT'}) AS {name}" for name in names
    )
    return f"""
        WITH counted AS (SELECT place, {", ".join(sums)} FROM everybody JOIN derived_before USING (household_id)
          JOIN derived_after USING (household_id) GROUP BY place)
        SELECT {_PLACES}, {added} FROM counted {_BY_PLACE} GROUP BY levels.level, levels.place
        ORDER BY levels.level, levels.place"""


def _pair(kind: str, name: str, before: str, after: str) -> str:
    return f"{{'kind': {text(kind)}, 'name': {text(name)}, 'before': {before}, 'after': {after}}}"


def _of(side: str, column: str) -> str:
    """The SQL of a column that both sides have, of one of them."""
    return column.replace("CAST(", f"CAST({side}.", 1)


def _any_standard(rules: Rules, side: str) -> str:
    """SQL: short of any standard, else unknown in any, else met."""
    names = [f"{side}.{quoted(name)}" for name in rules.pack.standards]
    if not names:
        return text(NOT_ASKED)
    cases = [
        f"WHEN {' OR '.join(f'{name} = {text(outcome)}' for name in names)} THEN {text(outcome)}"
        for outcome in (NOT_MET, UNKNOWN)
    ]
    return f"CASE {' '.join(cases)} ELSE {text(MET)} END"


def _any_cohort(rules: Rules, side: str) -> str:
    if not rules.pack.cohorts:
        return text(NONE)
    return f"CASE WHEN {side}.cohort IN ({text(NONE)}, {text(UNKNOWN)}) THEN CAST({side}.cohort AS VARCHAR) ELSE {text(LISTED)} END"
