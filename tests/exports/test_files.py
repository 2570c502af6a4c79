"""Files that are safe to open: whatever stands in a cell is text, in every kind of file."""

from __future__ import annotations

import csv
import io
import stat
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diguan.engine import cells
from diguan.exports import files
from diguan.exports.models import Format

MARK = files.Watermark("E000007", "=watermark of Zhao & sons", "Zhao (zhao)", "Households", "=purpose", [("a", "=b")])
HOSTILE = [
    '=HYPERLINK("http://evil.example","open")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "﹣1+1",
    "=cmd|' /C calc'!A0",
    '"=1+1',
]
HARMLESS = [
    "李桂荣",
    "#N/A",
    "007",
    "1e5",
    "2020-05-29",
    "TRUE",
    "O'Brien",
    "a=b",
    "–",
    "5-3",
    "",
    "欧阳·买买提",
    "𠮷䶮㛃",
    "  x  ",
]
FORMATS = [Format.XLSX, Format.CSV, Format.CSV_GB]


def written(tmp_path: Path, kind: Format, rows: Sequence[Sequence[files.Cell]]) -> Path:
    path = tmp_path / f"file{files.SUFFIXES[kind]}"
    done = files.write(path, kind, MARK, ["=head", "count"], rows)
    assert done.rows == len(rows)
    assert done.size == path.stat().st_size
    return path


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_what_a_spreadsheet_would_run_is_known(text: str) -> None:
    assert cells.is_formula(text)


@pytest.mark.parametrize("text", [*HARMLESS, '"=1+1'])
def test_what_it_would_not_is_left_alone(text: str) -> None:
    assert cells.safe(text) == text


@pytest.mark.parametrize("text", [*HOSTILE, *(text for text in HARMLESS if text)])
def test_a_text_in_excel_is_text_and_no_other(tmp_path: Path, text: str) -> None:
    book = openpyxl.load_workbook(written(tmp_path, Format.XLSX, [[text, 5]]))
    cell, count = book.worksheets[0]["A3"], book.worksheets[0]["B3"]
    assert cell.data_type == "s"
    assert (cell.value or "").replace("\r", "\n") == text.replace("\r", "\n")
    assert (count.data_type, count.value) == ("n", 5)
    assert bool(cell.quotePrefix) is cells.is_formula(text)


def test_no_formula_stands_anywhere_in_the_workbook(tmp_path: Path) -> None:
    path = written(tmp_path, Format.XLSX, [[text, 1] for text in HOSTILE])
    with zipfile.ZipFile(path) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) == 2
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


@pytest.mark.parametrize("kind", [Format.CSV, Format.CSV_GB])
@pytest.mark.parametrize("text", [*HOSTILE, *HARMLESS])
def test_a_text_in_csv_is_quoted_where_it_would_be_run(tmp_path: Path, kind: Format, text: str) -> None:
    content = written(tmp_path, kind, [[text, -5]]).read_bytes().decode(files.ENCODINGS[kind])
    lines = list(csv.reader(io.StringIO(content, newline="")))
    assert lines[0] == ["'=watermark of Zhao & sons"]
    assert lines[1] == ["'=head", "count"]
    assert lines[2] == [f"'{text}" if cells.is_formula(text) else text, "-5"]


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_a_made_safe_text_is_never_a_formula_again(text: str) -> None:
    assert not cells.is_formula(str(cells.safe(text)))


def test_utf8_begins_with_a_mark_and_gb18030_writes_every_sign(tmp_path: Path) -> None:
    rows = [["𠮷䶮㛃 李", 1]]
    assert written(tmp_path, Format.CSV, rows).read_bytes().startswith(b"\xef\xbb\xbf")
    assert "𠮷䶮㛃 李" in written(tmp_path, Format.CSV_GB, rows).read_bytes().decode("gb18030")


def test_signs_that_xml_cannot_carry_are_replaced_not_dropped(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, Format.XLSX, [["a\x00b\x1fc", 1]]))
    assert book.worksheets[0]["A3"].value == "a\ufffdb\ufffdc"


def test_a_text_too_long_for_a_cell_is_refused_not_cut(tmp_path: Path) -> None:
    with pytest.raises(files.FileRefused, match="32767 signs"):
        written(tmp_path, Format.XLSX, [["x" * 32_768, 1]])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_fails_halfway_leaves_nothing(tmp_path: Path, kind: Format) -> None:
    def rows() -> Iterator[list[files.Cell]]:
        yield ["a", 1]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        files.write(tmp_path / "x", kind, MARK, ["a", "b"], rows())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", FORMATS)
def test_only_its_owner_may_read_a_file(tmp_path: Path, kind: Format) -> None:
    assert stat.S_IMODE(written(tmp_path, kind, [["a", 1]]).stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", FORMATS)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, kind: Format) -> None:
    def peak(rows: int) -> int:
        tracemalloc.start()
        files.write(tmp_path / "x", kind, MARK, ["a", "b"], (["李桂荣", number] for number in range(rows)))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(4_000) < peak(200) + 500_000
