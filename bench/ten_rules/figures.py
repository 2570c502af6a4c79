"""Ten rules from Parquet to eleven integers: a pack under Diguan beside OpenFisca's arrays, at two sizes.

Diguan checks the files, keeps unknowns apart and writes each household's outcome with the tests it failed; OpenFisca does none of
it. Each run is a program of its own, from its start to its end; seconds are those after it has been loaded.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure
from bench.processes import alone
from bench.ten_rules import population

SIZES = (303_000, 3_030_000)
ROUNDS = 3


def figures(sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """Raises: RuntimeError when the two do not come to the same integers."""
    return [figure for households in sizes for figure in _one_size(households, is_largest=households == max(sizes))]


def _one_size(households: int, *, is_largest: bool) -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="diguan-bench-"))
    data, out = str(folder / "data"), str(folder / "out")
    try:
        persons = alone(lambda: population.write(folder / "data", households))
        runs = [
            (_run("by_openfisca", data), _run("by_diguan", data, out), _run("by_diguan", data, out, "trusted"))
            for _ in range(ROUNDS)
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if any(theirs["integers"] != ours["integers"] for theirs, *both in runs for ours in both):
        raise RuntimeError("OpenFisca and Diguan do not come to the same integers")
    theirs, checked, trusted = zip(*runs, strict=True)
    name, size = f"3.openfisca_{round(persons / 1e6)}m", f"{persons:,} persons, ten rules"
    wanted = 2.5 if is_largest else None
    return [
        Figure(f"{name}_openfisca", _seconds(theirs), f"s, {size}, load included"),
        Figure(f"{name}_checked", _seconds(checked), f"s, {size}, files checked, results on disk"),
        Figure(f"{name}_trusted", _seconds(trusted), f"s, {size}, results on disk"),
        Figure(f"{name}_ratio", _seconds(theirs) / _seconds(trusted), "times less than OpenFisca", wanted, is_least=True),
        Figure(f"{name}_openfisca_memory", max(run["gib"] for run in theirs), f"GiB, {size}"),
        Figure(f"{name}_memory", max(run["gib"] for run in checked), f"GiB, {size}"),
    ]  # fmt: skip


def _seconds(runs: tuple[dict[str, Any], ...]) -> float:
    return median(float(run["seconds"]) for run in runs)


def _run(side: str, *words: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", f"bench.ten_rules.{side}", *words], stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
    return told
