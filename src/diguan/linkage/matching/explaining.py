"""Why a pair is taken for one person, in words a reviewer can weigh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from diguan.linkage.matching.levels import COMPARISONS
from diguan.rulebook.problems import N_

_HOUSEHOLDS = (
    N_("others of the two households are one person too, or relatives could be as alike"),
    N_("nobody else of the two households is in both, or relatives could be as alike"),
)
_RIVALS = N_("somebody else of the same household fits better or as well")
_START = N_("two entries drawn at random are seldom one person")
_LEAST = 0.5  # bits: less speaks neither way


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for (`bits` above 0) or against a pair; ten bits are a factor of a thousand."""

    words: str
    bits: float


def reasons(pair: Mapping[str, object], translate: Callable[[str], str] = str) -> list[Reason]:
    """What a row of pairs.parquet says, the weightiest first; what speaks neither way is left out."""
    found = []
    for comparison, levels in COMPARISONS.items():
        words = next(level.words for level in levels if level.name == pair[comparison])
        found.append(Reason(translate(words), float(str(pair[f"{comparison}_weight"]))))
    households, rivals = (float(str(pair[name] or 0)) for name in ("household_weight", "rivals_weight"))
    found.append(Reason(translate(_HOUSEHOLDS[households < 0]), households))
    found.append(Reason(translate(_RIVALS), rivals))
    found.append(Reason(translate(_START), float(str(pair["start_weight"]))))
    return sorted((each for each in found if abs(each.bits) >= _LEAST), key=lambda each: -abs(each.bits))
