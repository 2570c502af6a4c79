"""Numbers and dates of rules, meaning the same in every evaluator.

Numbers are kept to six places, halves rounded away from zero; a result of 10¹² or more is unknown.
None is unknown.
"""

from calendar import monthrange
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

PLACES = Decimal("0.000001")
LIMIT = Decimal(10) ** 12
_EXACT = Context(prec=60)


def kept(number: Decimal | int) -> Decimal | None:
    """Rounded to six places; unknown when too large."""
    value = Decimal(number).quantize(PLACES, ROUND_HALF_UP, _EXACT)
    return value if abs(value) < LIMIT else None


def product(left: Decimal, right: Decimal) -> Decimal | None:
    return kept(_EXACT.multiply(left, right))


def safe_div(top: Decimal, bottom: Decimal) -> Decimal | None:
    """The quotient; unknown when the divisor is 0."""
    if bottom == 0:
        return None
    scaled = abs(int(top.scaleb(6, _EXACT))) * 10**6
    divisor = abs(int(bottom.scaleb(6, _EXACT)))
    rounded = (2 * scaled + divisor) // (2 * divisor)
    value = Decimal(rounded if (top < 0) == (bottom < 0) else -rounded).scaleb(-6, _EXACT)
    return kept(value)


def rounded(number: Decimal, places: int) -> Decimal | None:
    return kept(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT))


def floor(number: Decimal) -> Decimal | None:
    return kept(number.to_integral_value(ROUND_FLOOR, _EXACT))


def months_between(start: date, end: date) -> int:
    """Full months from start to end, negative when end is earlier; the day of the month decides."""
    if end < start:
        return -months_between(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def years_between(start: date, end: date) -> int:
    """Full years from start to end; someone born on 29 February turns older on 1 March of common years."""
    if end < start:
        return -years_between(end, start)
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def age_on(birth: date, on: date) -> int | None:
    """Full years of age; unknown before birth."""
    return years_between(birth, on) if birth <= on else None


def months_before(day: date, months: int) -> date:
    """The last day from which there are that many full months to `day`; the end of a shorter month where it has to be."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
