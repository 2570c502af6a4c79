"""The page says what the files hold."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb
from tests.linkage.conftest import Findings

from diguan.linkage import matching
from diguan.linkage.matching.problems import REASONS

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/linkage.md"


def test_every_column_level_and_reason_is_documented(findings: Findings) -> None:
    page = PAGE.read_text("utf-8")
    names = [
        *matching.NEEDED,
        *matching.OPTIONAL,
        *REASONS,
        *(field.name for field in dataclasses.fields(matching.Found)),
    ]
    names += [level.name for levels in matching.COMPARISONS.values() for level in levels]
    for file in (matching.PAIRS, matching.CLUSTERS):
        names += [str(row[0]) for row in duckdb.execute(f"DESCRIBE FROM '{findings.folder / file}'").fetchall()]
    between = {"date_weight", "place_weight", "sex_weight"}  # the page says: name_weight … identity_weight
    assert [name for name in names if f"`{name}`" not in page and name not in between] == []
