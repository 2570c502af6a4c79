"""What is told of incomes and groups to who may see counts and may open no household.

Counts by cohort and standard are told as on the board. Money, and counts of who has said what of themselves, tell more of a
place where few live; whoever may open its households is told them as they are, everybody else in the large.
"""

from dataclasses import dataclass
from decimal import Decimal

from diguan.ui import formats

LEAST = 10  # fewer are not told apart
STEP = 5  # counts are rounded to it
DIGITS = 3  # of money


@dataclass(frozen=True)
class Teller:
    """Tells figures of one place: exactly, or in the large."""

    exactly: bool

    def count(self, number: int) -> str:
        if self.exactly or number == 0:
            return formats.number(number)
        if number < LEAST:
            return f"< {LEAST}"
        return f"≈ {formats.number(round(number / STEP) * STEP)}"

    def may_tell_money_of(self, *households: int) -> bool:
        """Whether a sum over so many households says nothing of any one of them."""
        return self.exactly or all(number == 0 or number >= LEAST for number in households)

    def money(self, amount: Decimal) -> Decimal:
        if self.exactly or not amount:
            return amount
        return round(amount, DIGITS - 1 - amount.adjusted())
