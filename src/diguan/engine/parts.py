"""Households cut into parts that are judged one after another: less memory at a time, and less to do again when cut off.

Possible where the files of households and persons lie in the same order, as those of snapshots do: then a part is a range of
rows of both. Whether a cut is right is told by counting: every person of the files is found in a household of its part.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from diguan.engine import values
from diguan.engine.files import Table
from diguan.engine.intake import Intake
from diguan.engine.session import Session
from diguan.engine.sql import quoted, text

ROW = "file_row_number"  # as DuckDB calls it
_NEAR = 64  # households before a cut, of which one at least has members

Ranges = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Part:
    """Rows of the files, from the first (counted from 0) to before the last."""

    number: int
    ranges: Ranges

    @property
    def file(self) -> str:
        return f"part-{self.number:05}.parquet"

    def table(self, name: str, table: Table) -> Table:
        """The table of a file, cut to this part, with the numbers of its rows."""
        start, end = self.ranges[name]
        rows = f"read_parquet({text(str(table.path))}, {ROW} = true) WHERE {ROW} >= {start} AND {ROW} < {end}"
        return replace(table, relation=f"(SELECT * FROM {rows})", ordinal=ROW if name == "households" else "")


def cut(session: Session, intake: Intake, size: int) -> list[Part]:
    """Parts of about `size` households; none where the files do not allow it, or are hardly larger than one part."""
    tables = intake.tables
    if not all(_is_one_file(table) for table in tables.values()):
        return []
    rows = {name: _rows(session, table) for name, table in tables.items()}
    count = rows["households"] // size
    if count < 2:
        return []
    cuts = {"households": [rows["households"] * number // count for number in range(count + 1)]}
    if "persons" in tables:
        inner = _members_before(session, tables, cuts["households"][1:-1])
        cuts["persons"] = [0, *inner, rows["persons"]]
        if cuts["persons"] != sorted(cuts["persons"]) or len(cuts["persons"]) != count + 1:
            return []
    return [Part(number, {name: (at[number], at[number + 1]) for name, at in cuts.items()}) for number in range(count)]


def _is_one_file(table: Table) -> bool:
    return (
        isinstance(table.path, Path)
        and table.path.suffix == ".parquet"
        and table.path.is_file()
        and ROW not in table.columns
    )


def _rows(session: Session, table: Table) -> int:
    return int(str(session.rows(f"SELECT num_rows FROM parquet_file_metadata({text(str(table.path))})")[0][0]))


def _members_before(session: Session, tables: Mapping[str, Table], cuts: list[int]) -> list[int]:
    """For each cut of the households, how many persons' rows lie before it, if both files lie in the same order.

    The last member of the nearest household before the cut that has any tells.
    """
    homes, people = tables["households"], tables["persons"]
    near = " OR ".join(f"{ROW} BETWEEN {max(cut - _NEAR, 0)} AND {cut - 1}" for cut in cuts)
    numbered = f"read_parquet({text(str(homes.path))}, {ROW} = true)"
    keys = f"SELECT {values.key('household_id', homes)} AS household_id, {ROW} AS home FROM {numbered} WHERE {near}"
    members = f"read_parquet({text(str(people.path))}, {ROW} = true)"
    named = f"SELECT {values.key('household_id', people)} AS household_id, {ROW} AS row FROM {members}"
    found = session.rows(
        f"SELECT home, max(row) + 1 FROM ({named}) AS p JOIN ({keys}) AS h USING ({quoted('household_id')}) GROUP BY home"
    )
    ends = {int(str(home)): int(str(end)) for home, end in found}
    nearest = [next((ends[home] for home in range(cut - 1, cut - 1 - _NEAR, -1) if home in ends), None) for cut in cuts]
    return [end for end in nearest if end is not None]
