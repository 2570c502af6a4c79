"""The reason tree: why an outcome is what it is, down to each value, its threshold, source, date and clause."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diguan.ui import outcomes


@dataclass(frozen=True)
class Comparison:
    """One value against its threshold, and where each comes from. `kind` is the dictionary type."""

    label: str
    value: Any = None
    kind: str = "text"
    unit: str = ""
    relation: str = ""
    threshold: Any = None
    outcome: str = ""
    source: str = ""
    observed_on: Any = None
    href: str = ""
    clause: str = ""
    clause_href: str = ""
    is_unverified: bool = False


@dataclass(frozen=True)
class Node:
    """One step of the reasoning. `mend` says what would change the outcome, or what to find out."""

    outcome: str
    sentence: str
    comparisons: Sequence[Comparison] = ()
    children: Sequence["Node"] = ()
    clause: str = ""
    clause_href: str = ""
    expression: str = ""
    mend: str = ""
    is_open: bool = False

    @property
    def badge(self) -> outcomes.Badge:
        return outcomes.badge(self.outcome)

    @property
    def has_more(self) -> bool:
        return bool(self.comparisons or self.children or self.clause or self.expression or self.mend)
