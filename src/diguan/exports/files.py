"""Rows into a file that is safe to open: one row in memory at a time, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from diguan.engine import cells
from diguan.exports.models import Format

Cell = str | int | float | dt.date | None
ENCODINGS = {Format.CSV: "utf-8-sig", Format.CSV_GB: "gb18030"}
SUFFIXES = {Format.XLSX: ".xlsx", Format.CSV: ".csv", Format.CSV_GB: ".csv"}
CONTENT_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.CSV_GB: "text/csv; charset=gb18030",
}
# What a sheet holds at most, with its two lines above the rows; what a cell holds at most.
SHEET_ROWS = 1_048_576 - 2
CELL_SIGNS = 32_767
# Signs that XML cannot carry.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class FileRefused(Exception):
    """The rows do not fit this kind of file; the message says what to do."""


@dataclass(frozen=True)
class Watermark:
    """Who took the rows out, when and what for, as the file says it in words."""

    number: str
    line: str
    who: str
    title: str
    purpose: str
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Written:
    rows: int
    size: int
    digest: str


def write(
    path: Path, kind: Format, watermark: Watermark, heads: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> Written:
    """Write the file whole or not at all; only its owner on this machine may read it.

    Raises: FileRefused; whatever `rows` raises, and OSError, with nothing left behind.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        count = (_xlsx if kind == Format.XLSX else _csv)(aside, kind, watermark, heads, rows)
        written = Written(count, aside.stat().st_size, _digest(aside))
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return written


def _csv(path: Path, kind: Format, watermark: Watermark, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    count = 0
    with path.open("w", encoding=ENCODINGS[kind], newline="") as target:
        writer = csv.writer(target)
        writer.writerow([cells.safe(watermark.line)])
        writer.writerow([cells.safe(head) for head in heads])
        for count, row in enumerate(rows, start=1):  # noqa: B007 - counts
            writer.writerow([cells.safe(cell) for cell in row])
    return count


def _xlsx(path: Path, _kind: Format, watermark: Watermark, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    book = Workbook(write_only=True)
    _describe(book, watermark)
    try:
        return _fill(book, watermark, heads, rows)
    finally:
        # Also where the rows broke off: saving removes the library's own files of the rows so far.
        book.save(path)


def _fill(book: Workbook, watermark: Watermark, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    sheet, about = book.create_sheet(_("List")), book.create_sheet(_("About this file"))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 80
    for name, said in watermark.pairs:
        about.append([_text(about, name, bold=True), _text(about, said)])
    sheet.freeze_panes = "A3"
    sheet.oddHeader.center.text = sheet.oddFooter.center.text = _print_safe(watermark.line)
    sheet.append([_text(sheet, watermark.line, bold=True)])
    sheet.append([_text(sheet, head, bold=True) for head in heads])
    count = 0
    for count, row in enumerate(rows, start=1):
        if count > SHEET_ROWS:
            raise FileRefused(_("A sheet of Excel holds %(most)d rows: take CSV.") % {"most": SHEET_ROWS})
        sheet.append([_text(sheet, cell) if isinstance(cell, str) else cell for cell in row])
    return count


def _describe(book: Workbook, watermark: Watermark) -> None:
    properties = book.properties
    properties.creator = properties.lastModifiedBy = watermark.who
    properties.title, properties.subject = watermark.title, watermark.purpose
    properties.identifier, properties.description = watermark.number, watermark.line


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """Return a cell that holds the text as text: a spreadsheet neither runs it, nor when somebody edits it."""
    if len(text) > CELL_SIGNS:
        raise FileRefused(_("A cell of Excel holds %(most)d signs, and one here is longer.") % {"most": CELL_SIGNS})
    # What begins with a letter or digit the library takes for text by itself, and writes in half the time.
    if text[:1].isalnum() and not bold and not _UNWRITABLE.search(text):
        return text
    cell = WriteOnlyCell(sheet, _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text))
    # The library takes whatever begins with = for a formula.
    cell.data_type = "s"
    if cells.is_formula(text):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell


def _print_safe(line: str) -> str:
    """Return a line for a printed margin, where & begins a command and 255 signs are the most."""
    return line[:200].replace("&", "&&")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
