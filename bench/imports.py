"""python -m bench.imports STORE [--short]: how quickly a batch comes on file, in how much memory, and one visit alone."""

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import processes, province, stores
from bench.figures import Figure

SIZES, SHORT = (30_000, 120_000), (500, 1_000)
VISITS = 60


def main(store: str, short: bool) -> int:
    import django

    django.setup()
    province.pack()  # once, for all processes that are forked from this one
    small, large = SHORT if short else SIZES
    with tempfile.TemporaryDirectory(prefix="diguan-bench-") as name:
        folders = [
            processes.alone(lambda n=n: str(province.write(Path(name) / str(n), n, seed=n))) for n in (small, large)
        ]
        processes.alone(province.prepare)
        first, second = (processes.alone(lambda folder=folder: _import(Path(folder))) for folder in folders)
        visit = processes.alone(lambda: _visits(5 if short else VISITS))
    rate = max(first["seconds"] / small, second["seconds"] / large) * 30_000
    size = f"{large:,} households, {second['persons']:,} persons"
    stores.tell(
        [
            Figure(f"2.import_{store}", rate, f"s for 30,000 households with persons and observations ({size})", 60),
            Figure(f"2.import_{store}_memory", second["memory"], f"GiB at {large:,} households, peak"),
            Figure(
                f"2.import_{store}_memory_growth",
                second["memory"] / first["memory"],
                f"times the peak at {small:,}",
                1.5,
            ),
            Figure(f"2.visit_{store}", visit["seconds"], "ms to record one visit, median"),
            Figure(f"2.visit_{store}_cpu", visit["cpu"], "ms of CPU to record one visit, median", 25),
        ]
    )
    return 0


def _import(folder: Path) -> dict[str, Any]:
    from django.utils import timezone

    from diguan.registry import actions
    from diguan.registry.batch import BatchFolder

    began = time.perf_counter()
    report = actions.record_observations(batch=BatchFolder(folder), pack=province.pack(), by=None, at=timezone.now())
    assert report.refused == 0, report.refusals[:3]
    return {
        "seconds": time.perf_counter() - began,
        "persons": report.persons.accepted,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }


def _visits(count: int) -> dict[str, float]:
    from django.utils import timezone

    from diguan.registry import actions

    pack, wall, cpu = province.pack(), [], []
    for number, key in enumerate(province.keys(count + 5)):
        batch = province.visit(key, {"family_support": str(number), "housing_grade": "A", "staple_food_enough": True})
        began, used = time.perf_counter(), time.process_time()
        actions.record_observations(batch=batch, pack=pack, by=None, at=timezone.now())
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    return {"seconds": statistics.median(wall[5:]) * 1000, "cpu": statistics.median(cpu[5:]) * 1000}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--short" in sys.argv))
