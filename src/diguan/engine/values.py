"""SQL of the values in a file: keys as text, each variable in the type that the dictionary gives it."""

import re

from diguan.engine import identifiers
from diguan.engine.connection import TYPES
from diguan.engine.files import Table
from diguan.engine.sql import NUMBER, quoted
from diguan.rulebook.pack import Variable
from diguan.rulebook.rules import Rules

KEYS = {"households": ("household_id",), "persons": ("person_id", "household_id")}
# Python, which explains single households, knows no other days.
FIRST_DAY, LAST_DAY = "DATE '0001-01-01'", "DATE '9999-12-31'"
# Whole numbers of less than twelve digits; BIGINT can hold more.
_WHOLE = ("INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT")
BINARY = ("FLOAT", "DOUBLE")
_UNKNOWN = "('', 'NA')"


def variables(name: str, rules: Rules) -> list[Variable]:
    """All variables of the file `name`, read by a rule or not."""
    entity = name.removesuffix("s")
    return [variable for variable in rules.pack.variables.values() if variable.entity == entity]


def select(name: str, table: Table, rules: Rules) -> str:
    """One SELECT: a row per row of the file, each value in its type, NULL where what is written is not of that type."""
    made = [f"{key(column, table)} AS {quoted(column)}" for column in KEYS[name]]
    if name == "households":
        made.append(f"{key('place', table) if 'place' in table.columns else 'CAST(NULL AS VARCHAR)'} AS place")
        if "place_number" in table.columns:
            made.append("TRY_CAST(place_number AS BIGINT) AS place_number")
    read = [variable for variable in variables(name, rules) if variable.name in rules.used]
    made += [f"{value(variable, table, rules)} AS {quoted(variable.name)}" for variable in read]
    made += [table.ordinal] if table.ordinal else []
    return f"SELECT {', '.join(made)} FROM {table.relation}"


def value(variable: Variable, table: Table, rules: Rules) -> str:
    """SQL of a variable: from its own column, or from the identifier it is read from."""
    given, is_clean = table.columns.get(variable.name), variable.name in table.clean
    if given is not None and variable.type == "identifier" and not is_clean:
        return identifiers.state(variable)
    if given is None and is_readable(variable, table):
        assert variable.read_from is not None
        part = identifiers.part(variable, rules.pack.variables[variable.read_from.identifier])
        return f"CAST({part} AS {TYPES[variable.type]})"
    return typed(variable, given, is_clean)


def is_readable(variable: Variable, table: Table) -> bool:
    """Whether the file has the identifier that a variable is read from."""
    return variable.read_from is not None and variable.read_from.identifier in table.columns


def key(name: str, table: Table) -> str:
    """SQL of a key, as text without blanks around it."""
    is_clean = name in table.clean and table.columns[name] == "VARCHAR"
    return quoted(name) if is_clean else f"nullif(trim(CAST({quoted(name)} AS VARCHAR)), '')"


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


def typed(variable: Variable, given: str | None, clean: bool = False) -> str:
    """SQL of a variable's value; numbers of every kind as DECIMAL(18,6), as the rules count."""
    wanted = NUMBER if variable.value_type.is_number else TYPES[variable.type]
    if clean and given == wanted:
        return quoted(variable.name)
    if given is None:
        return f"CAST(NULL AS {wanted})"
    if given != "VARCHAR":
        return _from_typed(variable, given, wanted)
    cell = written(variable)
    if variable.type == "boolean":
        return f"CASE WHEN lower({cell}) IN ('true', '1', 'yes', 't', '是') THEN TRUE WHEN lower({cell}) IN ('false', '0', 'no', 'f', '否') THEN FALSE END"
    if variable.type in ("code", "text"):
        return cell
    if variable.type == "date":
        return f"CASE WHEN regexp_full_match({cell}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND {cell} >= '0001' THEN TRY_CAST({cell} AS DATE) END"
    plain = f"TRY_CAST({cell} AS {wanted})"
    power = f"rule_from_binary(TRY_CAST({cell} AS DOUBLE))"
    return f"CASE WHEN regexp_full_match({cell}, '[+-]?[0-9]+([.][0-9]*)?') THEN {plain} WHEN regexp_full_match({cell}, '[+-]?[0-9]+([.][0-9]*)?[eE][+-]?[0-9]{{1,2}}') THEN {power} END"


def _from_typed(variable: Variable, given: str, wanted: str) -> str:
    """SQL of a value from a column that has a type of its own; NULL where turning it would change its meaning."""
    name = quoted(variable.name)
    if variable.type in ("code", "text"):
        return f"CAST({name} AS VARCHAR)"
    if variable.type == "boolean" and given != "BOOLEAN":
        return f"CASE WHEN {name} = 1 THEN TRUE WHEN {name} = 0 THEN FALSE END" if _is_numeric(given) else "NULL"
    if variable.type == "date":
        if given not in ("DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"):
            return "CAST(NULL AS DATE)"
        whole_day = f"{name} = date_trunc('day', {name}) AND {name} BETWEEN {FIRST_DAY} AND {LAST_DAY}"
        return f"CASE WHEN {whole_day} THEN CAST({name} AS DATE) END"
    if variable.value_type.is_number and not _is_numeric(given):
        return f"CAST(NULL AS {wanted})"
    if given in BINARY and wanted == NUMBER:
        return f"rule_from_binary({name})"
    return f"TRY_CAST({name} AS {wanted})"


def _is_numeric(given: str) -> bool:
    return given.startswith(("DECIMAL", "FLOAT", "DOUBLE")) or given.endswith(("INT", "INTEGER"))


def written(variable: Variable) -> str:
    """The text of a cell; NULL where it says unknown."""
    cell = f"trim({quoted(variable.name)})"
    return (
        f"nullif({cell}, '')" if "NA" in variable.codes else f"CASE WHEN {cell} IN {_UNKNOWN} THEN NULL ELSE {cell} END"
    )
