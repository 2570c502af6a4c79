"""Households and persons from files, checked against the dictionary: typed views, and refusals with reasons.

Nothing is guessed: a value that is not what the dictionary says refuses its row, and with it the whole household,
because a household with a missing member would be judged wrongly. Empty and `NA` are unknown.
"""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath

import duckdb

from diguan.engine import faults, values
from diguan.engine.files import Location, Table, unreadable
from diguan.engine.problems import DataRefused, Refusal
from diguan.engine.session import Session, write
from diguan.engine.sql import text
from diguan.engine.stages import Stages
from diguan.rulebook.problems import N_
from diguan.rulebook.rules import Rules


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
    exact_keys: bool = True  # households and persons name their household exactly as it is compared
    hopeful: bool = False  # all is well, unless a person names no household, or one that is not there
    refusals: list[Refusal] = field(default_factory=list)
    refused_households: int = 0
    refused_persons: int = 0
    rounded: int = 0
    ignored: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)  # columns that only checks read, and the files lack
    tables: dict[str, Table] = field(default_factory=dict)


def take_in(session: Session, rules: Rules, folder: Location, scratch: Path, checks: Checks = EVERYTHING) -> Intake:
    """Make the views `households` and `persons` from the files in `folder`.

    Whether every person's household is there may be left open (`hopeful`), for a screening brings households and
    persons together anyway: when their numbers do not agree afterwards, or to know now, `settle` it.

    Rows: one per household and one per person, in views of the session.
    Unknown: empty cells and `NA`; whole columns too where the checks say so.
    Raises: DataRefused when a file or a needed column is missing.
    """
    try:
        return _taken_in(session, rules, _tables(session, rules, folder, scratch), checks)
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        # Only reading shows that a Parquet file is damaged in its middle.
        raise unreadable(PurePath(folder), error) from error


_NOTED = (
    "households", "persons", "has_persons", "has_places", "exact_keys", "hopeful", "refused_households",
    "refused_persons", "rounded", "ignored", "absent",
)  # fmt: skip


def keep(stages: Stages, session: Session, intake: Intake) -> None:
    """Keep what reading and checking has found, so that one who goes on need not look again."""
    if not stages.are_kept:
        return
    tables = {name: {"clean": sorted(table.clean), "unique": table.unique} for name, table in intake.tables.items()}
    number = 1 + (stages.fact("reading") or {"number": 0})["number"]
    if intake.refusals:
        for name in _REFUSED:
            stages.keep_file(f"{name}-{number}.parquet", partial(write, session.desk, f"FROM {name}"))
    noted = {name: getattr(intake, name) for name in _NOTED}
    refused = [f"{name}-{number}.parquet" for name in _REFUSED if intake.refusals]
    stages.keep_fact("reading", {**noted, "tables": tables, "number": number, "refused": refused})


_REFUSED = ("refused", "refused_households")


def take_up(stages: Stages, session: Session, rules: Rules, folder: Location, scratch: Path) -> Intake | None:
    """What an earlier run had found in the same data; None if it had not come so far."""
    noted = stages.fact("reading")
    files = [stages.file(name) for name in noted["refused"]] if noted else []
    if noted is None or None in files:
        return None
    intake = Intake(**{name: noted[name] for name in _NOTED})
    for name, table in _tables(session, rules, folder, scratch).items():
        seen = noted["tables"][name]
        intake.tables[name] = replace(table, clean=frozenset(seen["clean"]), unique=seen["unique"])
    faults.begin(session)
    for name, file in zip(_REFUSED, files, strict=False):
        session.desk.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM read_parquet({text(str(file))})")
    intake.refusals = faults.refusals(session)
    lay(session, rules, intake, intake.tables)
    return intake


def _taken_in(session: Session, rules: Rules, tables: dict[str, Table], checks: Checks) -> Intake:
    intake = Intake(tables=tables)
    intake.has_persons = "persons" in tables
    intake.has_places = "place" in tables["households"].columns
    for name, table in tables.items():
        _check_columns(name, table, rules, intake, checks.missing_as_unknown)
        if checks.trusted:
            tables[name] = replace(table, clean=frozenset(table.columns))
        else:
            tables[name] = session.looked_over(name, table, rules)
    intake.exact_keys = "household_id" in tables["households"].clean
    if not checks.trusted:
        intake.rounded = faults.look_for_faults(session, tables, rules)
        if faults.any_refused(session):
            return settle(session, rules, intake)
        intake.hopeful = intake.has_persons
    _accept_all(session, rules, intake)
    return intake


def settle(session: Session, rules: Rules, intake: Intake) -> Intake:
    """Look for persons without a household as well, and leave out everything that is refused.

    Returns the same intake, with nothing left open; the views are made anew.
    """
    intake.hopeful = False
    tables = intake.tables
    if intake.has_persons:
        tables["persons"] = replace(tables["persons"], clean=tables["persons"].clean - {"household_id"})
        intake.exact_keys &= not faults.any_padded(session, tables["persons"])
        faults.look_for_orphans(session, tables)
    _accept_all(session, rules, intake)
    if faults.any_refused(session):
        counts = faults.refuse_households(session, tables)
        intake.refused_households, intake.refused_persons = counts["households"], counts.get("persons", 0)
        intake.refusals = faults.refusals(session)
        _accept_the_rest(session, rules, intake)
    return intake


def lay(session: Session, rules: Rules, intake: Intake, tables: dict[str, Table]) -> None:
    """Make the views `households` and `persons` of these tables, without what was refused."""
    keep = "household_id IS NOT NULL AND household_id NOT IN (SELECT household FROM refused_households)"
    for name, table in tables.items():
        everything = values.select(name, table, rules)
        session.view(name, f"SELECT * FROM ({everything}) WHERE {keep}" if intake.refusals else everything)


def _accept_all(session: Session, rules: Rules, intake: Intake) -> None:
    lay(session, rules, intake, intake.tables)
    relations = {name: table.relation for name, table in intake.tables.items()}
    _count(session, intake, relations)


def _accept_the_rest(session: Session, rules: Rules, intake: Intake) -> None:
    lay(session, rules, intake, intake.tables)
    _count(session, intake, {name: name for name in intake.tables})


def _count(session: Session, intake: Intake, relations: dict[str, str]) -> None:
    for name, relation in relations.items():
        setattr(intake, name, int(str(session.rows(f"SELECT count(*) FROM {relation}")[0][0])))


def _tables(session: Session, rules: Rules, folder: Location, scratch: Path) -> dict[str, Table]:
    if isinstance(folder, Path) and not folder.is_dir():
        raise DataRefused(N_("There is no folder {folder}."), folder=folder)
    tables: dict[str, Table] = {}
    for name in ("households", "persons"):
        table = session.open(folder, name, scratch)
        if table is not None:
            tables[name] = table
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


def _check_columns(name: str, table: Table, rules: Rules, intake: Intake, missing_as_unknown: bool) -> None:
    for key in values.KEYS[name]:
        if key not in table.columns:
            raise DataRefused(
                N_("{file} has no column {column}; its columns are: {columns}."),
                file=table.path.name, column=key, columns=", ".join(list(table.columns)[:30]),
            )  # fmt: skip
    known = {variable.name: variable for variable in values.variables(name, rules) if variable.name in rules.used}
    lacking = {n for n, variable in known.items() if n not in table.columns and not values.is_readable(variable, table)}
    intake.absent += [f"{table.path.name}: {column}" for column in sorted(lacking - rules.needed)]
    missing = sorted(lacking & rules.needed)
    if missing and not missing_as_unknown:
        raise DataRefused(
            N_("{file} lacks columns that the rules read: {columns}. Add them (empty cells are unknown), or say --missing-as-unknown."),
            file=table.path.name, columns=", ".join(missing),
        )  # fmt: skip
    own = {*values.KEYS[name], "place", "place_number"} if name == "households" else set(values.KEYS[name])
    own |= {variable.name for variable in values.variables(name, rules)}
    intake.ignored += [f"{table.path.name}: {column}" for column in table.columns if column not in own]
