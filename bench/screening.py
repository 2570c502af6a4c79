"""Screening from Parquet, against the same logic written by hand in SQL without unknowns."""

import datetime as dt
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from bench import population
from bench.figures import Figure
from diguan import engine, rulebook

AS_OF = dt.date(2020, 5, 29)
ROUNDS = 7
_CHECKS = "random people, nearly all of them with a fault"


def figures(households: int = 300_000) -> list[Figure]:
    """Several rounds, each one run of either, taken in turns.

    A ratio is the median over the rounds: a machine that does other things besides slows a round's runs alike, while the
    best of either, taken from different rounds, favours the shorter one.
    """
    folder = Path(tempfile.mkdtemp(prefix="diguan-bench-"))
    try:
        pack = rulebook.load(rulebook.shipped() / "cn-jilin-2020")
        # The SQL by hand looks for no faults in the data, so neither do the runs that it is compared with.
        with_checks = rulebook.at(pack, AS_OF)
        rules = with_checks.without_checks()
        _, persons = population.write(pack, folder / "data", households)
        hand, checked, trusted, faults = [], [], [], []
        for _ in range(ROUNDS):
            hand.append(_timed(lambda: by_hand(folder)))
            checked.append(_timed(lambda: engine.screen(rules, folder / "data", folder / "out")))
            options = engine.Options(checks=engine.Checks(trusted=True))
            trusted.append(
                _timed(lambda options=options: engine.screen(rules, folder / "data", folder / "out", options))
            )
            faults.append(
                _timed(lambda options=options: engine.screen(with_checks, folder / "data", folder / "out", options))
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    size = f"{persons:,} persons"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return [
        Figure("1.screening_by_hand", min(hand), f"s, {size}"),
        Figure("1.screening_checked", min(checked), f"s, {size}, files checked"),
        Figure("1.screening_snapshot", min(trusted), f"s, {size}, a snapshot of the registry"),
        Figure("1.screening_checked_ratio", _ratio(checked, hand), "times by hand", 1.5),
        Figure("1.screening_snapshot_ratio", _ratio(trusted, hand), "times by hand", 1.5),
        Figure("2.screening_with_checks", _ratio(faults, trusted), f"times without, {_CHECKS}"),
        Figure("1.screening_memory", memory, "GiB, peak of the process"),
    ]


def _ratio(these: list[float], those: list[float]) -> float:
    return statistics.median(this / that for this, that in zip(these, those, strict=True))


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def by_hand(folder: Path, *, memory: str = "") -> None:
    """The data of the folder, screened by the script."""
    script = (Path(__file__).parent / "by_hand.sql").read_text("utf-8").replace("{out}", str(folder / "by_hand"))
    (folder / "by_hand").mkdir(exist_ok=True)
    with duckdb.connect(
        config={"memory_limit": memory, "temp_directory": str(folder / "spill")} if memory else {}
    ) as connection:
        for name in ("households", "persons"):
            connection.execute(f"CREATE TEMP VIEW {name} AS FROM '{folder}/data/{name}.parquet'")
        for statement in script.split(";\n"):
            if statement.strip():
                connection.execute(statement)
