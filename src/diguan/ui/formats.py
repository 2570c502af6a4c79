"""How values read: numbers, money, shares, dates and texts in the reader's language.

An absent value (None or "") always reads as the word "unknown"; it is never blank and never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from diguan.rulebook import texts

YUAN = "yuan"
WAN = "wan"
MONEY_UNITS = (YUAN, WAN)

Number = int | float | Decimal | str
"""A number; a string holds one as the facts document stores it ("1234.56")."""


@dataclass(frozen=True)
class MoneyScale:
    """What a sum is divided by, how many places it then shows, and the word after it."""

    divisor: int
    places: int | None
    word: str


def is_unknown(value: object) -> bool:
    return value is None or value == ""


def unknown() -> str:
    return pgettext("value", "unknown")


def language() -> str:
    """The reader's language as the product names it: en, zh-hans or zh-hant."""
    active = (get_language() or "en").lower()
    if not active.startswith("zh"):
        return "en"
    return "zh-hant" if active in ("zh-hant", "zh-tw", "zh-hk", "zh-mo") else "zh-hans"


def decimal(value: Number) -> Decimal:
    """The exact decimal; a float goes through its shortest text, so 0.1 stays 0.1."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def rounded(value: Number, places: int) -> Decimal:
    return decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def number(value: Number | None, places: int | None = None) -> str:
    """`3,412` or `-0.5`; with `places` rounded half-up to them, else as exact as stored."""
    if value is None or value == "":
        return unknown()
    exact = decimal(value)
    if places is not None:
        exact = rounded(exact, places)
    elif exact == exact.to_integral_value():
        exact = exact.to_integral_value()
    else:
        exact = exact.normalize()
    return f"{exact:,f}".replace("-", "\N{MINUS SIGN}")


def currency_word(currency: str | None) -> str:
    """The word after a sum, for an ISO 4217 code; a code we have no word for stands as it is."""
    words = {
        "CNY": pgettext("currency", "yuan"),
        "EUR": pgettext("currency", "euro"),
        "USD": pgettext("currency", "US dollars"),
    }
    return words.get(currency or "", currency or "")


def money_scale(unit: str = YUAN, currency: str | None = "CNY") -> MoneyScale:
    """How sums are shown to a reader who chose `unit`: whole units, or 万 (thousands in English)."""
    word = currency_word(currency)
    if unit != WAN:
        return MoneyScale(divisor=1, places=None, word=word)
    if language() == "en":
        return MoneyScale(divisor=1_000, places=2, word=f"thousand {word}".strip())
    return MoneyScale(divisor=10_000, places=2, word=("萬" if language() == "zh-hant" else "万") + word)


def money(value: Number | None, unit: str = YUAN, currency: str | None = "CNY") -> str:
    """`3,218 yuan`, or `0.32 万元` for a reader who chose 万; pence are shown only when there are any."""
    if value is None or value == "":
        return unknown()
    scale = money_scale(unit, currency)
    exact = decimal(value) / scale.divisor
    places = scale.places
    if places is None:
        places = 0 if exact == exact.to_integral_value() else 2
    return f"{number(exact, places)}\N{NO-BREAK SPACE}{scale.word}".rstrip()


def percent(value: Number | None, places: int = 1) -> str:
    """A fraction as per cent: 0.049 reads `4.9 %`."""
    if value is None or value == "":
        return unknown()
    gap = "\N{NO-BREAK SPACE}" if language() == "en" else ""
    return f"{number(decimal(value) * 100, places)}{gap}%"


def day(value: date | datetime | str | None) -> str:
    """`2020-05-29`; an instant reads as the day in the registry's time zone."""
    if value is None or value == "":
        return unknown()
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, str) else value.isoformat()


def minute(value: datetime | None) -> str:
    """`2020-05-29 14:05` in the registry's time zone."""
    if value is None:
        return unknown()
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return local.strftime("%Y-%m-%d %H:%M")


def text(value: object) -> str:
    """A pack's text in the reader's language; a plain string serves every language."""
    if value is None or value == "":
        return unknown()
    if isinstance(value, Mapping):
        value = texts.Text({str(key): str(item) for key, item in value.items()})
    return value.in_language(language()) if isinstance(value, texts.Text) else str(value)


def typed(value: Any, kind: str | None = None, *, unit: str = YUAN, currency: str | None = "CNY") -> str:
    """A value by its dictionary type (boolean, integer, decimal, money, date, code, text)."""
    if is_unknown(value):
        return unknown()
    if kind == "boolean" or isinstance(value, bool):
        return gettext("yes") if value in (True, "true", "True", 1) else gettext("no")
    if kind == "money":
        return money(value, unit, currency)
    if kind == "percent":
        return percent(value)
    if kind == "date" or isinstance(value, date):
        return day(value)
    if kind in ("integer", "decimal", "number") or isinstance(value, int | float | Decimal):
        return number(value)
    return text(value)
