"""Where imports find the packs: on the shelf of the screenings, which stand below them in the house."""

from __future__ import annotations

from collections.abc import Sequence

from diguan.intake import dictionaries
from diguan.screening import packs, queries


def fill() -> None:
    dictionaries.fill(dictionaries.Shelf(packs.pack, _ids, _in_use))


def _ids() -> Sequence[str]:
    return list(packs.folders())


def _in_use() -> str:
    current = queries.current_screening()
    return current.pack_id if current else ""
