"""How a run is done; none of it changes an outcome of a household that is accepted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from diguan.engine.engines import DUCKDB, Engine
from diguan.engine.history import History
from diguan.engine.intake import EVERYTHING, Checks
from diguan.engine.progress import SILENT, Progress


@dataclass(frozen=True)
class Options:
    """What a screening is told beside its rules and data."""

    place_tree: Path | None = None
    history: History = field(default_factory=dict)  # what was known by how many months before
    checks: Checks = EVERYTHING
    persons_too: bool = False  # also write the derived values of every person
    memory: str = ""  # such as 4GB; beyond it work spills to disk
    threads: int = 0  # 0: as many as there are cores
    # From so many bytes of data on, what was done is kept until all is done; it costs a little time.
    keep_from: int = 1 << 30
    part: int = 1_000_000  # households judged at a time, where what is done is kept
    engine: str = DUCKDB
    master: str = ""  # of Spark
    progress: Progress = SILENT
    translate: Callable[[str], str] = str

    @property
    def working(self) -> Engine:
        return Engine(self.engine, self.master, self.memory, self.threads)


DEFAULT = Options()
