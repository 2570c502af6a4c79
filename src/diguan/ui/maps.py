"""A map of places as server-rendered SVG: shades by quantile, every shape a link, the same numbers in a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from diguan.ui import shades


@dataclass(frozen=True)
class Shape:
    """One place. `path` is SVG path text in the map's grid (y grows downwards); `value` None is unknown."""

    code: str
    label: str
    path: str
    value: int | None
    href: str = ""
    is_marked: bool = False


@dataclass(frozen=True)
class RolledUp:
    """A place without a boundary, whose number is shown in another shape (or nowhere on the map)."""

    label: str
    value: int | None
    href: str = ""
    into: str = ""


@dataclass(frozen=True)
class ShownShape:
    shape: Shape
    shade: int | None


@dataclass(frozen=True)
class Map:
    """`box` is (left, top, width, height) in the grid; `marked_label` explains shapes with `is_marked`."""

    label: str
    unit: str
    shapes: Sequence[Shape]
    box: tuple[int, int, int, int]
    sentence: str = ""
    rolled_up: Sequence[RolledUp] = ()
    marked_label: str = ""

    @cached_property
    def scale(self) -> shades.Scale:
        return shades.scale([shape.value for shape in self.shapes])

    @property
    def view_box(self) -> str:
        left, top, width, height = self.box
        margin = max(width, height) // 100
        return f"{left - margin} {top - margin} {width + 2 * margin} {height + 2 * margin}"

    @property
    def shown(self) -> list[ShownShape]:
        """Marked shapes last, so that their outline lies on top."""
        ordered = sorted(self.shapes, key=lambda shape: shape.is_marked)
        return [ShownShape(shape, self.scale.shade(shape.value)) for shape in ordered]

    @property
    def by_value(self) -> list[Shape]:
        return sorted(self.shapes, key=lambda shape: (shape.value is None, -(shape.value or 0), shape.code))

    @property
    def has_zero(self) -> bool:
        return any(shape.value == 0 for shape in self.shapes)

    @property
    def has_unknown(self) -> bool:
        return any(shape.value is None for shape in self.shapes)

    @property
    def has_marked(self) -> bool:
        return any(shape.is_marked for shape in self.shapes)
