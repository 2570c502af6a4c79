"""Estimates with their errors, for a page or a terminal to show."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Estimate:
    """One index of one domain.

    `value` is None where the index is not defined or unknown; `error` is the standard error, None where the design
    does not give one. `indicator` is set where the index is about one indicator of several.
    """

    index: str
    value: float | None
    error: float | None = None
    indicator: str = ""


@dataclass(frozen=True)
class Domain:
    """The whole (`by` is empty) or one group; `label` is None for rows whose group is unknown.

    Of `rows`, `unknown` have no value, `negative` and `zero` have such a value. `population` is the sum of weights of
    those that the estimates rest on, which are `used`.
    """

    by: str
    label: str | None
    rows: int
    used: int
    unknown: int
    negative: int
    zero: int
    population: float
    estimates: tuple[Estimate, ...] = ()

    def of(self, index: str, indicator: str = "") -> Estimate:
        return next(each for each in self.estimates if (each.index, each.indicator) == (index, indicator))


@dataclass(frozen=True)
class Tally:
    """What was read: rows, those without weight (left out everywhere), and the design that errors rest on.

    `single` counts strata with one sampling unit. `clusters` is the number of sampling units, rows where none are named.
    """

    rows: int
    without_weight: int
    strata: int
    clusters: int
    single: int

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the design; no error can be given at 0."""
        return self.clusters - self.strata


@dataclass(frozen=True)
class Estimates:
    """Estimates of the whole and of every group, what they rest on, and unknown values of each column."""

    tally: Tally
    domains: tuple[Domain, ...]
    unknown: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> Domain:
        return self.domains[0]

    def by(self, column: str) -> Iterator[Domain]:
        return (domain for domain in self.domains if domain.by == column)

    def group(self, column: str, label: str | None) -> Domain:
        return next(domain for domain in self.by(column) if domain.label == label)
