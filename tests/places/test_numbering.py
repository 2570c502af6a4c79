"""Every place has a range of its own inside its parent's, and keeps it."""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diguan.places import numbering, trees
from diguan.places.reading import Row
from diguan.places.refusals import FileRefused, Problem

Standing = dict[str, tuple[numbering.Range, str]]


def tree_of(parents: list[int]) -> list[Row]:
    """Turn "place n hangs on place parents[n]" into rows; a parent of -1 or later than n makes a root."""
    depth: dict[int, int] = {}
    rows = []
    for child, parent in enumerate(parents):
        hangs = 0 <= parent < child
        depth[child] = depth[parent] + 1 if hangs else 0
        code = f"P{parent}" if hangs else ""
        rows.append(Row(child + 2, f"P{child}", f"Place {child}", f"level {depth[child]}", code))
    return rows


def number(rows: list[Row], standing: Standing | None = None) -> Standing:
    standing = dict(standing or {})
    tree = trees.grown("t.csv", rows, {})
    numbers = numbering.Numbers("t.csv", tree.rows, tree.depth, standing)
    for row in tree.rows:
        if row.code not in standing:
            given_range = numbers.of(row)
            assert not isinstance(given_range, Problem), str(given_range)
            standing[row.code] = (given_range, row.parent_code)
    return standing


def check_nesting(numbered: Standing) -> None:
    siblings: dict[str, list[numbering.Range]] = defaultdict(list)
    for (low, high), parent_code in numbered.values():
        assert 0 <= low < high <= 10**18
        siblings[parent_code].append((low, high))
        if parent_code:
            parent_low, parent_high = numbered[parent_code][0]
            assert parent_low < low
            assert high <= parent_high
    for ranges in siblings.values():
        ordered = sorted(ranges)
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(ordered))


forests = st.lists(st.integers(-1, 30), min_size=1, max_size=60).map(tree_of)


@given(forests)
def test_ranges_nest_as_the_tree_does_and_siblings_never_meet(rows: list[Row]) -> None:
    check_nesting(number(rows))


@given(forests, st.data())
def test_a_tree_that_grows_keeps_every_number_given(rows: list[Row], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(rows)))
    before = number(rows[:first])
    room = {code: sum(parent == code for _range, parent in before.values()) for code in [*before, ""]}
    grown = []
    for row in rows:
        if row.code in before or row.parent_code not in before or room[row.parent_code] == 0:
            continue
        room[row.parent_code] -= 1
        grown.append(row)
    after = number([row for row in rows if row.code in before] + grown, before)
    assert {code: after[code] for code in before} == before
    check_nesting(after)


@settings(max_examples=20)
@given(st.integers(1, 300), st.integers(1, 300))
def test_a_parent_has_room_for_as_many_children_again(old: int, new: int) -> None:
    root = Row(2, "R", "Root", "country", "")
    children = [Row(n + 3, f"C{n}", "Child", "county", "R") for n in range(old + min(new, old))]
    before = number([root, *children[:old]])
    check_nesting(number([root, *children], before))


def test_codes_that_nest_by_twos_and_threes_are_their_own_numbers() -> None:
    rows = [
        Row(2, "22", "", "province", ""),
        Row(3, "2224", "", "prefecture", "22"),
        Row(4, "222424", "", "county", "2224"),
        Row(5, "222424100", "", "township", "222424"),
        Row(6, "222424100200", "", "village", "222424100"),
    ]
    assert [given_range for given_range, _parent in number(rows).values()] == [
        (220000000000, 230000000000),
        (222400000000, 222500000000),
        (222424000000, 222425000000),
        (222424100000, 222424101000),
        (222424100200, 222424100201),
    ]


def test_a_city_without_counties_shares_its_beginning_with_its_only_child() -> None:
    rows = [
        Row(2, "44", "", "province", ""),
        Row(3, "4419", "", "prefecture", "44"),
        Row(4, "441900", "", "county", "4419"),
        Row(5, "441900003", "", "township", "441900"),
    ]
    numbered = number(rows)
    assert numbered["4419"][0] == (441900000000, 442000000000)
    assert numbered["441900"][0] == (441900000000, 441901000000)
    assert numbered["441900003"][0] == (441900003000, 441900004000)


def test_trees_of_both_kinds_never_meet() -> None:
    chinese = [Row(2, "99", "", "province", ""), Row(3, "9999", "", "prefecture", "99")]
    other = [Row(4, "UK", "", "country", ""), Row(5, "W", "", "nation", "UK")]
    roots = sorted(given_range for given_range, parent in number([*chinese, *other]).values() if not parent)
    assert roots[0][1] <= roots[1][0]
    first_other = number(other)
    assert min(low for (low, _high), _parent in first_other.values()) >= 10**12


def test_a_code_that_does_not_nest_in_a_standing_chinese_tree_takes_a_free_range() -> None:
    standing = number([Row(2, "22", "", "province", ""), Row(3, "2201", "", "prefecture", "22")])
    rows = [
        Row(2, "22", "", "province", ""),
        Row(3, "2201", "", "prefecture", "22"),
        Row(4, "9999", "", "prefecture", "22"),
    ]
    check_nesting({**number(rows, standing)})


def test_a_tree_too_deep_for_its_numbers_is_refused() -> None:
    rows = [Row(n + 2, f"D{n}", "", f"level {n}", f"D{n - 1}" if n else "") for n in range(19)]
    with pytest.raises(FileRefused, match="too deep and too wide"):
        number(rows)


def test_a_parent_that_is_full_refuses_the_child_in_words() -> None:
    rows = [Row(2, "R", "", "country", ""), Row(3, "C0", "", "county", "R")]
    standing = number(rows)
    more = [Row(n + 4, f"C{n}", "", "county", "R") for n in range(1, 12)]
    tree = trees.grown("t.csv", [*rows, *more], {})
    numbers = numbering.Numbers("t.csv", tree.rows, tree.depth, standing)
    given_ranges = [numbers.of(row) for row in tree.rows if row.code not in standing]
    problems = [each for each in given_ranges if isinstance(each, Problem)]
    assert len(problems) == 3
    assert "No number is left below R" in problems[0].what
