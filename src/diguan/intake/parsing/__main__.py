"""The process that reads one file: within its memory and time, into tables of text.

Writes `sheet-N.csv` (row number, then the cells of every row that holds any) and `sheets.json`, or `problem.json`.
"""

import csv
import json
import sys
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from diguan.intake.parsing import guard, limits, text, workbook
from diguan.intake.parsing.limits import N_, FileRefused

_TOLD = 1.0  # seconds between two words about progress


def main() -> int:
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    _bind(source.stat().st_size)
    try:
        return _told(folder, source)
    finally:
        _tell_memory(folder)


def _told(folder: Path, source: Path) -> int:
    try:
        sheets = _read(source, folder)
    except FileRefused as refused:
        _say(folder, {"template": refused.template, "values": refused.values})
        return 0
    except MemoryError:
        _say(
            folder,
            {
                "template": N_("Reading the file takes more memory than one file may have; send it as .csv."),
                "values": {},
            },
        )
        return 0
    (folder / "sheets.json").write_text(json.dumps(sheets, ensure_ascii=False), "utf-8")
    return 0


def _bind(size: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY, limits.MEMORY))
    seconds = limits.seconds(size)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(source: Path, folder: Path) -> list[dict[str, Any]]:
    if guard.kind_of(source) == "text":
        return [_written(folder, 1, "", text.rows(source))]
    guard.check_workbook(source)
    with zipfile.ZipFile(source) as archive:
        book = workbook.Workbook(archive)
        return [_written(folder, number, sheet.name, book.rows(sheet)) for number, sheet in enumerate(book.sheets, 1)]


def _written(folder: Path, number: int, name: str, rows: Iterable[tuple[int, list[str]]]) -> dict[str, Any]:
    width = count = 0
    told = time.monotonic()
    with (folder / f"sheet-{number}.csv").open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        for row, cells in rows:
            while cells and not cells[-1].strip():
                cells.pop()
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > limits.COLUMNS:
                raise workbook.too_wide()
            count += 1
            if count > limits.ROWS:
                raise FileRefused(N_("The table has more than {most} rows; send it in parts."), most=limits.ROWS)
            width = max(width, len(cells))
            write([row, *(_one_break(cell) if "\r" in cell else cell for cell in cells)])
            if count % 2000 == 0 and time.monotonic() - told > _TOLD:
                told = time.monotonic()
                (folder / "rows").write_text(str(count))
    return {"number": number, "name": name, "rows": count, "width": width}


def _one_break(cell: str) -> str:
    """A cell whose breaks of line are all of one kind, so that no reader takes one for the end of a row."""
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _tell_memory(folder: Path) -> None:
    """Leave how much memory was taken at most, in kilobytes, where the system says so."""
    status = Path("/proc/self/status")
    if status.exists():
        (folder / "memory").write_text(status.read_text().partition("VmHWM:")[2].split()[0])


def _say(folder: Path, problem: dict[str, Any]) -> None:
    (folder / "problem.json").write_text(json.dumps(problem, ensure_ascii=False, default=str), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
