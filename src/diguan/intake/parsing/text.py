"""Files of separated text: encoding, sign between columns, rows. Nothing is held but one line."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from diguan.intake.parsing import limits
from diguan.intake.parsing.limits import N_, FileRefused

_PIECE = 1 << 18
_SAMPLE = 60  # lines looked at to find the sign between columns
_FORMULA = frozenset("=+-@\t\r＝＋－＠")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each line of the file with its number, counted as a spreadsheet program counts rows.

    Raises: FileRefused for an unknown encoding, a quotation mark that is not closed, an endless line.
    """
    encoding = encoding_of(path)
    sign = _sign(path, encoding)
    csv.field_size_limit(limits.CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(_lines(file), delimiter=sign, strict=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _refused(error, reader.line_num) from error
            yield number, [_unguarded(cell) for cell in cells]


def _unguarded(cell: str) -> str:
    """A cell as it was typed before an apostrophe was put before its sign of a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def encoding_of(path: Path) -> str:
    """By its mark, else UTF-8, else GB18030, each strictly.

    Raises: FileRefused, with the byte at which UTF-8 failed.
    """
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    if marked is not None:
        _check(path, marked)
        return marked
    wrong = _undecodable(path, "utf-8")
    if wrong is None:
        return "utf-8"
    if _undecodable(path, "gb18030") is None:
        return "gb18030"
    raise FileRefused(
        N_("The text is neither UTF-8 nor GB18030 (at byte {byte}): save it as “CSV UTF-8”, or as .xlsx."), byte=wrong
    )


def _check(path: Path, encoding: str) -> None:
    wrong = _undecodable(path, encoding)
    if wrong is not None:
        raise FileRefused(N_("The text is not what its first bytes promise (at byte {byte})."), byte=wrong)


def _undecodable(path: Path, encoding: str) -> int | None:
    """The byte at which decoding fails, or a sign that stands in no text; None where there is none."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    with path.open("rb") as file:
        while True:
            piece = file.read(_PIECE)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return done + error.start
            if "\0" in text:
                return done
            if not piece:
                return None
            done += len(piece)


def _sign(path: Path, encoding: str) -> str:
    """The sign between columns: the one that cuts most lines of the beginning into equally many cells."""
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for line, _number in zip(_lines(file), range(_SAMPLE), strict=False) if line.strip()]
    if not lines:
        raise FileRefused(N_("The file is empty."))
    return max(",;\t|", key=lambda sign: _evenness(lines, sign))


def _evenness(lines: list[str], sign: str) -> int:
    widths = [line.count(sign) for line in lines]
    usual = max(set(widths), key=lambda width: (widths.count(width) * width, width))
    return usual * widths.count(usual)


def _lines(file: Iterator[str]) -> Iterator[str]:
    readline = file.readline  # type: ignore[attr-defined]
    number = 0
    while line := readline(limits.LINE):
        number += 1
        if len(line) == limits.LINE:
            raise FileRefused(N_("Line {line} is longer than any table has; the file is not read."), line=number)
        yield line


def _refused(error: csv.Error, line: int) -> FileRefused:
    if "field larger" in str(error):
        return FileRefused(N_("Line {line}: a cell is too long, or a quotation mark is not closed."), line=line)
    return FileRefused(N_("Line {line}: a quotation mark stands where none can be, or is not closed."), line=line)
