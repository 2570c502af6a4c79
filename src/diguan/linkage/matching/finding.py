"""One run: people in, pairs and clusters out, as files."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from diguan.engine.cells import safe
from diguan.engine.connection import connect, rows
from diguan.engine.folders import check_out, scratch_folder, swapped_in
from diguan.engine.sql import text
from diguan.linkage.matching import blocking, chances, comparing, deciding, kin, preparing, scoring, twins
from diguan.linkage.matching.levels import COMPARISONS
from diguan.linkage.matching.problems import Fault
from diguan.linkage.matching.reading import Read, read
from diguan.rulebook.problems import N_

STEPS = {
    "reading": N_("reading"), "preparing": N_("working out sounds and lunar dates"), "comparing": N_("comparing pairs"),
    "households": N_("looking at who lives with whom"), "writing": N_("writing results"),
}  # fmt: skip
PAIRS, CLUSTERS, FAULTS, SUMMARY = "pairs.parquet", "clusters.parquet", "refused.csv", "linkage.json"
_SOURCES = "CASE side WHEN 0 THEN 'register' ELSE 'list' END"


@dataclass(frozen=True)
class Options:
    """How a run is done; none of it changes what is found."""

    memory: str = ""  # such as 4GB; beyond it work spills to disk
    threads: int = 0  # 0: as many as there are cores
    scratch: Path | None = None  # where what spills lies while the run lasts; the system's folder if not given
    progress: Callable[[str], None] = lambda step: None
    translate: Callable[[str], str] = str


DEFAULT = Options()


@dataclass(frozen=True)
class Found:
    """What a run did; linkage.json beside the results says the same.

    `same` and `through` pairs were decided, directly or through somebody both are the same as; `review` pairs wait for a
    person. `expected` is how many second entries the model itself believes the pairs to hold, `levels` how often it found each
    level between two entries of one person.
    """

    files: list[Read]
    compared: int
    same: int
    through: int
    review: int
    broken: int
    clusters: int
    threshold: float
    expected: float
    levels: dict[str, dict[str, float]]
    seconds: float


def find(register: Path, out: Path, others: Path | None = None, options: Options = DEFAULT) -> Found:
    """Find who stands twice in `register`, or who of the list `others` stands in it; write to the folder `out`, whole or not at all.

    Rows: pairs.parquet one per pair decided or to be reviewed, clusters.parquet one per entry that was found again,
    refused.csv one per row refused or value set aside.
    Unknown: what is missing speaks neither for nor against a pair.
    Raises: DataRefused when a file cannot be read or lacks a needed column, or `out` holds something else.
    """
    started = time.perf_counter()
    files = [register] if others is None else [register, others]
    strange = N_("{folder} holds files that are no results of linkage; name a new folder, or one with earlier results.")
    for file in files:
        check_out(file, out, SUMMARY, strange)
    with (
        swapped_in(out) as folder,
        scratch_folder(options.scratch) as scratch,
        connect(memory=options.memory, threads=options.threads, spill=scratch) as connection,
    ):
        options.progress("reading")
        given = read(connection, files, scratch)
        options.progress("preparing")
        preparing.prepare(connection)
        known = twins.measured(connection, chances.measure(connection))
        options.progress("comparing")
        compared = blocking.candidates(connection, across=others is not None)
        comparing.levels(connection, known, "candidate", "compared")
        model = scoring.estimate(
            connection, scoring.start(connection, _all_pairs(connection, others is not None), known.people)
        )
        options.progress("households")
        kin.judge(connection, known, model, others is not None)
        decided = deciding.decide(connection)
        options.progress("writing")
        _write(connection, known, model, folder)
        _write_faults(folder / FAULTS, [fault for file in given for fault in file.faults], options.translate)
        found = _summary(given, compared, decided, model, started)
        summary = asdict(found)
        summary["files"] = [{key: value for key, value in file.items() if key != "faults"} for file in summary["files"]]
        (folder / SUMMARY).write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return found


def _all_pairs(connection: duckdb.DuckDBPyConnection, across: bool) -> float:
    """How many pairs there are, compared or not."""
    counts = [
        int(str(count)) for (count,) in rows(connection, "SELECT count(*) FROM person GROUP BY side ORDER BY side")
    ]
    if across:
        return float(math.prod(counts)) if len(counts) == 2 else 1.0
    return max(sum(counts) * (sum(counts) - 1) / 2, 2.0)


def _write(connection: duckdb.DuckDBPyConnection, known: chances.Chances, model: scoring.Model, folder: Path) -> None:
    """pairs.parquet with each pair's levels and what each of them weighs, in bits; clusters.parquet."""
    connection.execute("CREATE OR REPLACE TEMP TABLE unseen AS SELECT l, r FROM verdict ANTI JOIN judged USING (l, r)")
    comparing.levels(connection, known, "unseen", "unseen_levels")
    names = {"name": "u_name", "date": "u_date", "place": "u_place", "sex": model.u_sex, "identity": model.u_identity}
    made, weights = [], []
    for comparison, levels in COMPARISONS.items():
        listed = ", ".join(text(level.name) for level in levels)
        weight = f"({model.weight(comparison)} - ({names[comparison]}))"
        weights.append(weight)
        made += [f"[{listed}][{comparison} + 1] AS {comparison}", f"round({weight} / ln(2), 2) AS {comparison}_weight"]
    bits = "/ ln(2), 2)"
    score = "ln(p / greatest(1 - p, 1e-12))"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW who AS SELECT id, person_key, {_SOURCES} AS source FROM entry")
    _copy(
        connection,
        f"""
        SELECT a.person_key AS left_key, a.source AS left_source, b.person_key AS right_key,
            b.source AS right_source, decision, round(p, 6) AS probability, {", ".join(made)},
            round((score - ({model.prior:.6f}) - ({" + ".join(weights)})) {bits} AS household_weight,
            round(CASE WHEN score < 25 THEN {score} - score ELSE 0 END {bits} AS rivals_weight, round({model.prior:.6f} {bits} AS start_weight
        FROM verdict v
        JOIN (FROM judged UNION ALL FROM unseen_levels) c USING (l, r)
        LEFT JOIN scored USING (l, r) JOIN who a ON a.id = l JOIN who b ON b.id = r
        ORDER BY probability DESC NULLS LAST, left_key, right_key""",
        folder / PAIRS,
    )
    _copy(
        connection,
        "SELECT person_key, source, cluster, count(*) OVER (PARTITION BY cluster) AS entries "
        "FROM joined JOIN who USING (id) ORDER BY cluster, source DESC, person_key",
        folder / CLUSTERS,
    )


def _copy(connection: duckdb.DuckDBPyConnection, statement: str, file: Path) -> None:
    connection.execute(f"COPY ({statement}) TO {text(str(file))} (FORMAT parquet, COMPRESSION zstd)")


def _write_faults(file: Path, faults: Sequence[Fault], translate: Callable[[str], str]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(("file", "row", "person_key", "value", "reason", "message"))
        for fault in faults:
            line = (fault.file, fault.row, fault.key, fault.value, fault.reason, fault.message(translate))
            writer.writerow([safe(cell) for cell in line])


def _summary(
    given: list[Read], compared: int, decided: deciding.Decided, model: scoring.Model, started: float
) -> Found:
    levels = {
        comparison: {level.name: round(model.m[comparison][at], 5) for at, level in enumerate(each) if not level.apart}
        for comparison, each in COMPARISONS.items()
    }
    return Found(
        files=given, compared=compared, same=decided.same, through=decided.through, review=decided.review, broken=decided.broken,
        clusters=decided.clusters, threshold=round(decided.threshold, 6), expected=round(model.matches, 1), levels=levels,
        seconds=round(time.perf_counter() - started, 3),
    )  # fmt: skip
