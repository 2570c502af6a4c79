"""The matrix of standards × places: number, outcome and shade, each cell a link to its households."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.html import format_html
from django.utils.safestring import SafeString

from diguan.ui import formats, outcomes, shades


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

    @cached_property
    def badge(self) -> outcomes.Badge:
        return outcomes.badge(self.outcome)

    @cached_property
    def also_badge(self) -> outcomes.Badge:
        return outcomes.badge(self.also_outcome)

    @cached_property
    def has_also(self) -> bool:
        return any(cell.also is not None for row in self.rows for cell in row.cells)

    @property
    def shown(self) -> list[tuple[Row, list[SafeString]]]:
        return [(row, self._cells(row, is_shaded=True)) for row in self.rows]

    @property
    def shown_total(self) -> list[SafeString]:
        return self._cells(self.total, is_shaded=False) if self.total else []

    def _cells(self, row: Row, *, is_shaded: bool) -> list[SafeString]:
        """The row's <td>s, made here because a template takes ten times as long over some hundreds of them."""
        made = []
        for cell, head in zip(row.cells, self.heads, strict=True):
            subject = f"{row.label} · {head}"
            shade = self.scale.shade(cell.value)
            kind = "is-unknown" if shade is None else f"heat-cell shade-{shade}" if is_shaded else ""
            main = _linked(formats.number(cell.value), cell.href if cell.value else "", subject)
            made.append(format_html('<td class="num {}">{}{}</td>', kind, main, self._also(cell, subject)))
        return made

    def _also(self, cell: Cell, subject: str) -> SafeString:
        if not self.has_also:
            return SafeString("")
        if not cell.also:
            return SafeString(' <span class="heat-also"></span>')
        badge = self.also_badge
        text = format_html(
            '<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>\N{NARROW NO-BREAK SPACE}{}',
            badge.sign,
            badge.word,
            formats.number(cell.also),
        )
        return format_html(
            ' <span class="heat-also">{}</span>', _linked(text, cell.also_href, f"{subject} · {badge.word}")
        )


def _linked(text: str, href: str, title: str) -> str:
    return format_html('<a href="{}" title="{}">{}</a>', href, title, text) if href else text
