"""Charts: a sentence that says what it shows, the drawing, and the table with the same numbers.

The server formats every number that the chart shows in its tooltip; the script only draws.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from diguan.ui import formats, tables

Amount = Decimal | int | None


@dataclass(frozen=True)
class Chart:
    """`data` is what the script draws, `table` the same in figures, `key` an id unique on the page."""

    key: str
    label: str
    sentence: str
    data: dict[str, Any]
    table: tables.Table
    note: str = ""


@dataclass(frozen=True)
class Component:
    """One part of income, a value per year; costs come as negative amounts. None is unknown."""

    label: str
    amounts: Sequence[Amount]
    is_cost: bool = False


@dataclass(frozen=True)
class Point:
    """One point of a rate: a fraction with what it was computed from.

    `vintage` names who published it; figures of different vintages conflict and are never joined.
    """

    as_of: date
    value: Decimal | None
    numerator: int | None = None
    denominator: int | None = None
    is_verified: bool = True
    source: str = ""
    vintage: str = ""


def income_over_years(  # noqa: PLR0913 (each part of the drawing is named by who asks for it)
    key: str,
    *,
    years: Sequence[int],
    components: Sequence[Component],
    line: Sequence[Amount],
    line_label: str,
    net: Sequence[Amount],
    net_label: str,
    label: str,
    sentence: str,
    money_unit: str = formats.YUAN,
    currency: str | None = "CNY",
) -> Chart:
    """Income by component over the years, stacked, against each year's line; one value per year everywhere."""
    scale = formats.money_scale(money_unit, currency)

    def drawn(label: str, amounts: Sequence[Amount], **more: Any) -> dict[str, Any]:
        return {
            "name": label,
            "values": [None if amount is None else float(Decimal(amount) / scale.divisor) for amount in amounts],
            "texts": [formats.money(amount, money_unit, currency) for amount in amounts],
            **more,
        }

    rows = [
        {"name": name, **{str(year): amount for year, amount in zip(years, amounts, strict=True)}}
        for name, amounts in [
            *((part.label, part.amounts) for part in components),
            (net_label, net),
            (line_label, line),
        ]
    ]
    columns = [
        tables.Column("name", gettext("Income")),
        *(tables.Column(str(year), str(year), kind="money", currency=currency) for year in years),
    ]
    data = {
        "kind": "income-over-years",
        "label": label,
        "language": formats.language(),
        "unit": scale.word,
        "categories": [str(year) for year in years],
        "bars": [drawn(part.label, part.amounts, cost=part.is_cost) for part in components],
        "line": drawn(line_label, line),
        "net": drawn(net_label, net),
    }
    return Chart(key, label, sentence, data, tables.Table(label, columns, rows, key=f"{key}-table"))


def series(  # noqa: PLR0913
    key: str, *, points: Sequence[Point], label: str, sentence: str, counted: str = "", among: str = "", places: int = 2
) -> Chart:
    """A rate over the years, point by point; `counted` and `among` name the numerator and denominator."""
    counted = counted or gettext("counted")
    among = among or gettext("among")
    columns = [
        tables.Column("as_of", gettext("As of"), kind="date"),
        tables.Column("numerator", counted, kind="number"),
        tables.Column("denominator", among, kind="number"),
        tables.Column("value", label, kind="percent", places=places),
        tables.Column("source", gettext("Source"), value=lambda point: point.source or "–"),
        tables.Column("is_verified", gettext("Verified"), value=lambda point: point.is_verified),
    ]
    vintages = list(dict.fromkeys(point.vintage for point in points))
    data = {
        "kind": "series",
        "label": label,
        "language": formats.language(),
        "unit": "%",
        "vintages": vintages,
        "points": [
            {**_drawn_point(point, counted, among, places), "vintage": vintages.index(point.vintage)}
            for point in points
        ],
    }
    table = tables.Table(label, columns, points, key=f"{key}-table")
    return Chart(key, label, sentence, data, table, " ".join(_cautions(points, vintages)))


def _cautions(points: Sequence[Point], vintages: Sequence[str]) -> Iterator[str]:
    if len(vintages) > 1:
        yield gettext(
            "Each mark stands for one source. Sources conflict and none corrects another, so no line joins them."
        )
    if not all(point.is_verified for point in points):
        yield gettext("A hollow point has not been checked against its source.")


def _drawn_point(point: Point, counted: str, among: str, places: int) -> dict[str, Any]:
    lines = [
        [counted, formats.number(point.numerator)],
        [among, formats.number(point.denominator)],
        [gettext("Source"), point.source],
    ]
    if not point.is_verified:
        lines.append([gettext("Verified"), gettext("no")])
    return {
        "day": point.as_of.isoformat(),
        "value": None if point.value is None else float(point.value * 100),
        "text": formats.percent(point.value, places),
        "lines": [line for line in lines if line[1]],
        "verified": point.is_verified,
    }
