"""Households and persons from files, checked against the dictionary: typed views, and refusals with reasons.

Nothing is guessed: a value that is not what the dictionary says refuses its row, and with it the whole household,
because a household with a missing member would be judged wrongly. Empty and `NA` are unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from diguan.engine import identifiers
from diguan.engine.clean import FIRST_DAY, LAST_DAY, clean_columns, is_exact
from diguan.engine.connection import TYPES, rows
from diguan.engine.files import Table, find, open_table, unreadable
from diguan.engine.problems import DataRefused, Refusal
from diguan.engine.sql import quoted, text
from diguan.rulebook.pack import Variable
from diguan.rulebook.problems import N_
from diguan.rulebook.rules import Rules

_KEYS = {"households": ("household_id",), "persons": ("person_id", "household_id")}
# Share of a binary fraction that may be noise of its storage, and says nothing about decimal places.
_NOISE = {"DOUBLE": "1e-15", "FLOAT": "1e-7"}
_SIX_AT_MOST = tuple(f",{places})" for places in range(7))
_ROW = '"row of the file"'  # a name that no file gives its columns
_UNKNOWN = "('', 'NA')"


@dataclass(frozen=True)
class Checks:
    """What is asked of the data before it is screened."""

    missing_as_unknown: bool = False  # a column that the rules read and the file lacks is unknown for everybody
    trusted: bool = False  # no checks: for snapshots that the software wrote itself


EVERYTHING = Checks()


@dataclass
class Intake:
    """What was read. Views `households` and `persons` hold the accepted rows, typed as the dictionary says."""

    households: int = 0
    persons: int = 0
    has_persons: bool = False
    has_places: bool = False
    without_members: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    refused_households: int = 0
    refused_persons: int = 0
    rounded: int = 0
    ignored: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)  # columns that only checks read, and the files lack


def take_in(
    connection: duckdb.DuckDBPyConnection, rules: Rules, folder: Path, scratch: Path, checks: Checks = EVERYTHING
) -> Intake:
    """Make the views `households` and `persons` from the files in `folder`.

    Rows: one per household and one per person, in views of the connection.
    Unknown: empty cells and `NA`; whole columns too where the checks say so.
    Raises: DataRefused when a file or a needed column is missing.
    """
    try:
        return _taken_in(connection, rules, _tables(connection, rules, folder, scratch), checks)
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        # Only reading shows that a Parquet file is damaged in its middle.
        raise unreadable(folder, error) from error


def _taken_in(connection: duckdb.DuckDBPyConnection, rules: Rules, tables: dict[str, Table], checks: Checks) -> Intake:
    intake = Intake()
    intake.has_persons = "persons" in tables
    for name, table in tables.items():
        _check_columns(name, table, rules, intake, checks.missing_as_unknown)
        read = [variable for variable in _variables(name, rules) if variable.name in rules.used]
        clean = frozenset(table.columns) if checks.trusted else clean_columns(connection, table, _KEYS[name], read)
        tables[name] = replace(table, clean=clean)
        _typed_view(connection, name, tables[name], rules)
    intake.has_places = "place" in tables["households"].columns
    if checks.trusted:
        _accept_all(connection, tables)
    else:
        _refuse(connection, tables, rules, intake)
    counted = rows(
        connection,
        "SELECT (SELECT count(*) FROM households)"
        + (", (SELECT count(*) FROM persons)" if intake.has_persons else ", 0"),
    )
    intake.households, intake.persons = (int(str(number)) for number in counted[0])
    return intake


def _tables(connection: duckdb.DuckDBPyConnection, rules: Rules, folder: Path, scratch: Path) -> dict[str, Table]:
    if not folder.is_dir():
        raise DataRefused(N_("There is no folder {folder}."), folder=folder)
    tables: dict[str, Table] = {}
    for name in ("households", "persons"):
        path = find(folder, name)
        if path is not None:
            tables[name] = open_table(connection, path, scratch)
    if "households" not in tables:
        raise DataRefused(N_("There is no households.csv or households.parquet in {folder}."), folder=folder)
    needs_persons = [name for name in sorted(rules.needed) if rules.pack.variables[name].entity == "person"]
    if not needs_persons and rules.reaches_members and "persons" not in tables:
        raise DataRefused(
            N_(
                "There is no persons.csv or persons.parquet in {folder}, and the rules count the members of a household."
            ),
            folder=folder,
        )
    if needs_persons and "persons" not in tables:
        raise DataRefused(
            N_("There is no persons.csv or persons.parquet in {folder}, and the rules read {names} of every person."),
            folder=folder, names=", ".join(needs_persons[:5]),
        )  # fmt: skip
    return tables


def _variables(name: str, rules: Rules) -> list[Variable]:
    entity = name.removesuffix("s")
    return [variable for variable in rules.pack.variables.values() if variable.entity == entity]


def _check_columns(name: str, table: Table, rules: Rules, intake: Intake, missing_as_unknown: bool) -> None:
    for key in _KEYS[name]:
        if key not in table.columns:
            raise DataRefused(
                N_("{file} has no column {column}; its columns are: {columns}."),
                file=table.path.name, column=key, columns=", ".join(list(table.columns)[:30]),
            )  # fmt: skip
    known = {variable.name: variable for variable in _variables(name, rules) if variable.name in rules.used}
    lacking = {n for n, variable in known.items() if n not in table.columns and not _is_readable(variable, table)}
    intake.absent += [f"{table.path.name}: {column}" for column in sorted(lacking - rules.needed)]
    missing = sorted(lacking & rules.needed)
    if missing and not missing_as_unknown:
        raise DataRefused(
            N_("{file} lacks columns that the rules read: {columns}. Add them (empty cells are unknown), or say --missing-as-unknown."),
            file=table.path.name, columns=", ".join(missing),
        )  # fmt: skip
    own = {*_KEYS[name], "place", "place_number"} if name == "households" else set(_KEYS[name])
    own |= {variable.name for variable in _variables(name, rules)}
    intake.ignored += [f"{table.path.name}: {column}" for column in table.columns if column not in own]


def _typed_view(connection: duckdb.DuckDBPyConnection, name: str, table: Table, rules: Rules) -> None:
    """`typed_<name>`: keys as text, each variable in its type (NULL where the text is not of that type)."""
    keys = [f"{_key(key, table)} AS {quoted(key)}" for key in _KEYS[name]]
    if name == "households":
        keys.append(
            "nullif(trim(CAST(place AS VARCHAR)), '') AS place"
            if "place" in table.columns
            else "CAST(NULL AS VARCHAR) AS place"
        )
        if "place_number" in table.columns:
            keys.append("TRY_CAST(place_number AS BIGINT) AS place_number")
    made = []
    for variable in _variables(name, rules):
        if variable.name not in rules.used:
            continue
        made.append(f"{_value(variable, table, rules)} AS {quoted(variable.name)}")
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW typed_{name} AS SELECT {', '.join(keys + made)} FROM {table.relation}"
    )


def _key(name: str, table: Table) -> str:
    """SQL of a key, as text without blanks around it."""
    return quoted(name) if name in table.clean else f"nullif(trim(CAST({quoted(name)} AS VARCHAR)), '')"


def _value(variable: Variable, table: Table, rules: Rules) -> str:
    """SQL of a variable: from its own column, or from the identifier it is read from."""
    given, is_clean = table.columns.get(variable.name), variable.name in table.clean
    if given is not None and variable.type == "identifier" and not is_clean:
        return identifiers.state(variable)
    if given is None and _is_readable(variable, table):
        assert variable.read_from is not None
        part = identifiers.part(variable, rules.pack.variables[variable.read_from.identifier])
        return f"CAST({part} AS {TYPES[variable.type]})"
    return _typed(variable, given, is_clean)


def _is_readable(variable: Variable, table: Table) -> bool:
    return variable.read_from is not None and variable.read_from.identifier in table.columns


def _typed(variable: Variable, given: str | None, clean: bool = False) -> str:
    """SQL of a variable's value; numbers of every kind as DECIMAL(18,6), as the rules count."""
    wanted = "DECIMAL(18, 6)" if variable.value_type.is_number else TYPES[variable.type]
    if clean and given == wanted:
        return quoted(variable.name)
    if given is None:
        return f"CAST(NULL AS {wanted})"
    if given != "VARCHAR":
        return _from_typed(variable, given, wanted)
    written = _written(variable)
    if variable.type == "boolean":
        return f"CASE WHEN lower({written}) IN ('true', '1', 'yes', 't', '是') THEN TRUE WHEN lower({written}) IN ('false', '0', 'no', 'f', '否') THEN FALSE END"
    if variable.type in ("code", "text"):
        return written
    if variable.type == "date":
        return f"CASE WHEN regexp_full_match({written}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND {written} >= '0001' THEN TRY_CAST({written} AS DATE) END"
    plain = f"TRY_CAST({written} AS {wanted})"
    power = f"TRY_CAST(TRY_CAST({written} AS DOUBLE) AS {wanted})"
    return f"CASE WHEN regexp_full_match({written}, '[+-]?[0-9]+([.][0-9]*)?') THEN {plain} WHEN regexp_full_match({written}, '[+-]?[0-9]+([.][0-9]*)?[eE][+-]?[0-9]{{1,2}}') THEN {power} END"


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
    return f"TRY_CAST({name} AS {wanted})"


def _is_numeric(given: str) -> bool:
    return given.startswith(("DECIMAL", "FLOAT", "DOUBLE")) or given.endswith(("INT", "INTEGER"))


def _written(variable: Variable) -> str:
    """The text of a cell; NULL where it says unknown."""
    cell = f"trim({quoted(variable.name)})"
    return (
        f"nullif({cell}, '')" if "NA" in variable.codes else f"CASE WHEN {cell} IN {_UNKNOWN} THEN NULL ELSE {cell} END"
    )


def _faults(variable: Variable, given: str) -> Iterator[tuple[str, str]]:
    """Reasons for which a cell is refused, each with the SQL condition; `given` is the column's type in the file."""
    if variable.type == "identifier":
        return  # a doubtful number is flagged, never refused
    value, name = _typed(variable, given), quoted(variable.name)
    present = f"{_written(variable)} IS NOT NULL" if given == "VARCHAR" else f"{name} IS NOT NULL"
    if variable.type == "code":
        yield "not_a_code", f"{present} AND {value} NOT IN ({', '.join(text(code) for code in variable.codes)})"
    elif variable.type != "text" and (variable.type == "date" or not is_exact(variable, given)):
        reason = {"boolean": "not_a_truth", "date": "not_a_date"}.get(variable.type, "not_a_number")
        yield reason, f"{present} AND {value} IS NULL"
        if variable.type == "integer":
            yield "not_whole", f"{value} <> floor({value})"
    if variable.min is not None:
        yield "too_small", f"{value} < {variable.min:f}"
    if variable.max is not None:
        yield "too_large", f"{value} > {variable.max:f}"


def _conditions(name: str, table: Table, rules: Rules) -> list[tuple[str, str, str]]:
    """(column, reason, SQL condition) of everything that can be wrong in one row by itself."""
    found = [(key, "no_key", f"{_key(key, table)} IS NULL") for key in _KEYS[name] if key not in table.clean]
    for variable in _variables(name, rules):
        given = table.columns.get(variable.name)
        if given is not None and variable.name in rules.used and variable.name not in table.clean:
            found += [(variable.name, reason, condition) for reason, condition in _faults(variable, given)]
    return found


def _refuse(connection: duckdb.DuckDBPyConnection, tables: dict[str, Table], rules: Rules, intake: Intake) -> None:
    """Find faults; when there are none, the typed rows are taken as they are."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE refused (file VARCHAR, row BIGINT, household VARCHAR, key VARCHAR, col VARCHAR, value VARCHAR, reason VARCHAR)"
    )
    for name, table in tables.items():
        conditions = _conditions(name, table, rules)
        any_fault, rounded = _look_through(connection, name, table, rules, conditions)
        intake.rounded += rounded
        if any_fault:
            _list_faults(connection, name, table, conditions)
        _list_repeats(connection, name, table)
    if "persons" in tables:
        _list_orphans(connection, tables)
    if rows(connection, "SELECT count(*) FROM refused")[0][0]:
        _accept_the_rest(connection, tables, intake)
    else:
        _accept_all(connection, tables)
    if "persons" in tables:
        intake.without_members = int(
            str(rows(connection, "SELECT count(*) FROM households ANTI JOIN persons USING (household_id)")[0][0])
        )


def _look_through(
    connection: duckdb.DuckDBPyConnection, name: str, table: Table, rules: Rules, conditions: list[tuple[str, str, str]]
) -> tuple[bool, int]:
    """In one pass: whether anything is wrong, and how many numbers have more than six places."""
    anywhere = " OR ".join(f"coalesce(bool_or({condition}), FALSE)" for _, _, condition in conditions) or "FALSE"
    longer = [
        _longer(v, table.columns[v.name])
        for v in _variables(name, rules)
        if v.name in rules.used and v.name in table.columns
    ]
    counted = " + ".join(f"count(*) FILTER (WHERE {condition})" for condition in longer if condition) or "0"
    if anywhere == "FALSE" and counted == "0":
        return False, 0
    fault, rounded = rows(connection, f"SELECT {anywhere}, {counted} FROM {table.relation}")[0]
    return bool(fault), int(str(rounded))


def _longer(variable: Variable, given: str) -> str:
    """SQL: whether a number as written has more than six places; empty where that cannot be."""
    if not variable.value_type.is_number:
        return ""
    name = quoted(variable.name)
    if given == "VARCHAR":
        power = f"coalesce({name} ILIKE '%e%' AND {_has_more(f'TRY_CAST({name} AS DOUBLE)', 'DOUBLE')}, FALSE)"
        return f"(regexp_matches({name}, '[.][0-9]{{6}}[0-9]*[1-9][0-9]* *$') OR {power})"
    if given in _NOISE:
        return _has_more(name, given)
    return f"{name} <> round({name}, 6)" if given.startswith("DECIMAL") and not given.endswith(_SIX_AT_MOST) else ""


def _has_more(number: str, kind: str) -> str:
    return f"(isfinite({number}) AND abs({number} - round({number}, 6)) > {_NOISE[kind]} * abs({number}))"


def _numbered(table: Table) -> str:
    return f"(SELECT *, row_number() OVER () AS {_ROW} FROM {table.relation})"


def _list_faults(
    connection: duckdb.DuckDBPyConnection, name: str, table: Table, conditions: list[tuple[str, str, str]]
) -> None:
    file = text(table.path.name)
    for column, reason, condition in conditions:
        connection.execute(
            f"INSERT INTO refused SELECT {file}, {_ROW}, trim(CAST(household_id AS VARCHAR)), trim(CAST({quoted(_KEYS[name][0])} AS VARCHAR)), "
            f"{text(column)}, CAST({quoted(column)} AS VARCHAR), {text(reason)} FROM {_numbered(table)} WHERE {condition}"
        )


def _list_repeats(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    key = _KEYS[name][0]
    written = _key(key, table)
    if not rows(connection, f"SELECT count(DISTINCT {written}) < count({written}) FROM {table.relation}")[0][0]:
        return
    repeated = f"SELECT {written} FROM {table.relation} WHERE {written} <> '' GROUP BY 1 HAVING count(*) > 1"
    connection.execute(
        f"INSERT INTO refused SELECT {text(table.path.name)}, {_ROW}, trim(CAST(household_id AS VARCHAR)), {written}, {text(key)}, {written}, 'repeated' "
        f"FROM {_numbered(table)} WHERE {written} IN ({repeated})"
    )


def _list_orphans(connection: duckdb.DuckDBPyConnection, tables: dict[str, Table]) -> None:
    table = tables["persons"]
    named = "(SELECT DISTINCT household_id FROM typed_persons WHERE household_id IS NOT NULL)"
    if rows(connection, f"SELECT 1 FROM {named} ANTI JOIN typed_households USING (household_id) LIMIT 1"):
        household = "trim(CAST(household_id AS VARCHAR))"
        connection.execute(
            f"INSERT INTO refused SELECT {text(table.path.name)}, {_ROW}, {household}, CAST(person_id AS VARCHAR), 'household_id', {household}, 'no_household' "
            f"FROM {_numbered(table)} WHERE {household} <> '' "
            f"AND {household} NOT IN (SELECT household_id FROM typed_households WHERE household_id IS NOT NULL)"
        )


def _accept_all(connection: duckdb.DuckDBPyConnection, tables: dict[str, Table]) -> None:
    for name in tables:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM typed_{name}")


def _accept_the_rest(connection: duckdb.DuckDBPyConnection, tables: dict[str, Table], intake: Intake) -> None:
    """Leave out refused rows with everything of their households, and note each row that goes."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE refused_households AS SELECT DISTINCT household FROM refused WHERE household IS NOT NULL"
    )
    for name, table in tables.items():
        keep = "household_id IS NOT NULL AND household_id NOT IN (SELECT household FROM refused_households)"
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM typed_{name} WHERE {keep}")
        connection.execute(
            f"INSERT INTO refused SELECT {text(table.path.name)}, row, household, key, 'household_id', household, 'of_refused_household' FROM "
            f"(SELECT {_ROW} AS row, trim(CAST(household_id AS VARCHAR)) AS household, trim(CAST({quoted(_KEYS[name][0])} AS VARCHAR)) AS key FROM {_numbered(table)}) AS t "
            f"WHERE household IN (SELECT household FROM refused_households) "
            f"AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.file = {text(table.path.name)} AND r.row = t.row)"
        )
        count = rows(connection, f"SELECT count(DISTINCT row) FROM refused WHERE file = {text(table.path.name)}")[0][0]
        setattr(intake, f"refused_{name}", int(str(count)))
    listed = rows(
        connection, "SELECT file, row, household, col, value, reason FROM refused ORDER BY file, row, col, reason"
    )
    intake.refusals = [
        Refusal(str(f), int(str(r)), str(h or ""), str(c), str(v or ""), str(reason))
        for f, r, h, c, v, reason in listed
    ]
