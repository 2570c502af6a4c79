"""A screening on Spark. The workers read the data and write the results: its folders must be theirs as well."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

import duckdb

from diguan.engine import session, values
from diguan.engine.connection import connect, rows
from diguan.engine.files import Location, Table, find, open_table
from diguan.engine.problems import DataRefused
from diguan.engine.spark import dialect, reading, starting
from diguan.engine.sql import quoted, text
from diguan.rulebook.problems import N_
from diguan.rulebook.rules import Rules

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_Answer = TypeVar("_Answer")


@contextmanager
def on_spark(master: str, memory: str, threads: int, scratch: Path) -> Iterator[OnSpark]:
    """A session on Spark. A Spark that this process has started already is used, and left running.

    Raises: DataRefused when Spark cannot be started.
    """
    spark = starting.active() if starting.is_there() else None
    own = spark is None
    spark = spark or starting.start(master, memory, threads)
    try:
        with connect(spill=scratch) as desk:
            working = OnSpark(spark.newSession(), desk, scratch)
            yield working
            working.forget()
    finally:
        if own:
            spark.stop()


class OnSpark:
    """The session of a Spark; the desk is a DuckDB in the driver."""

    def __init__(self, spark: SparkSession, desk: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        self.desk = desk
        self._spark, self._scratch = spark, scratch
        self._frames: dict[str, DataFrame] = {}  # of files, by the name of their view
        self._kept: dict[str, DataFrame] = {}  # worked out once
        self._known: set[str] = set()  # functions
        starting.meaning(spark)

    def open(self, folder: Location, name: str, scratch: Path) -> Table | None:
        """As on DuckDB; CSV is read here and handed to Spark as Parquet."""
        found = self._find(folder, name)
        if found is None:
            return None
        named = PurePosixPath(found) if isinstance(found, str) else found
        if isinstance(found, Path) and found.suffix != ".parquet" and not found.is_dir():
            written = open_table(self.desk, found, scratch)
            found = scratch / f"{name}.parquet"
            session.write(self.desk, f"SELECT * FROM {written.relation}", found)
        frame = _asked(lambda: reading.parquet(self._spark, found), named)
        view = f"file {name}"
        frame.createOrReplaceTempView(f"`{view}`")
        self._frames[quoted(view)] = frame
        return Table(named, quoted(view), reading.columns(frame))

    def _find(self, folder: Location, name: str) -> Location | None:
        if isinstance(folder, Path):
            return find(self.desk, folder, name)
        return next(
            (
                place
                for place in (f"{folder.rstrip('/')}/{name}.parquet", f"{folder.rstrip('/')}/{name}")
                if self._is_there(place)
            ),
            None,
        )

    def _is_there(self, place: str) -> bool:
        java = self._spark._jvm
        assert java is not None

        def look() -> bool:
            path = java.org.apache.hadoop.fs.Path(place)
            return bool(path.getFileSystem(self._spark._jsc.hadoopConfiguration()).exists(path))

        return _asked(look, PurePosixPath(place))

    def looked_over(self, name: str, table: Table, rules: Rules) -> Table:
        """Only whether keys repeat or stand between blanks; every other cell is taken with care.

        A person's household is found by its key or not at all.
        """
        key = values.key(values.KEYS[name][0], table)
        twice = f"SELECT {key} FROM {table.relation} WHERE {key} IS NOT NULL GROUP BY 1 HAVING count(*) > 1 LIMIT 1"
        return replace(table, clean=self._exact(name, table), unique=not self.rows(twice))

    def _exact(self, name: str, table: Table) -> frozenset[str]:
        named = "household_id"
        unlike = (
            f"SELECT 1 FROM {table.relation} WHERE {named} IS NULL OR {named} = '' OR {named} <> trim({named}) LIMIT 1"
        )
        sure = name == "persons" or (table.columns.get(named) == "VARCHAR" and not self.rows(unlike))
        return frozenset((named,) if sure else ())

    def numbered(self, table: Table, column: str) -> str:
        view = quoted(f"numbered {table.path.name}")
        if view not in self._frames:
            frame = self._frames[table.relation]
            self._frames[view] = _asked(lambda: reading.numbered(self._spark, frame, column.strip('"')))
            self._frames[view].createOrReplaceTempView(_in_ticks(view))
        return view

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in _asked(self._frame(statement).collect)]

    def view(self, name: str, statement: str) -> None:
        self._frame(statement).createOrReplaceTempView(_in_ticks(name))

    def table(self, name: str, statement: str) -> None:
        from pyspark import StorageLevel

        if name in self._kept:
            self._kept[name].unpersist()
        frame = self._frame(statement).persist(StorageLevel.MEMORY_AND_DISK)
        self._kept[name] = frame
        frame.createOrReplaceTempView(_in_ticks(name))

    def fetch(self, name: str, statement: str) -> None:
        self._bring(statement, f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM brought")

    def note(self, name: str, statement: str) -> None:
        columns = [str(row[0]) for row in self.desk.execute(f"DESCRIBE {name}").fetchall()]
        self._bring(statement, f"INSERT INTO {name} SELECT * FROM brought", columns)

    def _bring(self, statement: str, into: str, columns: list[str] | None = None) -> None:
        frame = self._frame(statement)
        brought = _asked((frame.toDF(*columns) if columns else frame).toArrow)
        self.desk.register("brought", brought)
        self.desk.execute(into)
        self.desk.unregister("brought")

    def lend(self, name: str) -> None:
        lent = self.desk.table(name).to_arrow_table()
        self._spark.createDataFrame(lent).createOrReplaceTempView(_in_ticks(name))

    def write(self, statement: str, file: Path) -> None:
        """The workers write a part each, beside the file; the parts become one file here.

        Raises: DataRefused when parts are missing, because a worker wrote to a disk of its own.
        """
        parts = file.with_name(f"{file.name}.parts")
        frame = self._frame(statement)
        expected = _asked(frame.count) if not self._is_local() else None
        _asked(lambda: frame.write.mode("overwrite").option("compression", "zstd").parquet(str(parts)))
        here = sorted(str(part) for part in parts.glob("*.parquet"))
        written = f"read_parquet([{', '.join(map(text, here))}])" if here else ""
        count = rows(self.desk, f"SELECT count(*) FROM {written}")[0][0] if here else 0
        if not here or (expected is not None and count != expected):
            raise DataRefused(
                N_(
                    "The workers of Spark do not write into {folder}: name a folder that all of them and this machine share."
                ),
                folder=file.parent,
            )
        session.write(self.desk, f"SELECT * FROM {written}", file)
        shutil.rmtree(parts)

    def expect(self, statements: int) -> None:
        """Nothing to do: Spark does not say how far it is."""

    def pass_over(self) -> None:
        pass

    def share(self) -> float:
        return 0.0

    def interrupt(self) -> None:
        self._spark.sparkContext.cancelAllJobs()

    def _is_local(self) -> bool:
        return str(self._spark.sparkContext.master).startswith("local")

    def _frame(self, statement: str) -> DataFrame:
        sql, called = dialect.translated(statement)
        for name, made in dialect.needed([each for each in called if each not in self._known]):
            if name not in self._known:
                self._spark.sql(made)
                self._known.add(name)
        return _asked(lambda: self._spark.sql(sql))

    def forget(self) -> None:
        """Let go of what was worked out."""
        for frame in self._kept.values():
            frame.unpersist()


def _in_ticks(name: str) -> str:
    """A name of a view, with or without double quotes around it, as Spark quotes it."""
    return f"`{name.strip(chr(34))}`"


def _asked(work: Callable[[], _Answer], path: PurePath | None = None) -> _Answer:
    """What Spark answers; what it cannot do is said in a sentence."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return work()
    except (PySparkException, Py4JError) as error:
        if path is not None:
            raise DataRefused(
                N_("{file} cannot be read: {reason}"), file=path.name, reason=starting.reason(error)
            ) from error
        raise DataRefused(N_("Spark could not go on: {reason}"), reason=starting.reason(error)) from error
