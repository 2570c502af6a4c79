"""Parquet files as Spark sees them, named and numbered as DuckDB would."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from diguan.engine.files import Location

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TYPES = {
    "string": "VARCHAR", "boolean": "BOOLEAN", "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER",
    "bigint": "BIGINT", "float": "FLOAT", "double": "DOUBLE", "date": "DATE", "timestamp_ntz": "TIMESTAMP",
    "timestamp": "TIMESTAMP WITH TIME ZONE", "binary": "BLOB",
}  # fmt: skip


def parquet(spark: SparkSession, place: Location) -> DataFrame:
    """The rows of a Parquet file, or of all in a folder and those below it; folders `place=…` are columns of text."""
    reader = spark.read.option("pathGlobFilter", "*.parquet")
    if isinstance(place, Path) and place.is_dir() and not _is_partitioned(place):
        reader = reader.option("recursiveFileLookup", "true")
    return reader.parquet(str(place))


def _is_partitioned(folder: Path) -> bool:
    return any("=" in below.name for below in folder.iterdir() if below.is_dir())


def columns(frame: DataFrame) -> dict[str, str]:
    """The columns with their types, as DuckDB calls them."""
    return {name: _type(kind) for name, kind in frame.dtypes}


def _type(kind: str) -> str:
    if found := re.fullmatch(r"decimal\((\d+),(\d+)\)", kind):
        return f"DECIMAL({found[1]},{found[2]})"
    return _TYPES.get(kind, kind.upper())


def numbered(spark: SparkSession, frame: DataFrame, column: str) -> DataFrame:
    """The rows with their number, the first being 1, in the order of the files by name and of the rows in each."""
    import pyarrow as pa
    from pyspark.sql import functions as f

    paths = frame.select("_metadata.file_path").groupBy("file_path").count().collect()
    before, entries = 0, []
    for path, count in sorted((row["file_path"], row["count"]) for row in paths):
        entries.append((path, before))
        before += count
    # As Arrow: a plain list would need Python where the workers are.
    columns = {"path_of_file": [path for path, _ in entries], "rows_before": [rows for _, rows in entries]}
    starts = spark.createDataFrame(
        pa.table(columns, schema=pa.schema([("path_of_file", pa.string()), ("rows_before", pa.int64())]))
    )
    told = frame.select(
        "*", f.col("_metadata.file_path").alias("path_of_row"), f.col("_metadata.row_index").alias("index_of_row")
    )
    found = told.join(f.broadcast(starts), told.path_of_row == starts.path_of_file)
    number = (f.col("rows_before") + f.col("index_of_row") + 1).alias(column)
    return found.select(*[f.col(f"`{name}`") for name in frame.columns], number)
