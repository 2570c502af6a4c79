"""Made-up registers whose truth is known: few wrong pairs, few overlooked, the same every time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from bench.linkage import another_hand, clerks, village_people
from bench.linkage.measuring import measured

from diguan.linkage import matching

PEOPLE = 12_000


def _of_villages(folder: Path) -> Path:
    return village_people.write(village_people.entries(PEOPLE, 0.2), folder)


def _of_another_hand(folder: Path) -> Path:
    return another_hand.write(folder, PEOPLE, another_hand.Shape(twice=0.15))


@pytest.mark.parametrize("made", [_of_villages, _of_another_hand])
def test_most_are_found_and_hardly_any_wrongly(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    matching.find(made(tmp_path), tmp_path / "out")
    quality = measured(tmp_path, tmp_path / "out")
    assert quality.precision > 0.997
    assert quality.recall > 0.9
    assert quality.recall_with_review > 0.95


def test_somebody_entered_many_times_does_not_make_the_name_common(tmp_path: Path) -> None:
    """Half of the entries are of people who have some ten of them each."""
    register = village_people.write(village_people.entries(8000, 0.5), tmp_path)
    matching.find(register, tmp_path / "out")
    quality = measured(tmp_path, tmp_path / "out")
    assert quality.precision > 0.997
    assert quality.recall > 0.7


def test_a_hold_out_to_which_nothing_was_fitted_has_hardly_any_wrong(tmp_path: Path) -> None:
    matching.find(clerks.write(tmp_path, PEOPLE), tmp_path / "out")
    quality = measured(tmp_path, tmp_path / "out")
    assert quality.precision > 0.995
    assert quality.recall_with_review > 0.85


def test_a_second_run_finds_the_same(tmp_path: Path) -> None:
    register = village_people.write(village_people.entries(3000, 0.2), tmp_path)
    runs = []
    for name in ("first", "second"):
        matching.find(register, tmp_path / name)
        runs.append(
            duckdb.execute(
                f"SELECT left_key, right_key, decision, probability FROM '{tmp_path / name / matching.PAIRS}'"
            ).fetchall()
        )
    assert runs[0] == runs[1]


def test_a_register_without_anybody_twice_gives_nobody(tmp_path: Path) -> None:
    register = village_people.write(village_people.entries(6000, 0.0), tmp_path)
    found = matching.find(register, tmp_path / "out")
    assert found.same + found.through <= 1
