"""Numbers and the lists behind them, each within the scope."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.http import QueryDict
from tests import cast as of
from tests.screening.village import DONGSHAN, EVERYWHERE, LI, WANG, WU, ZHENG, ZHOU

from diguan.access.scope import NOTHING, Scope
from diguan.journal.models import Entry
from diguan.places.models import Place
from diguan.registry.models import Household
from diguan.screening import actions, queries
from diguan.screening.models import Screening
from diguan.screening.queries import Count, Wanted

Screen = Callable[[], Screening]
Tree = dict[str, Place]


def _keys(scope: Scope, wanted: Wanted) -> list[UUID]:
    page = queries.household_page(scope, wanted, QueryDict(""))
    assert page.total == len(page.rows) == queries.count(scope, wanted)
    return [row.household.key for row in page.rows]


def test_before_the_first_screening_there_is_nothing_to_show(tree: Tree) -> None:
    assert queries.current_screening() is None
    assert queries.totals_for(EVERYWHERE, tree.values()) == {}
    assert not queries.household_page(EVERYWHERE, Wanted(), QueryDict(""))
    assert queries.count(EVERYWHERE, Wanted()) == 0


def test_totals_add_up_at_every_level_of_the_tree(screened: Screen, tree: Tree) -> None:
    screened()
    totals = queries.totals_for(EVERYWHERE, tree.values())
    assert totals[tree[of.PROVINCE].pk].everybody == Count(5, 7)
    assert totals[tree[of.COUNTY_A].pk].everybody == Count(4, 6)
    assert totals[tree[of.DONGSHAN].pk].standard("water", "not_met") == Count(1, 2)
    assert totals[tree[of.LIUJIA].pk].cohort("poor") == Count(1, 1)
    assert totals[tree[of.CHENJIA].pk].cohort("unknown") == Count(1, 1)
    assert totals[tree[of.PROVINCE].pk].to_check == Count(2, 3)
    assert totals[tree[of.SUNJIA].pk].standard("water", "not_met") == Count()


def test_totals_are_shown_only_of_places_wholly_in_scope(screened: Screen, tree: Tree) -> None:
    screened()
    shown = queries.totals_for(DONGSHAN, tree.values())
    assert set(shown) == {tree[code].pk for code in (of.DONGSHAN, of.LIUJIA, of.WANGJIA)}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [LI, WANG, ZHOU, WU, ZHENG]),
        ({"cohort": "poor"}, [WANG]),
        ({"cohort": "none"}, [LI, ZHOU, ZHENG]),
        ({"cohort": "unknown"}, [WU]),
        ({"standard": "enough", "outcome": "not_met"}, [WANG]),
        ({"standard": "enough", "outcome": "unknown"}, [WU]),
        ({"standard": "enough", "outcome": "met"}, [LI, ZHOU, ZHENG]),
        ({"standard": "school", "outcome": "met"}, [LI, WANG, WU, ZHENG]),
        ({"standard": "school", "outcome": "unknown", "cohort": "none"}, [ZHOU]),
        ({"standard": "school", "outcome": "unknown", "cohort": "poor"}, []),
        ({"outcome": "unknown"}, [ZHOU, WU]),
        ({"outcome": "not_met"}, [WANG, ZHOU]),
        ({"standard": "no such", "outcome": "met"}, []),
        ({"standard": "no such", "outcome": "unknown"}, []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [of.PROVINCE, of.DONGSHAN, None])
def test_behind_every_number_are_exactly_its_households(
    screened: Screen, tree: Tree, wanted: dict[str, str], expected: list[UUID], place: str | None
) -> None:
    screened()
    here = expected if place != of.DONGSHAN else [key for key in expected if key in (LI, WANG, ZHOU)]
    assert _keys(EVERYWHERE, Wanted(place=tree[place] if place else None, **wanted)) == here


def test_a_list_shows_the_part_of_the_place_that_lies_in_scope(screened: Screen, tree: Tree) -> None:
    screened()
    assert _keys(DONGSHAN, Wanted(place=tree[of.PROVINCE])) == [LI, WANG, ZHOU]
    assert _keys(DONGSHAN, Wanted(place=tree[of.COUNTY_B])) == []
    assert _keys(NOTHING, Wanted()) == []


def test_pages_of_a_list_show_every_household_once(screened: Screen) -> None:
    screened()
    for wanted in (Wanted(), Wanted(standard="water", outcome="unknown"), Wanted(outcome="unknown")):
        seen: list[UUID] = []
        params = QueryDict("")
        while True:
            page = queries.household_page(EVERYWHERE, wanted, params, size=1)
            seen += [row.household.key for row in page.rows]
            if page.next_query is None:
                break
            params = QueryDict(page.next_query.removeprefix("?"))
        assert seen == _keys(EVERYWHERE, wanted)


def test_reading_a_page_of_a_list_is_one_entry_of_the_journal(screened: Screen, tree: Tree) -> None:
    screened()
    wanted = Wanted(place=tree[of.LIUJIA], cohort="poor")
    page = actions.open_page(scope=DONGSHAN, wanted=wanted, params=QueryDict(""), by=None, at=of.NOW)
    entry = Entry.objects.get(verb="household.listed")
    assert [row.household.key for row in page.rows] == [WANG]
    assert entry.detail == {"place": of.LIUJIA, "cohort": "poor", "count": 1}


def test_the_result_of_a_household_out_of_scope_is_not_told(screened: Screen) -> None:
    screened()
    wu = Household.objects.within(EVERYWHERE).get(key=WU)
    assert queries.result_for(DONGSHAN, wu) is None
    found = queries.result_for(EVERYWHERE, wu)
    assert found is not None
    assert found.cohort == "unknown"


def test_a_page_of_a_list_takes_few_queries(
    screened: Screen, tree: Tree, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    screened()
    with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
        page = queries.household_page(EVERYWHERE, Wanted(place=tree[of.COUNTY_A]), QueryDict(""))
        assert [(row.household.place.name, row.standards) for row in page.rows]
