"""Finding places, and what a reader may open of the tree."""

from __future__ import annotations

import pytest
from tests import cast as of

from diguan.access.scope import NOTHING, Scope
from diguan.places import queries
from diguan.places.models import Place

Tree = dict[str, Place]


def codes(places: list[Place]) -> list[str]:
    return [place.code for place in places]


def test_a_place_is_found_by_its_code(tree: Tree) -> None:
    assert queries.by_code(of.COUNTY_A).name == "Anyang County"
    with pytest.raises(queries.PlaceUnknown, match="123"):
        queries.by_code("123")


def test_everything_below_a_place_lies_in_its_range(tree: Tree) -> None:
    county = tree[of.COUNTY_A]
    assert county.range == (990101_000000, 990102_000000)
    below = {code for code, place in tree.items() if county.number <= place.number and place.upper <= county.upper}
    assert below == {of.COUNTY_A, of.DONGSHAN, of.LIUJIA, of.WANGJIA, of.XISHAN, of.CHENJIA}


def test_children_path_and_level(tree: Tree) -> None:
    assert codes(queries.children(tree[of.COUNTY_A])) == [of.DONGSHAN, of.XISHAN]
    assert codes(queries.path(tree[of.LIUJIA])) == [of.PROVINCE, of.PREFECTURE, of.COUNTY_A, of.DONGSHAN]
    assert codes(list(queries.within(tree[of.COUNTY_A], "village"))) == [of.LIUJIA, of.WANGJIA, of.CHENJIA]
    assert queries.path(tree[of.PROVINCE]) == []
    assert queries.levels() == ["province", "prefecture", "county", "township", "village"]
    assert queries.levels(tree[of.COUNTY_A]) == ["county", "township", "village"]


def test_the_path_takes_one_query_however_deep(tree: Tree, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.path(tree[of.LIUJIA])


def test_a_township_officer_sees_only_the_township_in_the_tree(tree: Tree) -> None:
    branches = queries.tree(Scope((tree[of.DONGSHAN].range,)), tree[of.LIUJIA])
    seen = []
    while branches:
        assert len(branches) == 1 or branches[0].place.code == of.LIUJIA
        seen.append([branch.place.code for branch in branches])
        branches = branches[0].branches
    assert seen == [[of.PROVINCE], [of.PREFECTURE], [of.COUNTY_A], [of.DONGSHAN], [of.LIUJIA, of.WANGJIA]]


def test_a_stranger_sees_no_tree(tree: Tree) -> None:
    assert queries.tree(NOTHING, tree[of.LIUJIA]) == []


def test_a_place_is_searched_by_name_or_code_within_the_scope(tree: Tree) -> None:
    county_a = Scope((tree[of.COUNTY_A].range,))
    assert codes(queries.search("Township", county_a)) == [of.DONGSHAN, of.XISHAN]
    assert codes(queries.search("990101001", county_a)) == [of.DONGSHAN, of.LIUJIA, of.WANGJIA]
    assert codes(queries.find("990101001", county_a)) == [of.DONGSHAN]
    assert queries.search("Beihu", county_a) == []
    assert queries.find(of.COUNTY_B, county_a) == []
    assert queries.search("Township", NOTHING) == []


def test_who_covers_every_root_sees_the_whole(tree: Tree) -> None:
    assert queries.is_everything(Scope((tree[of.PROVINCE].range,)))
    assert not queries.is_everything(Scope((tree[of.COUNTY_A].range,)))


def test_numbers_are_called_by_their_names(tree: Tree) -> None:
    numbers = [tree[of.COUNTY_A].number, tree[of.LIUJIA].number, 7]
    assert queries.names(numbers) == {numbers[0]: "Anyang County", numbers[1]: "Liujia Village"}
