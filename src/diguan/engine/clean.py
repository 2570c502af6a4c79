"""Which columns of a file need no care: found in one quick pass, so that only the others are looked at cell by cell."""

import duckdb

from diguan.engine import values
from diguan.engine.connection import rows
from diguan.engine.files import Table
from diguan.engine.sql import among, quoted
from diguan.rulebook.pack import Variable
from diguan.rulebook.rules import Rules


def clean_columns(connection: duckdb.DuckDBPyConnection, name: str, table: Table, rules: Rules) -> frozenset[str]:
    """Columns whose every value is as the dictionary says and written without blanks around it; NULL is unknown.

    Of a person's household it is taken for granted: written otherwise than the household's own key, it would not be found.
    """
    tests = {}
    for key in (values.KEYS[name][0], "place"):
        if table.columns.get(key) == "VARCHAR":
            tests[key] = _key_test(key)
    for variable in values.variables(name, rules):
        test = _value_test(variable, table.columns.get(variable.name, "")) if variable.name in rules.used else ""
        if test:
            tests[variable.name] = test
    granted = frozenset(("household_id",) if name == "persons" else ())
    if not tests:
        return granted
    found = rows(connection, f"SELECT {', '.join(tests.values())} FROM {table.relation}")[0]
    return granted | {column for column, is_clean in zip(tests, found, strict=True) if is_clean}


def _key_test(name: str) -> str:
    """SQL over the whole column: no key is empty or stands between blanks; only a place may be absent."""
    column = quoted(name)
    # To trim costs much more than to see that a text begins with a sign and ends with one, all of them ASCII.
    plain = f"{column} >= '!' AND NOT suffix({column}, ' ') AND strlen({column}) = length({column})"
    trimmed = f"bool_and(CASE WHEN {plain} THEN TRUE ELSE {column} <> '' AND {column} = trim({column}) END)"
    there = "TRUE" if name == "place" else f"count(*) = count({column})"
    return f"{there} AND coalesce({trimmed}, TRUE)"


def _value_test(variable: Variable, given: str) -> str:
    """SQL over the whole column; empty where the column's type in the file does not allow a quick answer."""
    name = quoted(variable.name)
    if variable.type == "code":
        return f"coalesce(bool_and({among(name, variable.codes)}), TRUE)" if given == "VARCHAR" else ""
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
