"""Pages by key: nothing is lost or repeated, and no address can break a list."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import QueryDict

from diguan.ui import cursors, paging

pytestmark = pytest.mark.django_db

ORDERS: list[list[str]] = [
    ["name"],
    ["-name"],
    ["last_login"],
    ["-last_login"],
    ["-name", "last_login"],
    ["last_login", "-name"],
    ["-username"],
    [],
]


@pytest.fixture
def people() -> Any:
    """Twenty-three users: many share a first name, and a third has never signed in."""
    user = get_user_model()
    start = datetime(2020, 5, 1, tzinfo=UTC)
    user._base_manager.bulk_create(
        user(
            username=f"u{number:02}",
            name="abc"[number % 3],
            last_login=None if number % 3 == 1 else start + timedelta(days=number % 4),
        )
        for number in range(23)
    )
    return user._base_manager.filter(username__startswith="u")


def params(query: str | None) -> QueryDict:
    return QueryDict((query or "").removeprefix("?"))


def walk(found: Any, order: Sequence[str], size: int) -> list[paging.Page[Any]]:
    pages = [paging.page(found, order, params("q=x"), size=size, total=23)]
    while pages[-1].next_query:
        pages.append(paging.page(found, order, params(pages[-1].next_query), size=size, total=23))
    return pages


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
@pytest.mark.parametrize("size", [1, 4, 22, 23, 50])
def test_no_row_is_lost_or_repeated_going_forwards(people: Any, order: list[str], size: int) -> None:
    pages = walk(people, order, size)
    seen = [row.pk for page in pages for row in page.rows]
    assert sorted(seen) == sorted(people.values_list("pk", flat=True))
    assert pages[0].first == 1
    assert pages[-1].last == 23
    assert all(later.first == earlier.last + 1 for earlier, later in itertools.pairwise(pages))


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
def test_going_back_shows_the_same_pages(people: Any, order: list[str]) -> None:
    pages = walk(people, order, 4)
    page = pages[-1]
    for earlier in reversed(pages[:-1]):
        page = paging.page(people, order, params(page.previous_query), size=4, total=23)
        assert [row.pk for row in page.rows] == [row.pk for row in earlier.rows]
        assert (page.first, page.last) == (earlier.first, earlier.last)
    assert page.previous_query is None
    assert page.next_query


def test_unknown_values_come_last_whichever_way_the_list_is_ordered(people: Any) -> None:
    for order in ("last_login", "-last_login"):
        dates = [row.last_login for page in walk(people, [order], 5) for row in page.rows]
        assert None not in dates[:15]
        assert set(dates[15:]) == {None}


def test_a_row_added_before_the_page_moves_nothing_after_it(people: Any) -> None:
    first = paging.page(people, ["username"], params(None), size=5)
    get_user_model()._base_manager.create(username="u000")
    second = paging.page(people, ["username"], params(first.next_query), size=5)
    assert [row.username for row in second.rows] == ["u05", "u06", "u07", "u08", "u09"]


def test_the_other_parameters_of_the_address_are_kept(people: Any) -> None:
    page = paging.page(people, ["username"], params("q=x&standard=water&standard=food"), size=5)
    kept = params(page.next_query)
    assert kept.getlist("standard") == ["water", "food"]
    assert set(kept) == {"q", "standard", "after"}
    assert set(params(paging.page(people, ["username"], kept, size=5).previous_query)) == {"q", "standard", "before"}


def bad_cursors() -> dict[str, str]:
    good = signing.dumps(["username,pk", 6, "u04", 5], salt=cursors.SALT, compress=True)
    return {
        "nonsense": "x",
        "cut off": good[:-4],
        "edited": "A" + good[1:],
        "of another order": signing.dumps(["-name,pk", 6, "a", 5], salt=cursors.SALT),
        "with too few values": signing.dumps(["username,pk", 6, "u04"], salt=cursors.SALT),
        "that is no list": signing.dumps(7, salt=cursors.SALT),
        "of an unknown kind": signing.dumps(["username,pk", 6, ["?", "u04"], 5], salt=cursors.SALT),
    }


@pytest.mark.parametrize("kind", bad_cursors())
@pytest.mark.parametrize("direction", ["after", "before"])
def test_a_bad_cursor_gives_the_first_page_and_says_so(people: Any, kind: str, direction: str) -> None:
    query = QueryDict(mutable=True)
    query[direction] = bad_cursors()[kind]
    page = paging.page(people, ["username"], query, size=5)
    assert [row.username for row in page.rows] == ["u00", "u01", "u02", "u03", "u04"]
    assert page.notice is not None
    assert page.previous_query is None


def test_an_empty_list_has_no_pages(people: Any) -> None:
    page = paging.page(people.none(), ["username"], params(None), total=0)
    assert not page
    assert (page.first, page.last, page.total) == (0, 0, 0)
    assert page.previous_query is page.next_query is None


def test_rows_may_be_mappings(people: Any) -> None:
    rows = people.values("pk", "username")
    first = paging.page(rows, ["username"], params(None), size=5)
    second = paging.page(rows, ["username"], params(first.next_query), size=5)
    assert [row["username"] for row in second.rows] == ["u05", "u06", "u07", "u08", "u09"]
