"""The numbers of the policy, as the pack states them on the day of the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from diguan import rulebook
from diguan.demo import lists


@dataclass(frozen=True)
class Policy:
    """What households are built against. Money in whole fen per person and year."""

    as_of: date
    line: int
    range: int
    lines: Mapping[int, int]  # by year
    school: tuple[int, int]
    elderly: int
    litres: int
    litres_dry: int
    minutes: int
    short_days: int
    designated: frozenset[str]
    baseline: Mapping[str, int]  # persons by cohort


def read(pack: rulebook.Pack | None = None) -> Policy:
    """Read the pack that the demo is about, or one that extends it.

    Raises: PeriodNotCovered, KeyError if the pack has none of the demo's rules.
    """
    mix = lists.read("mix")
    if pack is None:
        pack = rulebook.load(rulebook.loading.shipped() / mix["pack"])
    campaign = pack.campaigns[mix["campaign"]]
    if campaign.baseline_on is None:
        raise KeyError(f"the campaign {campaign.name} has no baseline")
    rules = rulebook.at(pack, campaign.baseline_on)

    def number(name: str) -> Decimal:
        return Decimal(str(rules.value_of(name)))

    return Policy(
        as_of=campaign.baseline_on,
        line=_fen(number("poverty_line")),
        range=_fen(number("monitoring_range")),
        lines=_lines(pack, campaign.baseline_on),
        school=(int(number("school_age_from")), int(number("school_age_to"))),
        elderly=int(number("elderly_age")),
        litres=int(number("water_litres")),
        litres_dry=int(number("water_litres_dry")),
        minutes=int(number("water_minutes")),
        short_days=int(number("water_short_days")),
        designated=frozenset(place.code for kind in pack.designations.values() for place in kind.places),
        baseline=campaign.baseline_persons,
    )


def _fen(yuan: Decimal) -> int:
    return int(yuan * 100)


def _lines(pack: rulebook.Pack, until: date) -> dict[int, int]:
    values = pack.parameters["poverty_line"].values
    years = range(min(value.starts.year for value in values), until.year + 1)
    dated = {year: rulebook.dated(values, date(year, 10, 1)) for year in years}
    return {year: _fen(Decimal(str(found.value))) for year, found in dated.items() if found is not None}
