"""The same indices once more, slowly: plain loops over pairs of people, from the definitions and not from our SQL."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence

Person = tuple[float, float, Hashable, Hashable]  # income, weight, stratum, unit


def mean(people: Sequence[Person]) -> float:
    return sum(w * y for y, w, *_ in people) / sum(w for _, w, *_ in people)


def fgt(power: int, line: float) -> Callable[[Sequence[Person]], float]:
    def index(people: Sequence[Person]) -> float:
        poor = sum(w * ((line - y) / line) ** power for y, w, *_ in people if y < line)
        return poor / sum(w for _, w, *_ in people)

    return index


def watts(line: float) -> Callable[[Sequence[Person]], float]:
    def index(people: Sequence[Person]) -> float:
        return sum(w * math.log(line / y) for y, w, *_ in people if y < line) / sum(w for _, w, *_ in people)

    return index


def gini(people: Sequence[Person]) -> float:
    apart = sum(w * v * abs(y - x) for y, w, *_ in people for x, v, *_ in people)
    return apart / (2 * sum(w for _, w, *_ in people) ** 2 * mean(people))


def sst(line: float) -> Callable[[Sequence[Person]], float]:
    """Headcount × gap of the poor × (1 + Gini of everybody's gaps), Shorrocks's own three factors."""

    def index(people: Sequence[Person]) -> float:
        gaps = [(max((line - y) / line, 0.0), w, s, u) for y, w, s, u in people]
        if mean(gaps) == 0:
            return 0.0
        return fgt(0, line)(people) * (fgt(1, line)(people) / fgt(0, line)(people)) * (1 + gini(gaps))

    return index


def quantile(share: float) -> Callable[[Sequence[Person]], float]:
    def index(people: Sequence[Person]) -> float:
        ordered = sorted(people)
        all_of_them, reached = sum(w for _, w, *_ in people), 0.0
        for at, (y, w, *_) in enumerate(ordered):
            reached += w
            if math.isclose(reached, share * all_of_them, rel_tol=1e-12):
                return (y + ordered[at + 1][0]) / 2 if at + 1 < len(ordered) else y
            if reached > share * all_of_them:
                return y
        return ordered[-1][0]

    return index


def fifths(people: Sequence[Person], *, means: bool) -> float:
    low, high = quantile(0.2)(people), quantile(0.8)(people)
    poorest, richest = [p for p in people if p[0] <= low], [p for p in people if p[0] > high]
    if means:
        return mean(richest) / mean(poorest)
    return sum(w * y for y, w, *_ in richest) / sum(w * y for y, w, *_ in poorest)


def error(index: Callable[[Sequence[Person]], float], people: Sequence[Person], everybody: Sequence[Person]) -> float:
    """Standard error, with each person's influence taken by nudging the weight; strata and units of everybody count."""
    step = 1e-5
    totals: dict[Hashable, dict[Hashable, float]] = {}
    for _, _, stratum, unit in everybody:
        totals.setdefault(stratum, {}).setdefault(unit, 0.0)
    for at, (y, w, stratum, unit) in enumerate(people):
        up, down = list(people), list(people)
        up[at], down[at] = (y, w * (1 + step), stratum, unit), (y, w * (1 - step), stratum, unit)
        totals[stratum][unit] += (index(up) - index(down)) / (2 * step)
    variance = 0.0
    for units in totals.values():
        middle = sum(units.values()) / len(units)
        if len(units) > 1:
            variance += len(units) / (len(units) - 1) * sum((z - middle) ** 2 for z in units.values())
    return math.sqrt(variance)
