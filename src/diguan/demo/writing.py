"""The three files of a batch, written row by row so that a province of any size needs little memory."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import TracebackType
from typing import TextIO

import duckdb

from diguan.demo.homes import Said

_COLUMNS = {
    "households": {"household_id": "VARCHAR", "place": "VARCHAR", "name": "VARCHAR"},
    "persons": {"person_id": "VARCHAR", "household_id": "VARCHAR", "name": "VARCHAR", "ordinal": "INTEGER"},
    "observations": {
        "instance_id": "VARCHAR",
        "household_id": "VARCHAR",
        "source": "VARCHAR",
        "reporter": "VARCHAR",
        "observed_on": "DATE",
        "body": "VARCHAR",
    },
}
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Files:
    """One part of a batch. Rows go to tab-separated files (neither names nor JSON hold a tab), and from there to Parquet
    together with those of the other parts.
    """

    def __init__(self, folder: Path, part: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.part = folder, part
        self.counts = dict.fromkeys(_COLUMNS, 0)
        self._open: dict[str, TextIO] = {}

    def __enter__(self) -> Files:
        for name in _COLUMNS:
            self._open[name] = _rows(self.folder, name, self.part).open("w", encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._open.values():
            file.close()

    def household(self, key: str, place: str, name: str) -> None:
        self._write("households", f"{key}\t{place}\t{name}\n")

    def person(self, key: str, household: str, name: str, ordinal: int) -> None:
        self._write("persons", f"{key}\t{household}\t{name}\t{ordinal}\n")

    def observation(self, key: str, said: Said) -> None:
        body = _as_json({"household": said.facts, "persons": said.persons})
        self._write("observations", f"{key}\t{said.household}\t{said.source}\t{said.reporter}\t{said.on}\t{body}\n")

    def _write(self, name: str, line: str) -> None:
        self._open[name].write(line)
        self.counts[name] += 1


def joined(folder: Path, parts: int) -> str:
    """Make the Parquet files of all parts in their order; return the digest of every row: equal digests, equal provinces."""
    digest = hashlib.sha256()
    for name in _COLUMNS:
        for part in range(parts):
            with _rows(folder, name, part).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    # One thread: the same rows give the same bytes.
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for name, columns in _COLUMNS.items():
            sources = [str(_rows(folder, name, part)) for part in range(parts)]
            target = str(folder / f"{name}.parquet").replace("'", "''")
            typed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
            connection.execute(
                f"COPY (SELECT * FROM read_csv(?, delim='\t', quote='', escape='', header=false, "
                f"nullstr='\\N', columns={{{typed}}})) "
                f"TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)",
                [sources],
            )
            for part in range(parts):
                _rows(folder, name, part).unlink()
    return digest.hexdigest()


def _rows(folder: Path, name: str, part: int) -> Path:
    return folder / f"{name}.{part}.rows"
