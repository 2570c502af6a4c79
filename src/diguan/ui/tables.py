"""Tables: columns of one kind each, sorted and chosen through the address, paged by key, empty with a next step."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import QueryDict

from diguan.ui import formats, outcomes, paging
from diguan.ui.empties import Empty

Kind = Literal["text", "number", "money", "percent", "date", "outcome"]
NUMERIC = ("number", "money", "percent")
COLUMNS_PARAM = "column"
SORT_PARAM = "sort"


@dataclass(frozen=True)
class Column:
    """One column.

    `key` reads the row (attribute or mapping key, dotted); `value` reads it where that is not enough.
    `template` renders cells that hold more than one value, with `row` and `value`.
    `sort` is the term the column sorts by; an `is_optional` column may be left out by the reader, and
    one that is not `is_shown` appears only when chosen.
    """

    key: str
    label: str
    kind: Kind = "text"
    value: Callable[[Any], Any] | None = None
    href: Callable[[Any], str | None] | None = None
    template: str = ""
    sort: str = ""
    currency: str | None = None
    places: int | None = None
    is_optional: bool = False
    is_shown: bool = True

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC

    def read(self, row: Any) -> Any:
        if self.value is not None:
            return self.value(row)
        for part in self.key.split("."):
            row = row.get(part) if isinstance(row, dict) else getattr(row, part, None)
        return row


@dataclass(frozen=True)
class Head:
    column: Column
    sort_href: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Cell:
    column: Column
    row: Any
    value: Any
    text: str = ""
    href: str | None = None
    outcome: outcomes.Badge | None = None

    @property
    def is_unknown(self) -> bool:
        return formats.is_unknown(self.value)


@dataclass(frozen=True)
class Line:
    cells: list[Cell]
    href: str | None = None


@dataclass(frozen=True)
class Table:
    """A table over the rows of one page.

    `params` are the page's GET parameters; with them the table links its sorting and its choice of columns.
    `sort` is the order in force ("-" descends). `caption` says what the table holds.
    """

    caption: str
    columns: Sequence[Column]
    rows: Iterable[Any]
    page: "paging.Page[Any] | None" = None
    params: QueryDict | None = None
    sort: str = ""
    empty: Empty | None = None
    export_href: str = ""
    row_href: Callable[[Any], str | None] | None = None
    key: str = "results"
    total_rows: Iterable[Any] = field(default_factory=tuple)

    @property
    def chosen(self) -> list[Column]:
        """Columns shown: those the reader chose, or the ones shown at first."""
        names = self.params.getlist(COLUMNS_PARAM) if self.params is not None else []
        if not any(column.key in names for column in self.columns):
            return [column for column in self.columns if column.is_shown]
        return [column for column in self.columns if column.key in names or not column.is_optional]

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        shown = self.chosen
        return [(column, column in shown) for column in self.columns if column.is_optional]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form that chooses columns must carry along."""
        if self.params is None:
            return []
        gone = (COLUMNS_PARAM, "after", "before")
        return [(name, item) for name, items in self.params.lists() if name not in gone for item in items]

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.chosen]

    def lines(self, money_unit: str, currency: str | None) -> list[Line]:
        return [self._line(row, money_unit, currency) for row in self.rows]

    def totals(self, money_unit: str, currency: str | None) -> list[Line]:
        return [self._line(row, money_unit, currency) for row in self.total_rows]

    def _head(self, column: Column) -> Head:
        if not column.sort or self.params is None:
            return Head(column)
        current = self.sort.removeprefix("-") == column.sort
        direction = ("descending" if self.sort.startswith("-") else "ascending") if current else ""
        first_descends = column.is_numeric
        descends = direction == "ascending" if current else first_descends
        query = self.params.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        query[SORT_PARAM] = ("-" if descends else "") + column.sort
        return Head(column, "?" + query.urlencode(), direction)

    def _line(self, row: Any, money_unit: str, currency: str | None) -> Line:
        cells = [_cell(column, row, money_unit, currency) for column in self.chosen]
        return Line(cells, self.row_href(row) if self.row_href else None)


def _cell(column: Column, row: Any, money_unit: str, currency: str | None) -> Cell:
    value = column.read(row)
    href = column.href(row) if column.href else None
    if column.template:
        return Cell(column, row, value, href=href)
    if column.kind == "outcome":
        return Cell(column, row, value, outcome=outcomes.badge(value), href=href)
    if column.kind == "number" and column.places is not None:
        text = formats.number(value, column.places)
    elif column.kind == "percent" and column.places is not None:
        text = formats.percent(value, column.places)
    else:
        text = formats.typed(value, column.kind, unit=money_unit, currency=column.currency or currency)
    return Cell(column, row, value, text, href)


def sort_term(params: QueryDict, columns: Sequence[Column], default: str) -> str:
    """The order the address asks for if a column offers it, else `default`."""
    asked = params.get(SORT_PARAM, "")
    return asked if asked.removeprefix("-") in {column.sort for column in columns if column.sort} else default
