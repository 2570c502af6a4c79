"""Sheets of a workbook, row by row. Only values are read: no formula is worked out, no link followed, no style kept.

lxml reads without entities, network and document types, and without its own limits lifted, so that depth and length
of what is nested stay small; `guard` has looked at every byte before.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from lxml import etree

from diguan.intake.parsing import limits, numbers
from diguan.intake.parsing.limits import N_, FileRefused

_COLUMN = re.compile(r"([A-Z]{1,3})[0-9]*")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True)
class Sheet:
    name: str
    part: str


class Workbook:
    """An archive that `guard.check_workbook` has let through.

    Raises: FileRefused, from every part of it, where its XML is not what a spreadsheet program writes.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = set(archive.namelist())
        self.since_1904 = False
        self.sheets = self._sheets()
        self._days = self._styles()
        self._texts = self._shared_texts()

    def rows(self, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
        """The rows of a sheet that hold anything, each with its number."""
        number = 0
        for row in self._elements(sheet.part, "row"):
            given = row.get("r", "")
            number = int(given) if given.isascii() and given.isdigit() and number < int(given) < 10**7 else number + 1
            cells = self._cells(row)
            if any(cells):
                yield number, cells

    def _cells(self, row: etree._Element) -> list[str]:
        cells: list[str] = []
        for cell in row:
            place = _place(cell.get("r", ""), len(cells))
            text = self._value(cell)
            if not text:
                continue
            if place >= limits.COLUMNS:
                raise too_wide()
            if place < len(cells):
                cells[place] = text
            else:
                cells += [""] * (place - len(cells)) + [text]
        return cells

    def _value(self, cell: etree._Element) -> str:
        kind, value, formula = cell.get("t", "n"), None, None
        for child in cell:
            name = _local(child)
            if name == "v":
                value = child.text
            elif name == "is":
                value = _text_of(child)
            elif name == "f":
                formula = child.text or "…"
        if value is None:
            return f"={formula}" if formula else ""
        if kind == "s":
            return self._texts[int(value)] if value.isdigit() and int(value) < len(self._texts) else "#REF!"
        if kind == "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        if kind == "n":
            return self._number(value.strip(), cell.get("s", ""))
        return _unescaped(value)

    def _number(self, raw: str, style: str) -> str:
        if style.isdigit() and int(style) < len(self._days) and self._days[int(style)]:
            found = numbers.day(raw, self.since_1904)
            if found:
                return found
        return numbers.plain(raw)

    def _sheets(self) -> list[Sheet]:
        targets = {
            element.get("Id"): element.get("Target", "")
            for element in self._elements("xl/_rels/workbook.xml.rels", "Relationship")
        }
        found = []
        for element in self._elements("xl/workbook.xml", "workbookPr", "sheet"):
            if _local(element) == "workbookPr":
                self.since_1904 = element.get("date1904") in ("1", "true")
                continue
            target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION)) or ""
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            # What is hidden was not meant to be sent: lists for drop-downs, mostly.
            if part in self._parts and "worksheets/" in part and element.get("state", "visible") == "visible":
                found.append(Sheet(_unescaped(element.get("name", ""))[:100], part))
        if len(found) > limits.SHEETS:
            raise FileRefused(N_("The workbook has more than {most} sheets."), most=limits.SHEETS)
        if not found:
            raise FileRefused(N_("The workbook has no sheet that can be seen."))
        return found

    def _styles(self) -> list[bool]:
        """Of each cell style, whether it shows a day."""
        codes: dict[int, str] = {}
        days: list[bool] = []
        inside = False
        if "xl/styles.xml" not in self._parts:
            return days
        for element in self._elements("xl/styles.xml", "numFmt", "cellStyleXfs", "cellXfs", "xf", starts=True):
            name = _local(element)
            if name == "numFmt" and element.get("numFmtId", "").isdigit():
                codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
            elif name in ("cellXfs", "cellStyleXfs"):
                inside = name == "cellXfs"
            elif name == "xf" and inside:
                given = element.get("numFmtId", "0")
                format_id = int(given) if given.isdigit() else 0
                days.append(numbers.shows_day(format_id, codes.get(format_id, "")))
        return days

    def _shared_texts(self) -> list[str]:
        texts: list[str] = []
        length = 0
        if "xl/sharedStrings.xml" not in self._parts:
            return texts
        for element in self._elements("xl/sharedStrings.xml", "si"):
            text = _text_of(element)
            length += len(text)
            if length > limits.SHARED_TEXT:
                raise FileRefused(N_("The workbook holds too much text to be read at once; send it as .csv."))
            texts.append(text)
        return texts

    def _elements(self, part: str, *names: str, starts: bool = False) -> Iterator[etree._Element]:
        """Elements of these names, each thrown away after use. With `starts`, as they begin: attributes only."""
        if part not in self._parts:
            raise FileRefused(N_("The workbook lacks a part that every workbook has."))
        with self._archive.open(part) as file:
            try:
                yield from _streamed(file, names, starts)
            except etree.XMLSyntaxError as error:
                raise FileRefused(
                    N_(
                        "The workbook is damaged: one of its parts cannot be read. Open it, save it again, and send that."
                    )
                ) from error


def _streamed(file: IO[bytes], names: tuple[str, ...], starts: bool) -> Iterator[etree._Element]:
    event = "start" if starts else "end"
    parser = etree.iterparse(
        file,
        events=(event,),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    is_first = True
    for _event, element in parser:
        if is_first and element.getroottree().docinfo.doctype:
            raise FileRefused(N_("The workbook declares a document type (DOCTYPE), which no spreadsheet program does."))
        is_first = False
        yield element
        if not starts:
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def too_wide() -> FileRefused:
    return FileRefused(N_("The table has more than {most} columns."), most=limits.COLUMNS)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text_of(element: etree._Element) -> str:
    """The text of a cell, its differently styled pieces joined; readings above Chinese characters left out."""
    pieces: list[str] = []
    for child in element:
        name = _local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces += [piece.text or "" for piece in child if _local(piece) == "t"]
    return _unescaped("".join(pieces))


def _unescaped(text: str) -> str:
    if len(text) > limits.CELL_OF_SHEET:
        raise FileRefused(N_("A cell holds more text than any spreadsheet program lets one type."))
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: _sign(int(found[1], 16)) or found[0], text)


def _sign(code: int) -> str:
    """A sign that XML writes as `_x000D_`; halves of a pair and NUL stay as they are written."""
    return "" if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


def _place(reference: str, following: int) -> int:
    """The column of a cell, counted from 0; the next one where it does not say."""
    found = _COLUMN.match(reference)
    if found is None:
        return following
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - 64
    return place - 1
