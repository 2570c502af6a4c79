"""Files of households and persons as DuckDB relations of text, whatever their format and encoding."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from diguan.engine.problems import DataRefused
from diguan.engine.sql import text
from diguan.rulebook.problems import N_

SUFFIXES = (".parquet", ".csv")


@dataclass(frozen=True)
class Table:
    """A file (or folder of Parquet parts) and its columns with their DuckDB types."""

    path: Path
    relation: str  # SQL that can stand in FROM
    columns: dict[str, str]
    clean: frozenset[str] = frozenset()  # columns that need no trimming and no checks


def find(folder: Path, name: str) -> Path | None:
    """`name`.parquet, `name`.csv or a folder `name` of Parquet files."""
    for suffix in SUFFIXES:
        if (folder / (name + suffix)).exists():
            return folder / (name + suffix)
    return folder / name if (folder / name).is_dir() else None


def open_table(connection: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> Table:
    """The table in a file.

    Raises: DataRefused when it is empty, of an unknown encoding, or not what its name says.
    """
    if path.is_dir():
        relation = f"read_parquet({text(str(path / '**' / '*.parquet'))})"
    elif path.suffix == ".parquet":
        relation = f"read_parquet({text(str(path))})"
    else:
        readable = as_utf8(path, scratch)
        relation = f"read_csv({text(str(readable))}, header = true, all_varchar = true, delim = {text(delimiter(readable))}, quote = '\"', escape = '\"', null_padding = false, strict_mode = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise DataRefused(N_("{file} cannot be read: {reason}"), file=path.name, reason=_first_line(error)) from error
    return Table(path, relation, {str(row[0]): str(row[1]) for row in described})


def as_utf8(path: Path, scratch: Path) -> Path:
    """The file itself when it is UTF-8, else a copy in `scratch` that is.

    Raises: DataRefused for an empty file, or bytes that are neither UTF-8, UTF-16 with a mark, nor GB18030.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if not start.strip():
        raise DataRefused(N_("{file} is empty."), file=path.name)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _recoded(path, scratch, "utf-16")
    wrong = _undecodable(path, "utf-8")
    if wrong is None:
        return path
    if _undecodable(path, "gb18030") is None:
        return _recoded(path, scratch, "gb18030")
    raise DataRefused(
        N_("{file} is neither UTF-8 nor GB18030 text (at byte {byte}); save it as UTF-8."), file=path.name, byte=wrong
    )


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _undecodable(path: Path, encoding: str) -> int | None:
    """The byte at which decoding fails, or None."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    for piece in _pieces(path):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            return done + error.start
        done += len(piece)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return done
    return None


def _recoded(path: Path, scratch: Path, encoding: str) -> Path:
    copy = scratch / (path.stem + ".utf8.csv")
    try:
        with path.open(encoding=encoding, newline="") as source, copy.open("w", encoding="utf-8", newline="") as target:
            while piece := source.read(1 << 20):
                target.write(piece)
    except UnicodeError as error:
        raise DataRefused(N_("{file} is not the UTF-16 text its first bytes promise."), file=path.name) from error
    return copy


def delimiter(path: Path) -> str:
    """The sign between columns: whichever of comma, semicolon and tab the heading has most of."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading = file.readline()
    return max(",;\t", key=heading.count)


def _first_line(error: Exception) -> str:
    """What DuckDB says, without the folder of the file."""
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    told = next(
        (line for line in lines if line.startswith(("CSV Error", "Line", "Expected Number of Columns"))), lines[0]
    )
    return re.sub(r'"[^"]*/([^"/]+)"', r'"\1"', told)
