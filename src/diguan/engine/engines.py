"""Which engine does the work. None of them changes an outcome."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from diguan.engine.connection import connect
from diguan.engine.progress import SILENT, Progress, watched
from diguan.engine.session import OnDuckDB, Session

DUCKDB, SPARK = "duckdb", "spark"


@dataclass(frozen=True)
class Engine:
    """What works, and with how much of the machine."""

    name: str = DUCKDB
    master: str = ""  # of Spark: where its master listens; empty is this machine
    memory: str = ""  # such as 4GB; beyond it work spills to disk
    threads: int = 0  # 0: as many as there are cores


@contextmanager
def at_work(engine: Engine, scratch: Path, progress: Progress = SILENT) -> Iterator[Session]:
    """A session of the engine, watched over by `progress`, and nothing of it afterwards.

    Raises: DataRefused when the engine is not there, or the amount of memory is none; Stopped.
    """
    if engine.name == SPARK:
        from diguan.engine.spark.session import on_spark  # an optional extra, and slow to start

        with on_spark(engine.master, engine.memory, engine.threads, scratch) as session, watched(session, progress):
            yield session
        return
    with connect(memory=engine.memory, threads=engine.threads, spill=scratch) as connection:
        on_desk = OnDuckDB(connection)
        with watched(on_desk, progress):
            yield on_desk
