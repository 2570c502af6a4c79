"""Refused rows sent back as they came, with the reasons beside them, to be mended and sent again.

The file has the sheets and headings of the one that was sent, titles above them included, and of the rows those of
refused households: nothing that was typed is lost, and nothing in it is a formula.
"""

import csv
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.escape import escape

from diguan.intake import carried, lines, reading, reasons
from diguan.intake.carried import Carried
from diguan.intake.columns import Sheet
from diguan.intake.vocabulary import Vocabulary

_WRONG = PatternFill("solid", fgColor="FBD5D2")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_CHUNK = 5_000
_LONGEST_CELL = 32_767  # signs that a spreadsheet program takes


def as_workbook(carried_in: Carried, folder: Path, sheets: list[Sheet], words: Vocabulary, path: Path) -> None:
    """Write the refused rows as .xlsx: reasons in a first column, wrong cells coloured."""
    book = Workbook(write_only=True)
    for place, sheet in enumerate(sheet for sheet in sheets if sheet.is_read):
        page = book.create_sheet(_title(sheet.name, place))
        for number, cells in reading.first_rows(folder / f"file-{sheet.file}", sheet.number):
            if number <= sheet.heading_last:
                head = reasons.heading() if number == sheet.heading_last else ""
                page.append([_cell(page, text, is_bold=True) for text in (*cells, *_gap(cells, sheet), head)])
        for cells, wrong, why in _rows(carried_in, folder, sheets, place, words):
            given = [_cell(page, text, is_wrong=at in wrong) for at, text in enumerate(cells)]
            page.append([*given, *_gap(cells, sheet), _cell(page, why)])
    book.save(path)


def as_csv(carried_in: Carried, folder: Path, sheets: list[Sheet], words: Vocabulary, path: Path) -> None:
    """Write the refused rows of a file of text as one, UTF-8 with a mark, so that spreadsheets read it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file).writerow
        for place, sheet in enumerate(sheet for sheet in sheets if sheet.is_read):
            for number, cells in reading.first_rows(folder / f"file-{sheet.file}", sheet.number):
                if number <= sheet.heading_last:
                    head = reasons.heading() if number == sheet.heading_last else ""
                    write([*map(safe, cells), *_gap(cells, sheet), head])
            for cells, _wrong, why in _rows(carried_in, folder, sheets, place, words):
                write([*map(safe, cells), *_gap(cells, sheet), why])


def safe(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula; numbers stay as they are."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _rows(
    carried_in: Carried, folder: Path, sheets: list[Sheet], place: int, words: Vocabulary
) -> Iterator[tuple[list[str], set[int], str]]:
    """The refused rows of one sheet: cells as typed, places of the wrong ones, and the reasons in words."""
    sheet = [each for each in sheets if each.is_read][place]
    low = place * lines.ROWS_OF_SHEET
    columns = ", ".join(f"c.c{at}" for at in range(max(sheet.width, 1)))
    bench = carried.opened(carried_in.folder)
    try:
        answer = bench.execute(f"""
            SELECT r.n, f.place, f.name, f.value, f.reason, f.more, {columns}
            FROM {carried_in.all("rows")} r JOIN {lines.raw_table(folder, sheet)} c ON r.n = c.row + {low}
            LEFT JOIN {carried_in.all("faults")} f ON f.n = r.n ORDER BY r.n, f.place NULLS LAST, f.name""")
        for _n, faults in groupby(_fetched(answer), key=lambda row: row[0]):
            listed = list(faults)
            why = [_why(row, words) for row in listed if row[4]]
            yield (
                [cell or "" for cell in listed[0][6:]],
                {row[1] for row in listed if row[1] is not None},
                " ".join(dict.fromkeys(why)) or reasons.and_rest(),
            )
    finally:
        bench.close()


def _why(row: tuple[Any, ...], words: Vocabulary) -> str:
    fault = reasons.Fault(*row[2:6])
    return f"{reasons.column(fault.name, words)}: {reasons.message(fault, words)}"


def _fetched(answer: Any) -> Iterator[tuple[Any, ...]]:
    while chunk := answer.fetchmany(_CHUNK):
        yield from chunk


def _gap(cells: list[str], sheet: Sheet) -> list[str]:
    return [""] * (sheet.width - len(cells))


def _cell(page: Any, text: str, *, is_wrong: bool = False, is_bold: bool = False) -> Any:
    cell = WriteOnlyCell(page)
    cell.value = escape(text)[:_LONGEST_CELL]
    cell.data_type = "s"
    if is_wrong:
        cell.fill = _WRONG
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _title(name: str, place: int) -> str:
    return re.sub(r"[\\/*?:\[\]]", " ", escape(name))[:31] or str(place + 1)
