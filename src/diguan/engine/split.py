"""A file with one row per person that repeats the household's columns, split into households and persons."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from diguan.engine.connection import connect, rows
from diguan.engine.files import open_table
from diguan.engine.folders import scratch_folder
from diguan.engine.problems import DataRefused
from diguan.engine.sql import quoted, text
from diguan.rulebook.pack import Pack
from diguan.rulebook.problems import N_


@dataclass(frozen=True)
class Keys:
    """Columns of the file that name the household, the person and the place."""

    household: str
    person: str
    place: str | None = None


@dataclass(frozen=True)
class Split:
    households: int
    persons: int
    ignored: list[str]
    template: str = N_("{households} households and {persons} persons written to {folder}.")
    ignored_template: str = N_("Columns that the dictionary does not have were left aside: {columns}.")


def split_file(pack: Pack, file: Path, out: Path, keys: Keys) -> Split:
    """Write households.parquet and persons.parquet to `out`; values stay as written and are checked when screened.

    Raises: DataRefused when a column is missing, or a household's column differs between its persons.
    """
    household, person, place = keys.household, keys.person, keys.place
    if not file.is_file():
        raise DataRefused(N_("There is no file {file}."), file=file)
    with scratch_folder() as scratch, connect(spill=scratch) as connection:
        table = open_table(connection, file, scratch)
        for column in (household, person, *([place] if place else [])):
            if column not in table.columns:
                raise DataRefused(
                    N_("{file} has no column {column}; its columns are: {columns}."),
                    file=file.name, column=column, columns=", ".join(table.columns),
                )  # fmt: skip
        own = {
            entity: [v.name for v in pack.variables.values() if v.entity == entity and v.name in table.columns]
            for entity in ("household", "person")
        }
        connection.execute(f"CREATE TEMP VIEW source AS SELECT * FROM {table.relation}")
        key = f"CAST({quoted(household)} AS VARCHAR)"
        _check_constant(connection, file, key, [*own["household"], *([place] if place else [])])
        out.mkdir(parents=True, exist_ok=True)
        named = "".join(f", any_value({quoted(name)}) AS {quoted(name)}" for name in own["household"])
        where = f", any_value(CAST({quoted(place)} AS VARCHAR)) AS place" if place else ""
        homes = f"SELECT {key} AS household_id{where}{named} FROM source GROUP BY 1 ORDER BY min(rowid_of_row)"
        numbered = "(SELECT *, row_number() OVER () AS rowid_of_row FROM source)"
        connection.execute(
            f"COPY ({homes.replace('FROM source', 'FROM ' + numbered)}) TO {text(str(out / 'households.parquet'))} (FORMAT parquet)"
        )
        people = "".join(f", {quoted(name)}" for name in own["person"])
        connection.execute(
            f"COPY (SELECT CAST({quoted(person)} AS VARCHAR) AS person_id, {key} AS household_id{people} FROM source) "
            f"TO {text(str(out / 'persons.parquet'))} (FORMAT parquet)"
        )
        count, persons = rows(connection, f"SELECT count(DISTINCT {key}), count(*) FROM source")[0]
    used = {household, person, place, *own["household"], *own["person"]}
    return Split(int(str(count)), int(str(persons)), [column for column in table.columns if column not in used])


def _check_constant(connection: duckdb.DuckDBPyConnection, file: Path, key: str, columns: list[str]) -> None:
    """Each household column must be the same for all persons of a household."""
    for column in columns:
        differing = rows(
            connection,
            f"SELECT {key} FROM source GROUP BY 1 HAVING count(DISTINCT {quoted(column)}) > 1 "
            f"OR (count({quoted(column)}) > 0 AND count({quoted(column)}) < count(*)) LIMIT 1",
        )
        if differing:
            raise DataRefused(
                N_("{file}: {column} differs between the persons of household {key}; it should be the same for all."),
                file=file.name, column=column, key=differing[0][0],
            )  # fmt: skip
