"""A nation on a small machine: the same screening at growing sizes with little memory, against SQL written by hand.

python -m bench.scale HOUSEHOLDS … measures other sizes: 30000000 are a hundred million persons, and want 40 GB of disk.
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import population, screening
from bench.figures import Figure
from bench.processes import alone
from diguan import engine, rulebook

SIZES = (300_000, 3_000_000)
MEMORY = "7GB"  # told to either; what a process takes beside what DuckDB counts must fit into 8 GiB as well
LIMIT_GIB = 8
_KIB_IN_GIB = 1024**2


@dataclass(frozen=True)
class Run:
    seconds: float
    gib: float  # peak of the process


def figures(sizes: Sequence[int] = SIZES) -> list[Figure]:
    """At each size several runs of either, each in a process of its own, taken in turns; fewer of them as they grow longer."""
    found: list[Figure] = []
    times: dict[int, tuple[int, float]] = {}
    for households in sizes:
        folder = Path(tempfile.mkdtemp(prefix="diguan-bench-"))
        try:
            rows, seconds, own = _one_size(folder, households)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        times[households] = rows, seconds
        found += own
    smallest, largest = (times[size] for size in (min(sizes), max(sizes)))
    if smallest != largest:
        growth = (largest[1] / largest[0]) / (smallest[1] / smallest[0])
        found.append(Figure("3.scale_growth", growth, f"times as long per person at {largest[0]:,}", 1.0))
    return found


def _one_size(folder: Path, households: int) -> tuple[int, float, list[Figure]]:
    pack = rulebook.load(rulebook.shipped() / "cn-jilin-2020")
    rules = rulebook.at(pack, screening.AS_OF).without_checks()
    persons = alone(lambda: population.write(pack, folder / "data", households, scattered=True)[1])
    by_hand, checked = [], []
    for _ in range(5 if households <= 300_000 else 3 if households <= 3_000_000 else 1):
        by_hand.append(_run(lambda: screening.by_hand(folder, memory=MEMORY)))
        checked.append(
            _run(lambda: engine.screen(rules, folder / "data", folder / "out", engine.Options(memory=MEMORY)))
        )
        shutil.rmtree(folder / "by_hand")
        shutil.rmtree(folder / "out")
    size = f"{persons:,} persons"
    name = f"3.scale_{round(persons / 1e6)}m"
    seconds = median(run.seconds for run in checked)
    ratio = median(ours.seconds / theirs.seconds for ours, theirs in zip(checked, by_hand, strict=True))
    return persons, seconds, [
        Figure(f"{name}_by_hand", median(run.seconds for run in by_hand), f"s, {size}"),
        Figure(f"{name}_screening", seconds, f"s, {size}, files checked"),
        Figure(f"{name}_ratio", ratio, f"times by hand, {size}", 1.5),
        Figure(f"{name}_by_hand_memory", max(run.gib for run in by_hand), f"GiB, {size}"),
        Figure(f"{name}_memory", max(run.gib for run in checked), f"GiB, {size}", LIMIT_GIB),
    ]  # fmt: skip


def _run(work: Callable[[], object]) -> Run:
    def timed() -> tuple[float, float]:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_IN_GIB

    return Run(*alone(timed))


if __name__ == "__main__":
    from bench import figures as shown

    shown.show(figures([int(size) for size in sys.argv[1:]] or SIZES))
