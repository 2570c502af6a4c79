"""Outlines on the map: drawn in one small grid, replaced as a whole, rolled up where a place has none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests import cast as of

from diguan.places import actions, queries
from diguan.places.models import Boundary, Place
from diguan.places.refusals import FileRefused, Report

DATA = Path(actions.__file__).parent / "data"
Tree = dict[str, Place]


def square(code: str, west: float, south: float, size: float = 1.0) -> dict[str, Any]:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {
        "type": "Feature",
        "properties": {"gb": "156" + code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def draw(folder: Path, *features: Any) -> Report:
    file = folder / "map.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return actions.import_boundaries(file=file, by=None, at=of.NOW)


def test_jilins_sixty_counties_are_drawn_and_its_nine_zones_roll_up(db: None) -> None:
    actions.import_places(file=DATA / "places-jilin.csv", valid_from=of.CODES_SINCE, by=None, at=of.NOW)
    report = actions.import_boundaries(file=DATA / "counties-jilin.geojson", by=None, at=of.NOW)
    assert (report.read, report.accepted, report.refused) == (60, 60, 0)
    outlines = queries.boundaries(queries.by_code("22"))
    assert len(outlines.shapes) == 60
    assert {(merged.place.code[:4], merged.into.code) for merged in outlines.without} == {
        ("2201", "2201"), ("2202", "2202"), ("2207", "2207"), ("2208", "2208"),
    }  # fmt: skip
    assert len(outlines.without) == 9
    assert outlines.width == 1000
    assert sum(len(shape.path) for shape in outlines.shapes) < 60_000


def test_north_is_up_and_east_is_right(tree: Tree, tmp_path: Path) -> None:
    draw(tmp_path, square(of.COUNTY_A, 120, 41), square(of.COUNTY_B, 121, 40))
    a, b = (Boundary.objects.get(place=tree[code]) for code in (of.COUNTY_A, of.COUNTY_B))
    assert (a.min_x, a.max_x, b.min_x, b.max_x) == (0, 500, 500, 1000)
    assert a.max_y <= b.min_y
    assert a.min_y == 0


def test_degrees_east_are_shortened_by_the_latitude(tree: Tree, tmp_path: Path) -> None:
    draw(tmp_path, square(of.COUNTY_A, 120, 59.5))
    outline = Boundary.objects.get()
    assert (outline.max_x, outline.max_y) == (1000, 2000)


def test_a_path_is_integers_only_and_neighbours_share_their_points(tree: Tree, tmp_path: Path) -> None:
    draw(tmp_path, square(of.COUNTY_A, 120, 40), square(of.COUNTY_B, 121, 40))
    for outline in Boundary.objects.all():
        assert re.fullmatch(r"M-?\d+,-?\d+l(-?\d+,-?\d+ ?)+z", outline.path)


def test_the_map_shows_the_nearest_depth_that_is_drawn(tree: Tree, tmp_path: Path) -> None:
    draw(tmp_path, square(of.COUNTY_A, 120, 40))
    whole = queries.boundaries(tree[of.PROVINCE])
    assert [shape.place.code for shape in whole.shapes] == [of.COUNTY_A]
    assert [(merged.place.code, merged.into.code) for merged in whole.without] == [(of.COUNTY_B, of.PREFECTURE)]
    assert [shape.place.code for shape in queries.boundaries(tree[of.COUNTY_A]).shapes] == [of.COUNTY_A]
    assert not queries.boundaries(tree[of.COUNTY_B])


def test_importing_the_same_outlines_again_changes_nothing(tree: Tree, tmp_path: Path) -> None:
    draw(tmp_path, square(of.COUNTY_A, 120, 40))
    again = draw(tmp_path, square(of.COUNTY_A, 120, 40))
    assert (again.accepted, again.unchanged) == (0, 1)


def test_a_new_map_replaces_the_old_one(tree: Tree, tmp_path: Path) -> None:
    draw(tmp_path, square(of.COUNTY_A, 120, 40))
    draw(tmp_path, square(of.COUNTY_B, 121, 40))
    assert Boundary.objects.get().place == tree[of.COUNTY_B]


BENT = {**square(of.COUNTY_B, 0, 0), "geometry": {"type": "Point", "coordinates": [1, 2]}}


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (square("777777", 121, 40), "No place has the code 777777."),
        (square(of.COUNTY_B, 500_000, 4_000_000), "no polygon in degrees"),
        (BENT, "no polygon in degrees"),
        ({"type": "Feature", "properties": {}, "geometry": None}, "The property gb is missing."),
        ({"type": "Feature", "properties": None}, "The property gb is missing."),
        (None, "The property gb is missing."),
        (square(of.COUNTY_A, 121, 40), "drawn twice"),
    ],
)
def test_a_faulty_feature_is_refused_and_the_rest_drawn(tree: Tree, tmp_path: Path, feature: Any, said: str) -> None:
    report = draw(tmp_path, square(of.COUNTY_A, 120, 40), feature)
    assert (report.read, report.accepted, report.refused) == (2, 1, 1)
    assert said in str(report.problems[0])
    assert "features[2]" in str(report.problems[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not JSON"),
        ("code,name", "not JSON"),
        ("[]", "no features"),
        ('{"features": []}', "no features"),
        (json.dumps({"features": [square("777777", 1, 1)]}), "No place has the code"),
    ],
)
def test_a_file_that_is_no_map_is_refused_and_the_old_one_kept(
    tree: Tree, tmp_path: Path, content: str, said: str
) -> None:
    draw(tmp_path, square(of.COUNTY_A, 120, 40))
    bad = tmp_path / "bad.geojson"
    bad.write_text(content)
    with pytest.raises(FileRefused, match=said):
        actions.import_boundaries(file=bad, by=None, at=of.NOW)
    assert Boundary.objects.count() == 1
