"""Which columns of a file need no care: found in one quick pass, so that only the others are looked at cell by cell."""

from dataclasses import replace

import duckdb

from diguan.engine import values
from diguan.engine.connection import rows
from diguan.engine.files import Table
from diguan.engine.sql import among, quoted
from diguan.rulebook.pack import Variable
from diguan.rulebook.rules import Rules


def looked_over(connection: duckdb.DuckDBPyConnection, name: str, table: Table, rules: Rules) -> Table:
    """The table, and which of its columns hold only what the dictionary allows, without blanks around it; NULL is unknown.

    Of a person's household it is taken for granted: written otherwise than the household's own key, it would not be found.
    """
    key = values.KEYS[name][0]
    texts, limits = {}, {}
    for column in (key, "place"):
        if table.columns.get(column) == "VARCHAR":
            texts[column] = _key_test(column)
    for variable in values.variables(name, rules):
        given = table.columns.get(variable.name, "") if variable.name in rules.used else ""
        if variable.type == "code" and given == "VARCHAR":
            texts[variable.name] = f"coalesce(bool_and({among(quoted(variable.name), variable.codes)}), TRUE)"
        elif variable.type != "code" and (test := _limits(variable, given)):
            limits[variable.name] = test
    # As many hashes as keys: none repeats. With fewer, two keys may share one, and the keys themselves have to tell.
    texts[_UNIQUE] = (
        f"count(DISTINCT hash({quoted(key)})) FILTER (WHERE {quoted(key)} IS NOT NULL) = count({quoted(key)})"
    )
    # Apart: what asks only for smallest and greatest is answered from the statistics in the file, where it has them.
    passed = _passed(connection, table, texts) | _passed(connection, table, limits)
    granted = frozenset(("household_id",) if name == "persons" else ())
    return replace(table, clean=granted | passed - {_UNIQUE}, unique=_UNIQUE in passed and key in passed)


_UNIQUE = "no key repeats"


def _passed(connection: duckdb.DuckDBPyConnection, table: Table, tests: dict[str, str]) -> frozenset[str]:
    if not tests:
        return frozenset()
    found = rows(connection, f"SELECT {', '.join(tests.values())} FROM {table.relation}")[0]
    return frozenset(name for name, passed in zip(tests, found, strict=True) if passed)


def _key_test(name: str) -> str:
    """SQL over the whole column: no key is empty or stands between blanks; only a place may be absent."""
    column = quoted(name)
    # To trim costs much more than to see that a text begins with a sign and ends with one, all of them ASCII.
    plain = f"{column} >= '!' AND NOT suffix({column}, ' ') AND strlen({column}) = length({column})"
    trimmed = f"bool_and(CASE WHEN {plain} THEN TRUE ELSE {column} <> '' AND {column} = trim({column}) END)"
    there = "TRUE" if name == "place" else f"count(*) = count({column})"
    return f"{there} AND coalesce({trimmed}, TRUE)"


def _limits(variable: Variable, given: str) -> str:
    """SQL over the whole column; empty where the column's type in the file does not allow a quick answer."""
    name = quoted(variable.name)
    if variable.type == "identifier":
        return ""
    limits = []
    if given == "BIGINT" and variable.value_type.is_number:
        limits.append(f"coalesce(min({name}) > -1000000000000 AND max({name}) < 1000000000000, TRUE)")
    elif not values.is_exact(variable, given):
        return ""
    if variable.type == "date":
        return f"coalesce(min({name}) >= {values.FIRST_DAY} AND max({name}) <= {values.LAST_DAY}, TRUE)"
    limits += [f"coalesce(min({name}) >= {variable.min:f}, TRUE)"] if variable.min is not None else []
    limits += [f"coalesce(max({name}) <= {variable.max:f}, TRUE)"] if variable.max is not None else []
    return " AND ".join(limits) or "TRUE"
