"""The file of refused rows."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

from diguan.engine.problems import Refusal

COLUMNS = ("file", "row", "household_id", "column", "value", "reason", "message")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_refusals(file: Path, refusals: Iterable[Refusal], translate: Callable[[str], str] = str) -> None:
    """One line per refused row and reason; UTF-8 with a mark, so that spreadsheets read it."""
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(COLUMNS)
        for refusal in refusals:
            line = (
                refusal.file,
                refusal.row,
                refusal.household,
                refusal.column,
                refusal.value,
                refusal.reason,
                refusal.message(translate),
            )
            writer.writerow([safe_cell(cell) for cell in line])


def safe_cell(cell: object) -> object:
    """A text that a spreadsheet would take for a formula gets a quote before it."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
