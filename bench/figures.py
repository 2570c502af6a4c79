"""A measured figure, its limit if it has one, and how figures are shown."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
        print(f"{figure.name:<34}{figure.value:>12.3f}  {figure.unit}{limit}", flush=True)


def add(figures: Iterable[Figure], file: Path) -> None:
    """Write the figures beside those of other measurements, in place of former ones of the same name."""
    rows = {row["name"]: row for row in json.loads(file.read_text("utf-8"))} if file.exists() else {}
    rows |= {figure.name: _row(figure) for figure in figures}
    _write(list(rows.values()), file)


def _row(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name, "value": round(figure.value, 4), "unit": figure.unit, "limit": figure.limit,
        "holds": figure.holds,
    }  # fmt: skip


def _write(rows: list[dict[str, Any]], file: Path) -> None:
    file.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
