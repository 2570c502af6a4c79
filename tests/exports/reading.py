"""Exported files as their reader opens them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl

from diguan.exports import making
from diguan.exports.models import Export


def path_of(export: Export) -> Path:
    return making.folder() / export.file_name


def sheet_of(path: Path, number: int = 0) -> list[list[Any]]:
    """Values of one sheet, line by line."""
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book.worksheets[number].iter_rows()]


def lines_of(path: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def rows_of(export: Export) -> list[list[Any]]:
    """The rows below watermark and heading."""
    path = path_of(export)
    return sheet_of(path)[2:] if path.suffix == ".xlsx" else lines_of(path)[2:]
