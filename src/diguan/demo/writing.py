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
    """Rows go to tab-separated files first (neither names nor JSON hold a tab), then to Parquet as a whole."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.counts = dict.fromkeys(_COLUMNS, 0)
        self._digest = hashlib.sha256()
        self._open: dict[str, TextIO] = {}

    def __enter__(self) -> Files:
        for name in _COLUMNS:
            self._open[name] = self._rows(name).open("w", encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._open.values():
            file.close()
        try:
            if kind is None:
                self._to_parquet()
        finally:
            for name in _COLUMNS:
                self._rows(name).unlink(missing_ok=True)

    def household(self, key: str, place: str, name: str) -> None:
        self._write("households", f"{key}\t{place}\t{name}\n")

    def person(self, key: str, household: str, name: str, ordinal: int) -> None:
        self._write("persons", f"{key}\t{household}\t{name}\t{ordinal}\n")

    def observation(self, key: str, said: Said) -> None:
        body = _as_json({"household": said.facts, "persons": said.persons})
        self._write("observations", f"{key}\t{said.household}\t{said.source}\t{said.reporter}\t{said.on}\t{body}\n")

    @property
    def digest(self) -> str:
        """Of every row in its order: equal digests, equal provinces."""
        return self._digest.hexdigest()

    def _rows(self, name: str) -> Path:
        return self.folder / f"{name}.rows"

    def _write(self, name: str, line: str) -> None:
        self._open[name].write(line)
        self._digest.update(line.encode())
        self.counts[name] += 1

    def _to_parquet(self) -> None:
        # One thread: the same rows give the same bytes.
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            for name, columns in _COLUMNS.items():
                source, target = (str(self.folder / f"{name}.{end}").replace("'", "''") for end in ("rows", "parquet"))
                typed = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
                connection.execute(
                    f"COPY (SELECT * FROM read_csv('{source}', delim='\t', quote='', escape='', header=false, "
                    f"nullstr='\\N', columns={{{typed}}})) "
                    f"TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
                )
