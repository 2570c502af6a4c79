"""A measured figure, its limit if it has one, and how figures are shown."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """`limit` is the most that is wanted, or the least of something that should be large; None where the figure only informs."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    is_least: bool = False

    @property
    def holds(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.is_least else self.value <= self.limit


def show(figures: Iterable[Figure]) -> None:
    for figure in figures:
        limit = (
            "" if figure.limit is None else f"  limit {figure.limit:g}  {'holds' if figure.holds else 'DOES NOT HOLD'}"
        )
        print(f"{figure.name:<34}{figure.value:>12.3f}  {figure.unit}{limit}")


def keep(figures: Iterable[Figure], file: Path) -> None:
    listed = [
        {"name": f.name, "value": round(f.value, 4), "unit": f.unit, "limit": f.limit, "holds": f.holds}
        for f in figures
    ]
    file.write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", "utf-8")
