"""Reads a tree of places from CSV, whatever program wrote it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from diguan.places.refusals import FileRefused, Problem

COLUMNS = ("code", "name", "level", "parent_code")
_LONGEST = {"code": 40, "name": 200, "level": 40, "parent_code": 40}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str


def from_file(path: Path) -> tuple[list[Row], list[Problem]]:
    """Return the rows of the file and the lines that are no rows. Raises: FileRefused."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileRefused(
            Problem(path.name, None, None, _("The file can't be read."), str(error.strerror or error))
        ) from error
    return _rows(path.name, csv.DictReader(io.StringIO(text_of(content, path.name)), strict=True))


def from_mappings(rows: Iterable[Mapping[str, str]], name: str = "rows") -> tuple[list[Row], list[Problem]]:
    """Return rows given by a program rather than a file; they count from line 2, as in a file with a heading."""
    listed = list(rows)
    if not listed:
        raise FileRefused(_empty(name))
    return _checked(name, ((line, dict(row)) for line, row in enumerate(listed, start=2)))


def text_of(content: bytes, name: str) -> str:
    """Decode strictly: by its mark, else UTF-8, else GB18030. Raises: FileRefused."""
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(
        Problem(
            name,
            None,
            None,
            _("The encoding is neither UTF-8 nor GB18030."),
            _("Save the file as “CSV UTF-8” and import it again."),
        )
    )


def _rows(name: str, reader: csv.DictReader[str]) -> tuple[list[Row], list[Problem]]:
    try:
        headings = [(heading or "").strip().lower() for heading in reader.fieldnames or ()]
        if not any(headings):
            raise FileRefused(_empty(name))
        missing = [column for column in COLUMNS if column not in headings]
        if missing:
            raise FileRefused(
                Problem(
                    name,
                    1,
                    None,
                    _("These columns are missing: %(columns)s.") % {"columns": ", ".join(missing)},
                    _("The first line must name the columns %(columns)s.") % {"columns": ", ".join(COLUMNS)},
                )
            )
        reader.fieldnames = headings
        rows, problems = _checked(name, ((reader.line_num, row) for row in reader))
    except csv.Error as error:
        raise FileRefused(
            Problem(
                name, reader.line_num, None, _("This line is not CSV: %(error)s.") % {"error": error}, _mend_quotes()
            )
        ) from error
    if not rows and not problems:
        raise FileRefused(_empty(name))
    return rows, problems


def _checked(name: str, lines: Iterator[tuple[int, dict[str, str]]]) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in lines:
        # DictReader keeps under None what stands beyond the last heading: a comma in a name has moved the cells.
        if None in cells:
            problems.append(_too_many_cells(name, line))
            continue
        row = Row(line, *((cells.get(column) or "").strip() for column in COLUMNS))
        problem = _problem(name, row)
        if problem is None:
            rows.append(row)
        else:
            problems.append(problem)
    return rows, problems


def _problem(name: str, row: Row) -> Problem | None:
    for column in COLUMNS:
        value: str = getattr(row, column)
        if not value and column != "parent_code":
            return Problem(
                name,
                row.line,
                column,
                _("The %(column)s is empty.") % {"column": column},
                _("Fill it in, or remove the line."),
            )
        if len(value) > _LONGEST[column]:
            return Problem(
                name,
                row.line,
                column,
                _("The %(column)s has %(count)d characters.") % {"column": column, "count": len(value)},
                _("Write at most %(most)d.") % {"most": _LONGEST[column]},
            )
        if any(ord(character) < 32 for character in value):
            return Problem(
                name,
                row.line,
                column,
                _("The %(column)s holds a control character.") % {"column": column},
                _("Remove it."),
            )
    return None


def _too_many_cells(name: str, line: int) -> Problem:
    return Problem(
        name,
        line,
        None,
        _("The line has more cells than the heading."),
        _("Put a name with a comma between quotation marks."),
    )


def _empty(name: str) -> Problem:
    return Problem(
        name,
        None,
        None,
        _("The file holds no places."),
        _("Give one line per place with the columns %(columns)s.") % {"columns": ", ".join(COLUMNS)},
    )


def _mend_quotes() -> str:
    return _("Look for a quotation mark that is not closed, here or above.")
