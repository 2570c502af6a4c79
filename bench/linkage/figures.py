"""Finding people twice: seconds for a million, and how many are overlooked or taken for somebody else.

Two registers made in different ways, each a million entries; a hold-out; one with hardly anybody twice; a register against a list;
and Splink as it comes, on a tenth of the first.
"""

import shutil
import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from bench.linkage import another_hand, clerks, measuring, untuned, village_people
from diguan.linkage import matching

PEOPLE = 1_000_000
SECONDS, OVERLOOKED, WRONG = 60, 0.08, 0.001


def figures(people: int = PEOPLE) -> list[Figure]:
    """Each run reads Parquet, blocks, compares, scores, decides and writes; the seconds are the clock's."""
    folder = Path(tempfile.mkdtemp(prefix="diguan-bench-"))
    try:
        measured = _register(
            folder / "villages",
            "",
            village_people.write(village_people.entries(people, 0.2), folder / "villages"),
            (SECONDS, OVERLOOKED, WRONG),
        )
        measured += _register(
            folder / "other", "_other", another_hand.write(folder / "other", people), (SECONDS, OVERLOOKED, WRONG)
        )
        measured += _hold_out(folder / "clerks", people // 6)
        measured += _few(folder / "few", people // 3)
        measured += _list(folder / "list", people // 10)
        measured += _splink(folder / "splink", people // 10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return measured


def _register(
    folder: Path,
    name: str,
    register: Path,
    limits: tuple[float | None, float | None, float | None],
    others: Path | None = None,
) -> list[Figure]:
    """Seconds, share overlooked, share wrong, and share neither found nor in review."""
    started, cpu = time.perf_counter(), time.process_time()
    found = matching.find(register, folder / "out", others)
    seconds, worked = time.perf_counter() - started, time.process_time() - cpu
    quality = measuring.measured(folder, folder / "out", others.stem if others else "")
    size = f"{sum(file.rows for file in found.files):,} entries"
    return [
        Figure(f"2.linkage{name}_seconds", seconds, f"s, {size}; {worked:.0f} s of processor time", limits[0]),
        Figure(f"2.linkage{name}_overlooked", 1 - quality.recall, f"1 - recall, {quality.true:,} true pairs", limits[1]),
        Figure(f"2.linkage{name}_wrong", 1 - quality.precision, f"1 - precision, {quality.decided - quality.right:,} of {quality.decided:,} pairs decided", limits[2]),
        Figure(f"2.linkage{name}_lost", 1 - quality.recall_with_review, f"1 - recall with the {quality.reviewed:,} pairs in review"),
    ]  # fmt: skip


def _hold_out(folder: Path, people: int) -> list[Figure]:
    """To which no constant was ever fitted: what to expect of a register of another make."""
    return _register(folder, "_hold_out", clerks.write(folder, people), (None, None, None))


def _few(folder: Path, people: int) -> list[Figure]:
    """One entry in two hundred is a second one."""
    register = village_people.write(village_people.entries(people, 0.005), folder)
    return _register(folder, "_few", register, (None, None, None))


def _list(folder: Path, people: int) -> list[Figure]:
    """A register against another list of the same county, which holds some who are in no register."""
    register = another_hand.write(folder, people, another_hand.Shape(twice=0.5), in_two=True)
    return _register(folder, "_list", register, (None, None, None), folder / "list.parquet")


def _splink(folder: Path, people: int) -> list[Figure]:
    """Ours and Splink as it comes, side by side."""
    register = village_people.write(village_people.entries(people, 0.2), folder)
    ours = _register(folder, "_beside", register, (None, None, None))
    theirs = untuned.run(folder)
    return [
        *ours[:3],
        Figure("2.linkage_splink_seconds", theirs.seconds, f"s, {people:,} entries, training included"),
        Figure("2.linkage_splink_overlooked", 1 - theirs.recall, "1 - recall, Splink untuned, probability 0.9"),
        Figure("2.linkage_splink_wrong", 1 - theirs.precision, "1 - precision, Splink untuned, probability 0.9"),
    ]
