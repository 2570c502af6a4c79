"""Which columns of a file need no care: found in one quick pass, so that only the others are looked at cell by cell."""

import re
from collections.abc import Iterable

import duckdb

from diguan.engine.connection import TYPES, rows
from diguan.engine.files import Table
from diguan.engine.sql import quoted, text
from diguan.rulebook.pack import Variable

# Whole numbers of less than twelve digits; BIGINT can hold more.
_WHOLE = ("INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT")
# Python, which explains single households, knows no other days.
FIRST_DAY, LAST_DAY = "DATE '0001-01-01'", "DATE '9999-12-31'"


def clean_columns(
    connection: duckdb.DuckDBPyConnection, table: Table, keys: Iterable[str], variables: Iterable[Variable]
) -> frozenset[str]:
    """Columns whose every value is as the dictionary says and written without blanks around it; NULL is unknown."""
    tests = {key: test for key in keys if (test := _key_test(table.columns.get(key, "")))}
    tests = {key: test.format(name=quoted(key)) for key, test in tests.items()}
    for variable in variables:
        test = _value_test(variable, table.columns.get(variable.name, ""))
        if test:
            tests[variable.name] = test
    if not tests:
        return frozenset()
    found = rows(connection, f"SELECT {', '.join(tests.values())} FROM {table.relation}")[0]
    return frozenset(name for name, is_clean in zip(tests, found, strict=True) if is_clean)


def _key_test(given: str) -> str:
    return (
        "count(*) = count({name}) AND coalesce(bool_and({name} <> '' AND {name} = trim({name})), TRUE)"
        if given == "VARCHAR"
        else ""
    )


def _value_test(variable: Variable, given: str) -> str:
    """SQL over the whole column; empty where the column's type in the file does not allow a quick answer."""
    name = quoted(variable.name)
    if variable.type == "identifier":
        return ""
    if variable.type == "code":
        codes = ", ".join(text(code) for code in variable.codes)
        return f"coalesce(bool_and({name} IN ({codes})), TRUE)" if given == "VARCHAR" else ""
    limits = []
    if given == "BIGINT" and variable.value_type.is_number:
        limits.append(f"coalesce(min({name}) > -1000000000000 AND max({name}) < 1000000000000, TRUE)")
    elif not is_exact(variable, given):
        return ""
    if variable.type == "date":
        return f"coalesce(min({name}) >= {FIRST_DAY} AND max({name}) <= {LAST_DAY}, TRUE)"
    limits += [f"coalesce(min({name}) >= {variable.min:f}, TRUE)"] if variable.min is not None else []
    limits += [f"coalesce(max({name}) <= {variable.max:f}, TRUE)"] if variable.max is not None else []
    return " AND ".join(limits) or "TRUE"


def is_exact(variable: Variable, given: str) -> bool:
    """Whether the file's type can hold only values of the variable's type, within six places and twelve digits."""
    if variable.type in ("boolean", "date"):
        return given == TYPES[variable.type]
    if given in _WHOLE:
        return True
    decimal = re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", given)
    if decimal is None or variable.type == "integer":
        return False
    digits, places = int(decimal[1]), int(decimal[2])
    return places <= 6 and digits - places <= 12
