"""A sample as a relation: values, weights, strata, sampling units and groups, checked and counted before use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from diguan.numerics.problems import SampleRefused
from diguan.numerics.results import Tally
from diguan.rulebook.problems import N_

SINGLETONS = ("centred", "certainty", "refused")


@dataclass(frozen=True)
class Sample:
    """Rows of a survey or a register, one per person (or household), and which column says what.

    `relation` is SQL that can stand in FROM. Without `weight` every row stands for one; without `psu` every row is a
    sampling unit of its own; without `stratum` there is one stratum. A unit belongs to its stratum: the same name in
    two strata is two units. `singletons` says what a stratum with one unit adds to a variance: its distance from the
    mean of all units (`centred`), nothing (`certainty`), or that no error is given and the sample refused (`refused`).
    """

    relation: str
    weight: str = ""
    stratum: str = ""
    psu: str = ""
    by: tuple[str, ...] = ()
    singletons: str = "centred"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def number(value: float) -> str:
    """A number of double precision, as SQL."""
    return f"CAST('{value!r}' AS DOUBLE)"


def rows(connection: duckdb.DuckDBPyConnection, statement: str) -> list[tuple[object, ...]]:
    return connection.execute(statement).fetchall()


def whole(value: object) -> int:
    return int(str(value or 0))


def real(value: object) -> float | None:
    """A number that is one: what cannot be computed comes out of SQL as NULL, NaN or infinite."""
    if value is None:
        return None
    found = float(str(value))
    return found if abs(found) != float("inf") and found == found else None


# Types whose values may be no number: texts, NaN, infinite.
_CHECKED = ("VARCHAR", "FLOAT", "DOUBLE")


def numeric(column: str, kind: str) -> str:
    """SQL of a column as a number; NULL is unknown, and so are NaN, an empty text and NA."""
    name = quoted(column)
    if kind not in _CHECKED:
        return f"CAST({name} AS DOUBLE)"
    if kind == "VARCHAR":
        return f"CASE WHEN trim({name}) IN ('', 'NA') THEN NULL ELSE TRY_CAST(trim({name}) AS DOUBLE) END"
    return f"nullif(CAST({name} AS DOUBLE), CAST('NaN' AS DOUBLE))"


def label(column: str, kind: str) -> str:
    """SQL of a column as the name of a group, a stratum or a unit; an empty text is unknown."""
    return f"nullif(trim({quoted(column)}), '')" if kind == "VARCHAR" else quoted(column)


def prepare(connection: duckdb.DuckDBPyConnection, sample: Sample, values: Mapping[str, str]) -> Tally:
    """Make the views that estimates read: `sample_rows` and `sample_strata`; count what is in them.

    Rows of `sample_rows`: those with a weight. Columns: `w`, `stratum`, `psu`, `group_0` … and one for each of
    `values`, from name to the column it is read from.
    Raises: SampleRefused for a missing column, a value that is no number, a negative weight, an unknown stratum or
    unit, or, where that is the policy, a stratum with one unit.
    """
    kinds = _kinds(connection, sample, values.values())
    columns = [f"{numeric(source, kinds[source])} AS {name}" for name, source in values.items()]
    columns.append(f"{numeric(sample.weight, kinds[sample.weight]) if sample.weight else 'CAST(1 AS DOUBLE)'} AS w")
    for name, source in (("stratum", sample.stratum), ("psu", sample.psu)):
        columns.append(f"{label(source, kinds[source]) if source else '0'} AS {name}")
    columns += [f"{label(by, kinds[by])} AS group_{at}" for at, by in enumerate(sample.by)]
    connection.execute(f"CREATE OR REPLACE TEMP VIEW sample_all AS SELECT {', '.join(columns)} FROM {sample.relation}")
    connection.execute("CREATE OR REPLACE TEMP VIEW sample_rows AS SELECT * FROM sample_all WHERE w IS NOT NULL")
    numbers = {
        source: kinds[source] for source in (*values.values(), sample.weight) if source and kinds[source] in _CHECKED
    }
    found, without = _looked_over(connection, sample, numbers, kinds)
    units = "count(DISTINCT psu)" if sample.psu else "count(*)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sample_strata AS SELECT stratum, CAST({units} AS DOUBLE) AS n FROM sample_rows GROUP BY stratum"
    )
    counted = rows(connection, "SELECT count(*), sum(n), count(*) FILTER (WHERE n = 1) FROM sample_strata")[0]
    tally = Tally(found, without, *(round(float(str(count or 0))) for count in counted))
    if tally.single and sample.singletons == "refused":
        raise SampleRefused(
            N_("{count} strata have one sampling unit; choose what they add to the error."), count=tally.single
        )
    return tally


def _kinds(connection: duckdb.DuckDBPyConnection, sample: Sample, values: Iterable[str]) -> dict[str, str]:
    kinds = {str(row[0]): str(row[1]) for row in rows(connection, f"DESCRIBE SELECT * FROM {sample.relation}")}
    wanted = (*values, sample.weight, sample.stratum, sample.psu, *sample.by)
    for column in wanted:
        if column and column not in kinds:
            raise SampleRefused(
                N_("There is no column {column}. There are: {columns}."), column=column, columns=", ".join(kinds)
            )
    return kinds


def _looked_over(
    connection: duckdb.DuckDBPyConnection, sample: Sample, numbers: Mapping[str, str], kinds: Mapping[str, str]
) -> tuple[int, int]:
    """Rows and those without weight, after all was found to be what it should be."""
    asked = ["count(*)", "count(*) FILTER (WHERE weighed IS NULL)", "min(weighed)"]
    asked += [f"count(*) FILTER (WHERE {name} IS NULL)" for name in ("strata", "units")]
    for column, kind in numbers.items():
        cell, name = numeric(column, kind), quoted(column)
        given = f"{name} IS NOT NULL" + (f" AND trim({name}) NOT IN ('', 'NA')" if kind == "VARCHAR" else "")
        wrong = f"{given} AND ({cell} IS NULL OR isinf({cell}))" if kind == "VARCHAR" else f"isinf({cell})"
        asked.append(f"CAST(any_value({name}) FILTER (WHERE {wrong}) AS VARCHAR)")
    derived = [f"{numeric(sample.weight, kinds[sample.weight]) if sample.weight else '1.0'} AS weighed"]
    for name, column in (("strata", sample.stratum), ("units", sample.psu)):
        derived.append(f"{label(column, kinds[column]) if column else '0'} AS {name}")
    statement = f"SELECT {', '.join(asked)} FROM (SELECT *, {', '.join(derived)} FROM {sample.relation})"
    found, without, smallest, strata, units, *strange = rows(connection, statement)[0]
    for column, value in zip(numbers, strange, strict=True):
        if value is not None:
            raise SampleRefused(N_("{column}: “{value}” is not a number."), column=column, value=value)
    if smallest is not None and float(str(smallest)) < 0:
        raise SampleRefused(N_("{column} has negative weights."), column=sample.weight)
    for column, unknown in ((sample.stratum, strata), (sample.psu, units)):
        if unknown:
            raise SampleRefused(
                N_("{count} rows have no {column}; the design must be known of every row."),
                count=unknown, column=column,
            )  # fmt: skip
    return whole(found), whole(without)
