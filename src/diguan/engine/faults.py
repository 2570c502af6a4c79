"""What is wrong with the rows of the files: found by the column, listed by the row, and left out by the household."""

from collections.abc import Iterator

from diguan.engine import values
from diguan.engine.connection import rows
from diguan.engine.files import Table
from diguan.engine.problems import Refusal
from diguan.engine.session import Session
from diguan.engine.sql import quoted, text
from diguan.rulebook.pack import Variable
from diguan.rulebook.rules import Rules

# Share of a binary fraction that may be noise of its storage, and says nothing about decimal places.
_NOISE = {"DOUBLE": "1e-15", "FLOAT": "1e-7"}
_SIX_AT_MOST = tuple(f",{places})" for places in range(7))
_ROW = '"row of the file"'  # a name that no file gives its columns
_HOUSEHOLD = "trim(CAST(household_id AS VARCHAR))"


def look_for_faults(session: Session, tables: dict[str, Table], rules: Rules) -> int:
    """Make `refused` with the faults that rows have by themselves, and the keys that repeat.

    Returns how many numbers have more than six places.
    """
    begin(session)
    rounded = 0
    for name, table in tables.items():
        conditions = _conditions(name, table, rules)
        any_fault, longer = _look_through(session, name, table, rules, conditions)
        rounded += longer
        if any_fault:
            _list_faults(session, name, table, conditions)
        if not table.unique:
            _list_repeats(session, name, table)
    return rounded


def begin(session: Session) -> None:
    """Make `refused`, with nothing in it yet."""
    session.desk.execute(
        "CREATE OR REPLACE TEMP TABLE refused (file VARCHAR, row BIGINT, household VARCHAR, key VARCHAR, col VARCHAR, value VARCHAR, reason VARCHAR)"
    )


def look_for_orphans(session: Session, tables: dict[str, Table]) -> None:
    """Add to `refused` the persons who name no household, or one that is not there."""
    persons, households = tables["persons"], tables["households"]
    homes = f"SELECT {values.key('household_id', households)} AS household_id FROM {households.relation}"
    people = f"SELECT {values.key('household_id', persons)} AS household_id FROM {persons.relation}"
    if not session.rows(f"SELECT 1 FROM ({people}) AS p ANTI JOIN ({homes}) AS h USING (household_id) LIMIT 1"):
        return
    _list_faults(session, "persons", persons, [_no_key("household_id", persons)])
    lost = f"SELECT *, {_HOUSEHOLD} AS lost FROM {session.numbered(persons, _ROW)} WHERE {_HOUSEHOLD} <> ''"
    session.note(
        "refused",
        f"SELECT {text(persons.path.name)}, {_ROW}, lost, CAST(person_id AS VARCHAR), 'household_id', lost, 'no_household' "
        f"FROM ({lost}) AS p ANTI JOIN ({homes}) AS h ON p.lost = h.household_id",
    )


def any_padded(session: Session, persons: Table) -> bool:
    """Whether a person names the household otherwise than it is compared: with blanks around it, or not as a text."""
    if persons.columns["household_id"] != "VARCHAR":
        return True
    return bool(session.rows(f"SELECT 1 FROM {persons.relation} WHERE household_id <> trim(household_id) LIMIT 1"))


def any_refused(session: Session) -> bool:
    return rows(session.desk, "SELECT count(*) FROM refused")[0][0] != 0


def refuse_households(session: Session, tables: dict[str, Table]) -> dict[str, int]:
    """Make `refused_households`, and add to `refused` every other row of theirs; the number of refused rows by file."""
    session.desk.execute(
        "CREATE OR REPLACE TEMP TABLE refused_households AS SELECT DISTINCT household FROM refused WHERE household IS NOT NULL"
    )
    for name in ("refused", "refused_households"):
        session.lend(name)
    counts = {}
    for name, table in tables.items():
        file = text(table.path.name)
        session.note(
            "refused",
            f"SELECT {file}, row, household, key, 'household_id', household, 'of_refused_household' FROM "
            f"(SELECT {_ROW} AS row, {_HOUSEHOLD} AS household, trim(CAST({quoted(values.KEYS[name][0])} AS VARCHAR)) AS key FROM {session.numbered(table, _ROW)}) AS t "
            f"WHERE household IN (SELECT household FROM refused_households) "
            f"AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.file = {file} AND r.row = t.row)",
        )
        found = rows(session.desk, f"SELECT count(DISTINCT row) FROM refused WHERE file = {file}")
        counts[name] = int(str(found[0][0]))
    return counts


def refusals(session: Session) -> list[Refusal]:
    """What stands in `refused`, by file and row."""
    listed = rows(
        session.desk, "SELECT file, row, household, col, value, reason FROM refused ORDER BY file, row, col, reason"
    )
    return [
        Refusal(str(f), int(str(r)), str(h or ""), str(c), str(v or ""), str(reason))
        for f, r, h, c, v, reason in listed
    ]


def _faults(variable: Variable, given: str) -> Iterator[tuple[str, str]]:
    """Reasons for which a cell is refused, each with the SQL condition; `given` is the column's type in the file."""
    if variable.type == "identifier":
        return  # a doubtful number is flagged, never refused
    value, name = values.typed(variable, given), quoted(variable.name)
    present = f"{values.written(variable)} IS NOT NULL" if given == "VARCHAR" else f"{name} IS NOT NULL"
    if variable.type == "code":
        yield "not_a_code", f"{present} AND {value} NOT IN ({', '.join(text(code) for code in variable.codes)})"
    elif variable.type != "text" and (variable.type == "date" or not values.is_exact(variable, given)):
        reason = {"boolean": "not_a_truth", "date": "not_a_date"}.get(variable.type, "not_a_number")
        yield reason, f"{present} AND {value} IS NULL"
        if variable.type == "integer":
            yield "not_whole", f"{value} <> floor({value})"
    if variable.min is not None:
        yield "too_small", f"{value} < {variable.min:f}"
    if variable.max is not None:
        yield "too_large", f"{value} > {variable.max:f}"


def _no_key(key: str, table: Table) -> tuple[str, str, str]:
    return key, "no_key", f"{values.key(key, table)} IS NULL"


def _conditions(name: str, table: Table, rules: Rules) -> list[tuple[str, str, str]]:
    """(column, reason, SQL condition) of everything that can be wrong in one row by itself; a person's household apart."""
    key = values.KEYS[name][0]
    found = [] if key in table.clean else [_no_key(key, table)]
    for variable in values.variables(name, rules):
        given = table.columns.get(variable.name)
        if given is not None and variable.name in rules.used and variable.name not in table.clean:
            found += [(variable.name, reason, condition) for reason, condition in _faults(variable, given)]
    return found


def _look_through(
    session: Session, name: str, table: Table, rules: Rules, conditions: list[tuple[str, str, str]]
) -> tuple[bool, int]:
    """In one pass: whether anything is wrong, and how many numbers have more than six places."""
    anywhere = " OR ".join(f"coalesce(bool_or({condition}), FALSE)" for _, _, condition in conditions) or "FALSE"
    longer = [
        _longer(v, table.columns[v.name])
        for v in values.variables(name, rules)
        if v.name in rules.used and v.name in table.columns
    ]
    counted = " + ".join(f"count(*) FILTER (WHERE {condition})" for condition in longer if condition) or "0"
    if anywhere == "FALSE" and counted == "0":
        return False, 0
    fault, rounded = session.rows(f"SELECT {anywhere}, {counted} FROM {table.relation}")[0]
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
    return f"rule_has_more({number}, {_NOISE[kind]})"


def _list_faults(session: Session, name: str, table: Table, conditions: list[tuple[str, str, str]]) -> None:
    """In one pass; only rows with a fault are taken apart."""
    anything = " OR ".join(f"({condition})" for _, _, condition in conditions)
    each = ", ".join(
        f"CASE WHEN {condition} THEN {{'col': {text(column)}, 'value': CAST({quoted(column)} AS VARCHAR), 'reason': {text(reason)}}} END"
        for column, reason, condition in conditions
    )
    found = (
        f"SELECT {_ROW}, {_HOUSEHOLD} AS household, trim(CAST({quoted(values.KEYS[name][0])} AS VARCHAR)) AS key, [{each}] AS faults "
        f"FROM {session.numbered(table, _ROW)} WHERE {anything}"
    )
    session.note(
        "refused",
        f"SELECT {text(table.path.name)}, {_ROW}, household, key, fault.col, fault.value, fault.reason "
        f"FROM (SELECT *, unnest(faults) AS fault FROM ({found})) WHERE fault IS NOT NULL",
    )


def _list_repeats(session: Session, name: str, table: Table) -> None:
    key = values.KEYS[name][0]
    written = values.key(key, table)
    repeated = f"SELECT {written} FROM {table.relation} WHERE {written} <> '' GROUP BY 1 HAVING count(*) > 1"
    session.note(
        "refused",
        f"SELECT {text(table.path.name)}, {_ROW}, {_HOUSEHOLD}, {written}, {text(key)}, {written}, 'repeated' "
        f"FROM {session.numbered(table, _ROW)} WHERE {written} IN ({repeated})",
    )
