"""Totals by place: they add up at every level, whatever the tree, and nobody falls between places."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.rulebook.world import FILES, screen, write_data, write_pack

from diguan import engine

Row = tuple[int, str, str | None, str, str, str, int, int, Decimal | None]


def totals(out: Path) -> list[Row]:
    """(level, place, name, kind, id, outcome, households, persons, weighted persons)."""
    table = duckdb.read_parquet(str(out / "totals.parquet"))
    columns = "level, place, place_name, kind, id, outcome, households, persons, weighted_persons"
    return table.select(*columns.split(", ")).fetchall()


def adds_up(rows: list[Row]) -> bool:
    """Whether every level has the same sums of every subject and outcome as the whole."""
    sums: dict[int, dict[tuple[str, str, str], list[Decimal]]] = defaultdict(
        lambda: defaultdict(lambda: [Decimal(0)] * 3)
    )
    for level, _, _, kind, name, outcome, *counts in rows:
        key = (kind, name, outcome)
        sums[level][key] = [a + Decimal(b or 0) for a, b in zip(sums[level][key], counts, strict=True)]
    return all(dict(found) == dict(sums[0]) for found in sums.values())


def data_at(folder: Path, places: list[str]) -> Path:
    """Three households in each place: one enough, one poor, one unknown; one, two and no persons."""
    households, persons = [], []
    for i, place in enumerate(places):
        households += [f"e{i},{place},5000,1.5,,,,,", f"p{i},{place},10,2,,,,,", f"u{i},{place},,0.5,,,,,"]
        persons += [f"e{i}a,e{i},,,true", f"p{i}a,p{i},,,true", f"p{i}b,p{i},,,"]
    return write_data(folder, households, persons)


def tree_file(folder: Path, levels: int, width: int) -> tuple[Path, list[str]]:
    """A tree of places as a file, and its leaves."""
    lines, above = ["code,name,parent_code"], [""]
    for level in range(1, levels + 1):
        below = [(f"{code}{'-' if code else ''}{n}", code) for code in above for n in range(width if level > 1 else 1)]
        lines += [f"{code},Place {code},{parent}" for code, parent in below]
        above = [code for code, _ in below]
    file = folder / "places.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file, above


@pytest.mark.parametrize(("levels", "width"), [(2, 4), (3, 3), (5, 2)])
def test_totals_add_up_at_every_level_of_a_tree(tmp_path: Path, levels: int, width: int) -> None:
    pack = write_pack(tmp_path / "pack", pack=FILES["pack.yaml"] + "weight: debt\n")
    file, leaves = tree_file(tmp_path, levels, width)
    done = screen(pack, data_at(tmp_path / "data", leaves), tmp_path / "out", place_tree=file)
    rows = totals(tmp_path / "out")
    assert {row[0] for row in rows} == set(range(levels + 1))
    assert adds_up(rows)
    count = len(leaves)
    whole = {row[3:6]: row[6:] for row in rows if row[0] == 0}
    assert whole["all", "all", "all"] == (3 * count, 3 * count, Decimal("5.5") * count)
    assert whole["standard", "enough", "met"] == (count, count, Decimal("1.5") * count)
    assert whole["standard", "enough", "not_met"] == (count, 2 * count, 4 * count)
    assert whole["standard", "enough", "unknown"] == (count, 0, 0)
    assert whole["standard", "school", "unknown"] == (2 * count, 2 * count, 4 * count)
    assert whole["cohort", "poor", "member"] == (count, 2 * count, 4 * count)
    assert whole["cohort", "unknown", "unknown"] == (count, 0, 0)
    assert whole["to_check", "all", "unknown"] == (2 * count, 2 * count, 4 * count)
    assert done.outside_places == 0


def test_a_household_may_live_at_any_level_of_the_tree(tmp_path: Path) -> None:
    file, leaves = tree_file(tmp_path, 3, 2)
    screen(
        write_pack(tmp_path / "pack"), data_at(tmp_path / "data", [leaves[0], "0"]), tmp_path / "out", place_tree=file
    )
    found = {(row[0], row[1]): row[6] for row in totals(tmp_path / "out") if row[3] == "all"}
    assert found == {(0, ""): 6, (1, "0"): 6, (2, "0-0"): 3, (3, "0-0-0"): 3}


def test_codes_of_twelve_digits_make_five_levels(tmp_path: Path) -> None:
    places = ["220102001001", "220102001002", "220102002001", "222401001001"]
    screen(write_pack(tmp_path / "pack"), data_at(tmp_path / "data", places), tmp_path / "out")
    rows = totals(tmp_path / "out")
    assert adds_up(rows)
    found = {(row[0], row[1]): row[6] for row in rows if row[3] == "all" and row[0] in (1, 2, 3)}
    assert found == {(1, "22"): 12, (2, "2201"): 9, (2, "2224"): 3, (3, "220102"): 9, (3, "222401"): 3}


@pytest.mark.parametrize("places", [["North", "South bank"], ["220102001001", "North"], ["22", "2201"]])
def test_places_in_free_text_make_one_level(tmp_path: Path, places: list[str]) -> None:
    screen(write_pack(tmp_path / "pack"), data_at(tmp_path / "data", places), tmp_path / "out")
    rows = totals(tmp_path / "out")
    assert adds_up(rows)
    assert {row[1] for row in rows if row[0] == 1} == set(places)


def test_a_household_outside_the_tree_counts_in_the_whole_and_is_told(tmp_path: Path) -> None:
    file, leaves = tree_file(tmp_path, 2, 2)
    data = data_at(tmp_path / "data", [leaves[0], "elsewhere", ""])
    done = screen(write_pack(tmp_path / "pack"), data, tmp_path / "out", place_tree=file)
    found = {row[0]: row[6] for row in totals(tmp_path / "out") if row[3] == "all"}
    assert (done.households, done.outside_places, found) == (9, 6, {0: 9, 1: 3, 2: 3})


def test_households_without_weight_are_told_and_no_zero_is_made_of_them(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", pack=FILES["pack.yaml"] + "weight: debt\n")
    data = write_data(tmp_path / "data", ["a,p,5000,2,,,,,", "b,p,1,,,,,,"], ["x,a,,,", "y,b,,,"])
    done = screen(pack, data, tmp_path / "out")
    whole = {row[3:6]: row[6:] for row in totals(tmp_path / "out") if row[0] == 0}
    assert done.without_weight == 1
    assert whole["standard", "enough", "not_met"] == (1, 1, None)
    assert whole["all", "all", "all"] == (2, 2, 2)


TREES = {
    "a place twice": ("a,A,\na,B,", "places.csv: the place a stands more than once."),
    "a place without a code": (",A,", "places.csv: the place “A” has no code."),
    "a circle": ("a,A,b\nb,B,a", "places.csv: 2 places do not hang below a root (their parent is missing, or they stand in a circle)."),
    "a parent that is missing": ("a,A,\nb,B,c", "places.csv: 1 places do not hang below a root (their parent is missing, or they stand in a circle)."),
}  # fmt: skip


@pytest.mark.parametrize("what", TREES)
def test_a_tree_that_is_none_is_refused(tmp_path: Path, what: str) -> None:
    lines, message = TREES[what]
    file = tmp_path / "places.csv"
    file.write_text(f"code,name,parent_code\n{lines}\n", "utf-8")
    with pytest.raises(engine.DataRefused) as refused:
        screen(write_pack(tmp_path / "pack"), data_at(tmp_path / "data", ["a"]), tmp_path / "out", place_tree=file)
    assert refused.value.message() == message


def test_a_number_of_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text("code,name,parent_code,number\na,A,,x\n", "utf-8")
    with pytest.raises(engine.DataRefused, match="“x” is not a whole number"):
        screen(write_pack(tmp_path / "pack"), data_at(tmp_path / "data", ["a"]), tmp_path / "out", place_tree=file)
