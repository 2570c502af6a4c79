"""Turns GeoJSON into paths of one small integer grid that a page can draw as SVG. Pure: no database."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from diguan.places.refusals import FileRefused, Problem, Report

GRID_WIDTH = 1000

Degrees = tuple[float, float]
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Feature:
    """The rings of one place, holes included, in degrees east and north."""

    index: int
    code: str
    rings: list[list[Degrees]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One place as a path of the grid and the box around it."""

    code: str
    path: str
    box: dict[str, int]


def read(file: Path, code_property: str, strip: str) -> tuple[list[Feature], Report]:
    """Return the features that name a place and have an area, and a report of those that don't.

    Raises: FileRefused if the file is no collection of features.
    """
    found = _collection(file)
    report = Report(read=len(found))
    features: dict[str, Feature] = {}
    for index, raw in enumerate(found, start=1):
        feature = _feature(file.name, index, raw, code_property, strip)
        if isinstance(feature, Feature) and feature.code in features:
            feature = _problem(
                file.name, index, _("The place %(code)s is drawn twice.") % {"code": feature.code}, _once()
            )
        if isinstance(feature, Problem):
            report.problems.append(feature)
        else:
            features[feature.code] = feature
    if not features:
        raise FileRefused(
            report.problems[0]
            if report.problems
            else Problem(file.name, None, None, _("The file holds no features."), _mend_file())
        )
    return list(features.values()), report


def drawn(features: Sequence[Feature]) -> list[Shape]:
    """Return all features in one grid, GRID_WIDTH wide, x to the east and y to the south.

    Equirectangular: degrees of longitude are shortened by the cosine of the middle latitude.
    """
    points = [point for feature in features for ring in feature.rings for point in ring]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    shortening = math.cos(math.radians((south + north) / 2))
    scale = GRID_WIDTH / max((east - west) * shortening, 1e-9)

    def on_grid(point: Degrees) -> Point:
        return round((point[0] - west) * shortening * scale), round((north - point[1]) * scale)

    return [
        _shape(feature.code, [[on_grid(point) for point in ring] for ring in feature.rings]) for feature in features
    ]


def unknown_place(file: str, feature: Feature) -> Problem:
    return _problem(
        file,
        feature.index,
        _("No place has the code %(code)s.") % {"code": feature.code},
        _("Import the places first, or check which property holds the code and what stands before it."),
    )


def _collection(file: Path) -> list[Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileRefused(
            Problem(file.name, None, None, _("The file can't be read."), str(error.strerror or error))
        ) from error
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise FileRefused(Problem(file.name, line, None, _("The file is not JSON."), _mend_file())) from error
    found = document.get("features") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise FileRefused(Problem(file.name, None, "features", _("The file holds no features."), _mend_file()))
    return found


def _feature(file: str, index: int, raw: Any, code_property: str, strip: str) -> Feature | Problem:
    properties = raw.get("properties") if isinstance(raw, dict) else None
    code = str((properties or {}).get(code_property) or "").strip()
    if not code:
        return _problem(
            file,
            index,
            _("The property %(property)s is missing.") % {"property": code_property},
            _("Name the property that holds the code of the place."),
        )
    try:
        rings = _rings(raw["geometry"])
    except (KeyError, TypeError, ValueError):
        return _problem(
            file, index, _("The geometry is no polygon in degrees."), _("Give polygons in longitude and latitude.")
        )
    return Feature(index, code.removeprefix(strip), rings)


def _rings(geometry: Any) -> list[list[Degrees]]:
    """Return the rings of a Polygon or MultiPolygon. Raises: ValueError, TypeError or KeyError for anything else."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(kind)
    polygons = [coordinates] if kind == "Polygon" else coordinates
    rings = [[(float(point[0]), float(point[1])) for point in ring] for polygon in polygons for ring in polygon]
    # Comparing this way round also refuses not-a-number.
    if not all(abs(x) <= 180 and abs(y) <= 90 for ring in rings for x, y in ring):
        raise ValueError("not degrees")
    if not any(len(ring) >= 4 for ring in rings):
        raise ValueError("no area")
    return rings


def _shape(code: str, rings: Iterable[list[Point]]) -> Shape:
    simple = [_simplified(ring) for ring in rings]
    points = [point for ring in simple for point in ring]
    box = {
        "min_x": min(x for x, _y in points),
        "min_y": min(y for _x, y in points),
        "max_x": max(x for x, _y in points),
        "max_y": max(y for _x, y in points),
    }
    # An island smaller than the grid is left out, unless the place is nothing else.
    visible = [ring for ring in simple if len(ring) >= 3] or simple[:1]
    return Shape(code, "".join(_path(ring) for ring in visible), box)


def _simplified(ring: list[Point]) -> list[Point]:
    """Drop points that fell together and points on the straight line between their neighbours."""
    kept: list[Point] = []
    for point in ring:
        if kept and kept[-1] == point:
            continue
        if len(kept) >= 2 and _in_line(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return kept


def _in_line(first: Point, middle: Point, last: Point) -> bool:
    along = (middle[0] - first[0], middle[1] - first[1])
    onward = (last[0] - middle[0], last[1] - middle[1])
    turn = along[0] * onward[1] - along[1] * onward[0]
    return turn == 0 and along[0] * onward[0] + along[1] * onward[1] > 0


def _path(ring: list[Point]) -> str:
    (x, y), *rest = ring
    steps: list[str] = []
    for next_x, next_y in rest:
        steps.append(f"{next_x - x},{next_y - y}")
        x, y = next_x, next_y
    return f"M{ring[0][0]},{ring[0][1]}l{' '.join(steps)}z" if steps else f"M{x},{y}h1v1h-1z"


def _problem(file: str, index: int, what: str, mend: str) -> Problem:
    return Problem(file, None, f"features[{index}]", what, mend)


def _once() -> str:
    return _("Keep one of the two outlines.")


def _mend_file() -> str:
    return _("Give a GeoJSON FeatureCollection of polygons.")
