"""The matrix of standards × places: number, outcome and shade, each cell a link to its households."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from diguan.ui import outcomes, shades


@dataclass(frozen=True)
class Cell:
    """`value` None is unknown; `also` adds a second count (usually the unknown ones) with its own link."""

    value: int | None
    href: str = ""
    also: int | None = None
    also_href: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    cells: Sequence[Cell]
    href: str = ""


@dataclass(frozen=True)
class ShownCell:
    cell: Cell
    shade: int | None
    row: Row
    head: str


@dataclass(frozen=True)
class Matrix:
    """Rows are places, columns are standards.

    The main number counts `outcome`, the second `also_outcome`. Shades are quantile classes over the whole matrix;
    `total` is a last row that is not shaded.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Row]
    corner: str = ""
    outcome: str = outcomes.NOT_MET
    also_outcome: str = outcomes.UNKNOWN
    total: Row | None = None
    unit: str = ""

    @cached_property
    def scale(self) -> shades.Scale:
        return shades.scale([cell.value for row in self.rows for cell in row.cells])

    @property
    def badge(self) -> outcomes.Badge:
        return outcomes.badge(self.outcome)

    @property
    def also_badge(self) -> outcomes.Badge:
        return outcomes.badge(self.also_outcome)

    @property
    def has_also(self) -> bool:
        return any(cell.also is not None for row in self.rows for cell in row.cells)

    @property
    def shown(self) -> list[tuple[Row, list[ShownCell]]]:
        return [
            (
                row,
                [
                    ShownCell(cell, self.scale.shade(cell.value), row, str(head))
                    for cell, head in zip(row.cells, self.heads, strict=True)
                ],
            )
            for row in self.rows
        ]
