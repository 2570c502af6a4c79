"""Files of households and persons as DuckDB relations of text, whatever their format and encoding."""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

import duckdb

from diguan.engine.problems import DataRefused
from diguan.engine.room import is_of_the_machine
from diguan.engine.sql import quoted, text
from diguan.rulebook.problems import N_

SUFFIXES = (".parquet", ".csv")
# With every key in a dictionary, DuckDB writes a Bloom filter for each row group: one key is found without reading the others.
KEYED = "ROW_GROUP_SIZE {rows}, DICTIONARY_SIZE_LIMIT {rows}"
Location = Path | str  # a folder or file of this machine, or the address of one elsewhere, such as s3a://bucket/data


@dataclass(frozen=True)
class Table:
    """A file (or folder of Parquet parts) and its columns with their DuckDB types."""

    path: PurePath
    relation: str  # SQL that can stand in FROM
    columns: dict[str, str]
    clean: frozenset[str] = frozenset()  # columns that need no trimming and no checks
    unique: bool = False  # no key stands twice
    ordinal: str = ""  # SQL of the number of a row in its file, where it is to be known


def location(written: str) -> Location:
    """What somebody wrote: an address with a scheme, or a path; file:// is a path."""
    return Path(written.removeprefix("file://")) if "://" not in written.removeprefix("file://") else written


def find(connection: duckdb.DuckDBPyConnection, folder: Location, name: str) -> Location | None:
    """`name`.parquet, `name`.csv or a folder `name` of Parquet files; at an address only Parquet.

    Raises: DataRefused when the address cannot be reached.
    """
    if isinstance(folder, str):
        places = (f"{folder.rstrip('/')}/{name}.parquet", f"{folder.rstrip('/')}/{name}")
        return next((place for place in places if _is_there(connection, place)), None)
    return here(folder, name)


def here(folder: Path, name: str) -> Path | None:
    """The same in a folder of this machine."""
    for suffix in SUFFIXES:
        if (folder / (name + suffix)).exists():
            return folder / (name + suffix)
    return folder / name if (folder / name).is_dir() else None


def size(folder: Location) -> int:
    """Bytes of all files in a folder of this machine; of an address nobody knows."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) if isinstance(folder, Path) else 0


def _is_there(connection: duckdb.DuckDBPyConnection, place: str) -> bool:
    pattern = place if place.endswith(".parquet") else f"{place}/**/*.parquet"
    try:
        connection.execute("LOAD httpfs")
        return bool(connection.execute(f"SELECT 1 FROM glob({text(pattern)}) LIMIT 1").fetchall())
    except duckdb.Error as error:
        raise DataRefused(
            N_("DuckDB cannot read {address}: {reason} It needs its extension httpfs (INSTALL httpfs); or copy the data here."),
            address=place, reason=_first_line(error),
        ) from error  # fmt: skip


def parts_of(folder: Location) -> str:
    """SQL of the Parquet files in a folder and those below it; what folders are called (`place=…`) are columns of text."""
    everywhere = text(f"{folder}/**/*.parquet")
    return f"read_parquet({everywhere}, hive_partitioning = true, hive_types_autocast = false)"


def open_table(connection: duckdb.DuckDBPyConnection, path: Location, scratch: Path) -> Table:
    """The table in a file.

    Raises: DataRefused when it is empty, of an unknown encoding, or not what its name says.
    """
    named = PurePosixPath(path) if isinstance(path, str) else path
    if named.suffix == ".parquet" and not (isinstance(path, Path) and path.is_dir()):
        relation = f"read_parquet({text(str(path))})"
    elif isinstance(path, str) or path.is_dir():
        relation = parts_of(path)
    else:
        relation = _table_of_text(connection, path, as_utf8(path, scratch))
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise unreadable(named, error) from error
    return Table(named, relation, {str(row[0]): str(row[1]) for row in described})


def unreadable(path: PurePath, error: duckdb.Error) -> DataRefused:
    """The refusal of a file that DuckDB cannot read. Raises: the error itself, when it says nothing about the file."""
    if is_of_the_machine(error):
        raise error
    if "reached an invalid state" in str(error):
        return DataRefused(
            N_("{file} is not one table: its lines end in different ways, or a quotation mark is not closed."),
            file=path.name,
        )
    ragged = re.search(
        r"CSV Error on Line: (\d+).*Expected Number of Columns: (\d+) Found: (\d+)", str(error), re.DOTALL
    )
    if ragged:
        return DataRefused(
            N_("{file}, line {line}: there are {found} cells, and the heading has {expected}."),
            file=path.name, line=ragged[1], expected=ragged[2], found=ragged[3],
        )  # fmt: skip
    quote = re.search(r"CSV Error on Line: (\d+).*unterminated quote", str(error), re.DOTALL)
    if quote:
        return DataRefused(N_("{file}, line {line}: a quotation mark is not closed."), file=path.name, line=quote[1])
    return DataRefused(N_("{file} cannot be read: {reason}"), file=path.name, reason=_first_line(error))


def _table_of_text(connection: duckdb.DuckDBPyConnection, path: Path, readable: Path) -> str:
    """A file of text as a temporary table of texts; nothing about it is guessed but the sign between columns."""
    sign = delimiter(readable)
    blank, names = _heading(path, readable, sign)
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in names)
    name = quoted(f"file {path.name}")
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM read_csv({text(str(readable))}, auto_detect = false, "
            f"columns = {{{columns}}}, header = true, skip = {blank}, delim = {text(sign)}, quote = '\"', escape = '\"', "
            "null_padding = false, strict_mode = true)"
        )
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    return name


def _heading(path: Path, readable: Path, sign: str) -> tuple[int, list[str]]:
    """How many blank lines stand above the heading, and the names of the columns; one without a name gets its number."""
    blank, cells = 0, []
    with readable.open(encoding="utf-8-sig", newline="") as file:
        for cells in csv.reader(file, delimiter=sign):
            if cells:
                break
            blank += 1
    names = [cell or f"column {number}" for number, cell in enumerate(cells, start=1)]
    repeated = [name for name in names if [other.lower() for other in names].count(name.lower()) > 1]
    if repeated:
        raise DataRefused(N_("{file} has more than one column {column}."), file=path.name, column=repeated[0])
    return blank, names


def as_utf8(path: Path, scratch: Path) -> Path:
    """The file itself when it is UTF-8, else a copy in `scratch` that is.

    Raises: DataRefused for an empty file, or bytes that are neither UTF-8, UTF-16 with a mark, nor GB18030.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if not any(piece.removeprefix(codecs.BOM_UTF8).strip() for piece in _pieces(path)):
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
    """The byte at which decoding fails, or which stands in no text; None when there is none."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    for piece in _pieces(path):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            return done + error.start
        if b"\0" in piece:
            return done + piece.index(b"\0")
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
        heading = next((line for line in file if line.strip()), "")
    return max(",;\t", key=heading.count)


def _first_line(error: Exception) -> str:
    """What DuckDB says, without the folder of the file."""
    return re.sub(r"""(["'])[^"']*/([^"'/]+)\1""", r"\1\2\1", str(error).strip().splitlines()[0])
