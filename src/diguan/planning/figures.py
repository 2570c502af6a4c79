"""What came out of a trial, read from its files within the reader's scope: counts by place, and the households behind them.

Counts of a place are told to who may see all of it, as counts of screenings are. Households are told by where they are on
file now: who has moved out of a reader's places since is counted, and not listed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from uuid import UUID

import duckdb

from diguan.access.scope import Scope
from diguan.engine import trying
from diguan.engine.connection import connect
from diguan.engine.sql import text
from diguan.engine.tried import ALL
from diguan.places.models import Place
from diguan.registry.models import Household
from diguan.screening.flow_queries import Flown

MEMORY = "512MB"


class FiguresGone(Exception):
    """The files of a trial are not where they were."""


class OutOfScope(Exception):
    """A place that the reader may not see all of."""


@dataclass(frozen=True)
class Grouped:
    """Households and persons of a group that go one way; of kind `all`, that there are."""

    grouping: str
    value: str | None
    kind: str
    name: str
    before: str
    after: str
    households: int
    persons: int


@dataclass(frozen=True)
class Near:
    """Households and persons with another outcome if a number moved on to a value."""

    parameter: str
    value: str
    kind: str
    name: str
    before: str
    after: str
    households: int
    persons: int


@dataclass(frozen=True)
class Short:
    """Who is below the line, and the money they lack up to it in a year; persons whose income is unknown."""

    households: int
    persons: int
    money: Decimal
    unknown: int


@dataclass(frozen=True)
class Wanted:
    """The households behind a number: a way that they go, or with `parameter` who is near the edge of it."""

    place: Place
    kind: str
    name: str
    before: str = ""
    after: str = ""
    parameter: str = ""
    value: str = ""

    def described(self) -> dict[str, str]:
        parts = {"kind": self.kind, "name": self.name, "before": self.before, "after": self.after}
        parts |= {"parameter": self.parameter, "value": self.value, "place": self.place.code}
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True)
class Row:
    """A household of a list as the trial found it; `income` per person where the pack says what it is."""

    household: Household
    before: str
    after: str
    causes: Sequence[str]
    income: Decimal | None


@dataclass(frozen=True)
class Listed:
    """Some households of a list; `total` with those who live elsewhere now, `elsewhere` of these here."""

    rows: list[Row]
    total: int
    elsewhere: int


@dataclass(frozen=True)
class Figures:
    """The files of one trial. Raises, whatever is asked: FiguresGone; OutOfScope for a place not covered by the scope."""

    folder: Path
    scope: Scope
    income: str = field(default="")  # the variable that says the income per person, if there is one

    @cached_property
    def _db(self) -> duckdb.DuckDBPyConnection:
        if not (self.folder / trying.MARK).is_file():
            raise FiguresGone
        return connect(memory=MEMORY)

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        return self._db.execute(statement, list(values)).fetchall()

    def _file(self, *path: str) -> str:
        return f"read_parquet({text(str(self.folder.joinpath(*path)))})"

    def _covered(self, places: Iterable[Place]) -> dict[str, Place]:
        """The places by code. Nobody is told of a place that they may not see all of."""
        found = {place.code: place for place in places}
        if any(not self.scope.covers(place.number, place.upper) for place in found.values()):
            raise OutOfScope
        return found

    def flows(self, places: Iterable[Place], kind: str, name: str) -> dict[int, list[Flown]]:
        """Who goes which way, those who stay included, by place id."""
        by_code = self._covered(places)
        found: dict[int, list[Flown]] = {place.pk: [] for place in by_code.values()}
        rows = self._rows(
            f"SELECT place, before, after, reason, households, persons_before, persons_after FROM {self._file(trying.COMPARISON, 'flows.parquet')} "
            "WHERE level > 0 AND kind = ? AND name = ? AND list_contains(?, place) ORDER BY ALL",
            [kind, name, list(by_code)],
        )
        for code, *rest in rows:
            found[by_code[str(code)].pk].append(Flown(*rest))  # type: ignore[arg-type]
        return found

    def counts(self, places: Iterable[Place], *, grouped: bool) -> dict[int, list[Grouped]]:
        """How many go which way, by place id: everybody, or group by group with how many there are of each."""
        by_code = self._covered(places)
        found: dict[int, list[Grouped]] = {place.pk: [] for place in by_code.values()}
        which = "grouping <> ''" if grouped else f"grouping = '' AND kind <> {text(ALL)}"
        rows = self._rows(
            f"SELECT place, grouping, value, kind, name, before, after, households, persons FROM {self._file(trying.COUNTS)} "
            f"WHERE level > 0 AND {which} AND list_contains(?, place) ORDER BY ALL",
            [list(by_code)],
        )
        for code, *rest in rows:
            found[by_code[str(code)].pk].append(Grouped(*rest))  # type: ignore[arg-type]
        return found

    def near(self, place: Place) -> list[Near]:
        self._covered([place])
        rows = self._rows(
            f"SELECT parameter, value, kind, name, before, after, households, persons FROM {self._file(trying.EDGES)} "
            "WHERE level > 0 AND place = ? ORDER BY parameter, CAST(value AS DECIMAL(18, 6)), kind DESC, name, before, after",
            [place.code],
        )
        return [Near(*row) for row in rows]  # type: ignore[arg-type]

    @property
    def has_money(self) -> bool:
        return (self.folder / trying.LACKING).is_file()

    def money(self, places: Iterable[Place]) -> dict[int, tuple[Short, Short]]:
        """Who lacks how much up to the line, as it is and as it would be, by place id; nothing where there is no line."""
        by_code = self._covered(places)
        if not self.has_money:
            return {}
        sides = ", ".join(f"households_{w}, persons_{w}, money_{w}, unknown_{w}" for w in ("before", "after"))
        rows = self._rows(
            f"SELECT place, {sides} FROM {self._file(trying.LACKING)} WHERE level > 0 AND list_contains(?, place)",
            [list(by_code)],
        )
        return {by_code[str(code)].pk: (Short(*rest[:4]), Short(*rest[4:])) for code, *rest in rows}  # type: ignore[arg-type]

    def causes(self, place: Place) -> dict[tuple[str, str, str, str], list[str]]:
        """What each way lies in: (kind, name, before, after) and the names of numbers and rules."""
        self._covered([place])
        rows = self._rows(
            "SELECT kind, name, before, after, list_sort(list_distinct(flatten(list(causes)))) "
            f"FROM {self._changes} WHERE place_number >= ? AND place_number < ? GROUP BY 1, 2, 3, 4",
            [place.number, place.upper],
        )
        return {(str(k), str(n), str(b), str(a)): list(c) for k, n, b, a, c in rows}  # type: ignore[call-overload]

    @property
    def _changes(self) -> str:
        return self._file(trying.COMPARISON, "changes.parquet")

    def households(self, wanted: Wanted, skip: int, size: int) -> Listed:
        """Some of the households behind a number, by place; those that live out of scope now are counted alone."""
        self._covered([wanted.place])
        source, condition, values = self._behind(wanted)
        total = int(str(self._rows(f"SELECT count(*) FROM {source} AS c WHERE {condition}", values)[0][0]))
        income = f'd."{self.income}"' if self.income else "NULL"
        joined = (
            f"LEFT JOIN {self._file(trying.TRIAL, 'derived.parquet')} d USING (household_id)" if self.income else ""
        )
        some = (
            f"SELECT * FROM {source} AS c WHERE {condition} ORDER BY place, household_id LIMIT {size:d} OFFSET {skip:d}"
        )
        rows = self._rows(
            f"SELECT household_id, before, after, causes, {income} FROM ({some}) AS c {joined} ORDER BY place, household_id",
            values,
        )
        keys = [UUID(str(row[0])) for row in rows]
        here = Household.objects.within(self.scope).filter(key__in=keys).select_related("place")
        by_key = {household.key: household for household in here}
        listed = [
            Row(by_key[key], str(before), str(after), list(causes), amount)  # type: ignore[call-overload, arg-type]
            for key, (_, before, after, causes, amount) in zip(keys, rows, strict=True)
            if key in by_key
        ]
        return Listed(listed, total, len(keys) - len(listed))

    def _behind(self, wanted: Wanted) -> tuple[str, str, list[object]]:
        """The file, the condition and its values."""
        asked = {"before": wanted.before, "after": wanted.after, "parameter": wanted.parameter, "value": wanted.value}
        condition = "kind = ? AND name = ? AND before <> after AND place_number >= ? AND place_number < ?"
        values: list[object] = [wanted.kind, wanted.name, wanted.place.number, wanted.place.upper]
        for name, value in asked.items():
            if value:
                condition, values = f"{condition} AND {name} = ?", [*values, value]
        if not wanted.parameter:
            return self._changes, condition, values
        near = f"(SELECT *, CAST([':' || parameter] AS VARCHAR[]) AS causes FROM {self._file(trying.NEAR)})"
        return near, condition, values
