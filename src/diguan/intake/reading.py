"""A file read by the process that may break, and its sheets profiled: heading, columns, what they are thought to mean."""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import diguan
from diguan.intake import columns, headings, strange
from diguan.intake.columns import Sheet
from diguan.intake.parsing import limits
from diguan.intake.parsing.limits import FileRefused
from diguan.intake.vocabulary import Vocabulary
from diguan.rulebook.problems import N_

_POLL = 0.05
_GRACE = 10  # seconds of waiting beyond the processor time that the process allows itself

Progress = Callable[[int], bool]  # told the rows read so far, says whether to go on


def _go_on(_rows: int) -> bool:
    return True


def parse(source: Path, folder: Path, progress: Progress = _go_on) -> list[dict[str, Any]]:
    """Turn a file into tables of text in `folder`; return its sheets, each with name, rows and width.

    Raises: FileRefused, for every file that cannot be read within limits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        "PYTHONPATH": str(Path(diguan.__file__).parents[1]),
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C.UTF-8",
    }
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, paths as arguments
        [sys.executable, "-m", "diguan.intake.parsing", str(source), str(folder)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    _wait(process, source, folder, progress)
    if (folder / "problem.json").exists():
        problem = json.loads((folder / "problem.json").read_text("utf-8"))
        raise FileRefused(problem["template"], **problem["values"])
    if process.returncode != 0 or not (folder / "sheets.json").exists():
        raise FileRefused(
            N_(
                "The file takes more memory or time to read than one file may have; it was left alone. Send it as .csv, or in parts."
            )
        )
    found: list[dict[str, Any]] = json.loads((folder / "sheets.json").read_text("utf-8"))
    if not any(sheet["rows"] for sheet in found):
        raise FileRefused(N_("There is nothing in the file."))
    return found


def _wait(process: "subprocess.Popen[bytes]", source: Path, folder: Path, progress: Progress) -> None:
    deadline = time.monotonic() + limits.seconds(source.stat().st_size) * 2 + _GRACE
    try:
        while not _ends(process):
            if time.monotonic() > deadline or not progress(_rows(folder)):
                return
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _ends(process: "subprocess.Popen[bytes]") -> bool:
    """Wait a little; return whether it has ended."""
    try:
        process.wait(_POLL)
    except subprocess.TimeoutExpired:
        return False
    return True


def _rows(folder: Path) -> int:
    try:
        return int((folder / "rows").read_text() or 0)
    except (FileNotFoundError, ValueError):
        return 0


def profiled(
    folder: Path, file: int, parsed: list[dict[str, Any]], words: Vocabulary, known: Mapping[str, Any]
) -> list[Sheet]:
    """The sheets of a parsed file with their headings found and their columns proposed."""
    made = []
    for sheet in parsed:
        rows = first_rows(folder, sheet["number"])
        heading = headings.find(rows, words, frozenset(known))
        names = heading.names if heading else ()
        of, proposed = columns.proposed(names, words, known)
        found = Sheet(
            file=file,
            number=sheet["number"],
            name=sheet["name"],
            rows=sheet["rows"],
            width=sheet["width"],
            heading_first=heading.first if heading else 0,
            heading_last=heading.last if heading else 0,
            of=of,
            columns=proposed,
        )
        made.append(strange.recalled(folder.parent, found, words))
    return made


def first_rows(folder: Path, number: int, count: int = headings.LOOKED_AT) -> list[tuple[int, list[str]]]:
    """The first rows of a parsed sheet that hold anything, each with its number."""
    with (folder / f"sheet-{number}.csv").open(encoding="utf-8", newline="") as file:
        return [(int(row[0]), row[1:]) for row in islice(csv.reader(file), count)]
