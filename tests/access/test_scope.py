"""A scope is a set of numbers; its arithmetic on ranges agrees with sets, number by number."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diguan.access import scope as scopes
from diguan.access.scope import NOTHING, Scope, ScopeTooScattered
from diguan.journal.models import Entry

TOP = 40
ranges = st.tuples(st.integers(0, TOP), st.integers(0, TOP))
scattered = st.lists(ranges, max_size=8)


def numbers(given_ranges: list[tuple[int, int]] | tuple[tuple[int, int], ...]) -> set[int]:
    return {number for low, high in given_ranges for number in range(low, high)}


@given(scattered)
def test_merging_keeps_exactly_the_numbers(some: list[tuple[int, int]]) -> None:
    scope = Scope(tuple(some))
    assert numbers(scope.ranges) == numbers(some)
    assert scope.is_empty == (not numbers(some))


@given(scattered)
def test_ranges_are_sorted_and_never_touch(some: list[tuple[int, int]]) -> None:
    merged = Scope(tuple(some)).ranges
    assert all(low < high for low, high in merged)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(merged))


@given(scattered)
def test_the_same_numbers_make_the_same_scope(some: list[tuple[int, int]]) -> None:
    piecewise = tuple((number, number + 1) for number in sorted(numbers(some), reverse=True))
    assert Scope(tuple(some)) == Scope(piecewise)


@given(scattered, ranges)
def test_intersecting_keeps_what_both_hold(some: list[tuple[int, int]], other: tuple[int, int]) -> None:
    assert numbers(Scope(tuple(some)).intersect(*other).ranges) == numbers(some) & numbers([other])


@given(scattered, scattered)
def test_a_union_holds_what_either_holds(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    assert numbers(Scope(tuple(some)).union(Scope(tuple(others))).ranges) == numbers(some) | numbers(others)


@given(scattered, ranges)
def test_covering_and_overlapping_agree_with_sets(some: list[tuple[int, int]], other: tuple[int, int]) -> None:
    scope, asked = Scope(tuple(some)), numbers([other])
    assert scope.covers(*other) == (bool(asked) and asked <= numbers(some))
    assert scope.overlaps(*other) == bool(asked & numbers(some))


@given(scattered, st.integers(0, TOP))
def test_containing_agrees_with_sets(some: list[tuple[int, int]], number: int) -> None:
    assert Scope(tuple(some)).contains(number) == (number in numbers(some))


@pytest.mark.django_db
@given(scattered)
def test_a_query_keeps_exactly_the_rows_in_scope(some: list[tuple[int, int]]) -> None:
    if not Entry.objects.exists():
        Entry.objects.bulk_create([_entry(number) for number in range(TOP)])
    found = Entry.objects.filter(Scope(tuple(some)).q("place_number")).values_list("place_number", flat=True)
    assert sorted(found) == sorted(numbers(some))


def _entry(number: int) -> Entry:
    from tests import cast

    return Entry(at=cast.NOW, actor_name="x", verb="x", subject_type="x", subject_key="x", place_number=number)


def test_the_widest_scope_allowed_still_makes_a_query() -> None:
    widest = Scope(tuple((number * 2, number * 2 + 1) for number in range(scopes.MAX_RANGES)))
    assert len(widest.q().children) == scopes.MAX_RANGES
    with pytest.raises(ScopeTooScattered):
        widest.union(Scope(((10**6, 10**6 + 1),))).q()


@pytest.mark.django_db
def test_unscoped_work_needs_a_reason_and_leaves_it_in_the_journal() -> None:
    assert scopes.unscoped("nightly screening").covers(0, 10**18)
    entry = Entry.objects.get()
    assert (entry.verb, entry.detail, entry.actor_name) == ("scope.unscoped", {"reason": "nightly screening"}, "system")
    with pytest.raises(ValueError, match="reason"):
        scopes.unscoped(" ")


def test_nothing_is_nothing() -> None:
    assert NOTHING.is_empty
    assert not NOTHING.overlaps(0, 10**18)
    assert not NOTHING.covers(3, 3)
