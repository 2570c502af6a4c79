"""Six shade classes by quantile, so that one very large place does not wash out all the others."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

CLASSES = 6

Value = int | float | Decimal


@dataclass(frozen=True)
class Step:
    """One class of the legend: its number (1 lightest) and the lowest and highest value in it."""

    number: int
    low: Value
    high: Value


@dataclass(frozen=True)
class Scale:
    """Upper bounds of the classes, ascending and distinct; zero stays unshaded (class 0)."""

    bounds: tuple[Value, ...]
    steps: tuple[Step, ...]

    def shade(self, value: Value | None) -> int | None:
        """The class of a value: 0 for nothing there, None for unknown."""
        if value is None:
            return None
        if value <= 0 or not self.bounds:
            return 0
        return self.steps[min(bisect_left(self.bounds, value), len(self.bounds) - 1)].number


def scale(values: Sequence[Value | None], classes: int = CLASSES) -> Scale:
    """Quantile classes over the values above zero; equal values always share a class."""
    known = sorted(value for value in values if value is not None and value > 0)
    if not known:
        return Scale((), ())
    cuts = [known[min(len(known) - 1, -(-len(known) * part // classes) - 1)] for part in range(1, classes + 1)]
    bounds = tuple(dict.fromkeys(cuts))
    steps = []
    for index, bound in enumerate(bounds):
        inside = [value for value in known if value <= bound and (index == 0 or value > bounds[index - 1])]
        number = classes if len(bounds) == 1 else 1 + round(index * (classes - 1) / (len(bounds) - 1))
        steps.append(Step(number, inside[0], inside[-1]))
    return Scale(bounds, tuple(steps))
