"""Poverty by Alkire and Foster in twenty-two groups, against mpitb, and its errors against what mpitb says they are."""

import contextlib
import io
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb
import pandas
from mpitb.core import MPIToolbox

from bench.figures import Figure
from diguan import numerics
from diguan.numerics import Estimates, Indicator, Sample, Specification

INDICATORS = tuple(f"d{at}" for at in range(10))
GROUPS = ("region", "area")
ROUNDS = 5
SAMPLE, CLUSTER = 14_903, 25  # people in all and in each sampling unit, as in mpitb's own sample
T = TypeVar("T")
_SPECIFICATION = Specification(tuple(Indicator(name, 0.1) for name in INDICATORS), 1 / 3)
_DESIGN = Sample("people", "weight", "stratum", "psu", GROUPS)
_INDEX = {"H": "h", "A": "a", "M0": "m0", "hdk": "censored", "hd": "uncensored"}


def figures(copies: int = 70) -> list[Figure]:
    """Twenty regions and two areas; a sample as large as mpitb's own, written seventy times; both read the same file."""
    folder = Path(tempfile.mkdtemp(prefix="diguan-bench-"))
    try:
        file = _write(folder, copies)
        theirs, theirs_seconds = _best(lambda: _by_mpitb(file))
        ours, ours_seconds = _best(lambda: _by_us(file))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    errors = {each["measure"]: each["se"] for each in theirs if each["loa"] == "nat" and each["measure"] in ("H", "M0")}
    size = f"{SAMPLE * copies:,} persons, 10 indicators, 22 groups"
    return [
        Figure("3.alkire_foster_seconds", ours_seconds, f"s, {size}, from Parquet, with errors by design"),
        Figure("3.alkire_foster_mpitb", theirs_seconds, f"s, {size}, mpitb, from Parquet"),
        Figure("3.alkire_foster_ratio", theirs_seconds / ours_seconds, "times faster than mpitb", 10, is_least=True),
        Figure("3.alkire_foster_difference", _apart(ours, theirs) * 1e9, "1e-9, largest difference of estimates", 1),
        Figure("3.alkire_foster_se_h", (ours.whole.of("h").error or 0) / errors["H"], "times mpitb's error of H"),
        Figure("3.alkire_foster_se_m0", (ours.whole.of("m0").error or 0) / errors["M0"], "times mpitb's error of M0"),
    ]


def _write(folder: Path, copies: int) -> Path:
    """A sample of clusters, which differ in how much is lacking, so that errors by design are larger; written so many times."""
    drawn = random.Random(4)
    clusters = SAMPLE // CLUSTER + 1
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE misery (psu INTEGER, share DOUBLE)")
        shares = pandas.DataFrame(
            {"psu": range(clusters), "share": [drawn.betavariate(1.5, 3) for _ in range(clusters)]}
        )
        connection.execute("INSERT INTO misery SELECT * FROM shares")
        del shares
        lacks = ", ".join(f"CAST(random() < share AS INTEGER) AS {name}" for name in INDICATORS)
        connection.execute("SELECT setseed(0.4)")
        connection.execute(f"""
            CREATE TABLE sample AS
            SELECT psu, psu % 40 AS stratum, 'r' || (psu % 20) AS region,
                CASE WHEN psu % 3 = 0 THEN 'urban' ELSE 'rural' END AS area, round(0.5 + 2 * random(), 4) AS weight, {lacks}
            FROM range({SAMPLE}) AS one (number) JOIN misery ON misery.psu = number // {CLUSTER}""")
        connection.execute(
            f"COPY (SELECT sample.* FROM range({copies}) AS copy, sample) TO '{folder / 'people.parquet'}' (FORMAT parquet)"
        )
    return folder / "people.parquet"


def _by_us(file: Path) -> Estimates:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TEMP VIEW people AS FROM '{file}'")
        return numerics.alkire_foster(connection, _DESIGN, _SPECIFICATION)


def _by_mpitb(file: Path) -> list[dict[str, object]]:
    frame = pandas.read_parquet(file)
    toolbox = MPIToolbox()
    toolbox.set(name="all", dimensions=[([name], name) for name in INDICATORS])
    toolbox.svyset(weight="weight", psu="psu", strata="stratum")
    weights = dict.fromkeys(INDICATORS, 0.1)
    with contextlib.redirect_stdout(io.StringIO()):
        return toolbox.est(frame, "all", [100 / 3 - 1e-7], weights, over=list(GROUPS), svy=True)


def _best(work: Callable[[], T]) -> tuple[T, float]:
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - started)
    return found, min(seconds)


def _apart(ours: Estimates, theirs: list[dict[str, object]]) -> float:
    """The largest difference of any estimate."""
    largest = 0.0
    for each in theirs:
        if (index := _INDEX.get(str(each["measure"]))) is None:
            continue
        domain = ours.group(str(each["loa"]), str(each["subg"])) if "subg" in each else ours.whole
        value = domain.of(index, str(each.get("indicator", ""))).value
        largest = max(largest, abs((value or 0.0) - float(str(each["b"]))))
    return largest
