"""Expressions as trees: the one meaning that every evaluator must give.

`at` is the offset (line, column from 0) in the expression's text; it takes no part in equality.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal

Offset = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Expression:
    at: Offset = field(default=(0, 0), compare=False, repr=False)

    def children(self) -> Iterator["Expression"]:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Expression):
                yield value
            elif isinstance(value, tuple):
                yield from (part for part in value if isinstance(part, Expression))

    def walk(self) -> Iterator["Expression"]:
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True)
class Literal(Expression):
    value: bool | int | Decimal | str | date


@dataclass(frozen=True)
class Name(Expression):
    name: str


@dataclass(frozen=True)
class Parameter(Expression):
    name: str


@dataclass(frozen=True)
class ScreeningDate(Expression):
    """`:as_of`, the date the rules are applied at."""


@dataclass(frozen=True)
class Met(Expression):
    """Outcome of a standard as a three-valued truth: met, not met, unknown."""

    standard: str


@dataclass(frozen=True)
class Previous(Expression):
    """The value of a variable as it was full `months` before the screening date."""

    name: str
    months: int


@dataclass(frozen=True)
class Compare(Expression):
    operator: str  # = <> < <= > >=
    left: Expression
    right: Expression


@dataclass(frozen=True)
class And(Expression):
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Or(Expression):
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Not(Expression):
    part: Expression


@dataclass(frozen=True)
class In(Expression):
    value: Expression
    choices: tuple[Literal, ...]


@dataclass(frozen=True)
class IsUnknown(Expression):
    value: Expression


@dataclass(frozen=True)
class Sum(Expression):
    """Terms added up, exact until the end; `negative[i]` says that term i is taken away."""

    terms: tuple[Expression, ...]
    negative: tuple[bool, ...]


@dataclass(frozen=True)
class Product(Expression):
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Case(Expression):
    """The value of the first true condition; an unknown condition before it makes the whole unknown."""

    conditions: tuple[Expression, ...]
    values: tuple[Expression, ...]
    otherwise: Expression


@dataclass(frozen=True)
class Call(Expression):
    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Aggregate(Expression):
    """One value from the members of a household; `where` picks the members."""

    function: str  # any all count sum min max
    value: Expression | None
    where: Expression | None


@dataclass(frozen=True)
class Quantile(Expression):
    """Weighted quantile of a household value over all households of the snapshot."""

    value: Expression
    weight: Expression
    share: Decimal


def leaves(tree: Expression, negated: bool = False) -> Iterator[tuple[Expression, bool]]:
    """The single tests below AND, OR and NOT, left to right, each with whether it stands under a NOT."""
    if isinstance(tree, And | Or):
        for part in tree.parts:
            yield from leaves(part, negated)
    elif isinstance(tree, Not):
        yield from leaves(tree.part, not negated)
    else:
        yield tree, negated
