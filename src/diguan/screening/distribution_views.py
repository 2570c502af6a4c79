"""Poverty and inequality of a place: how far incomes fall short, how they are spread, and what is lacking at once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.numerics import SampleRefused
from diguan.places import pages
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.screening import distribution, packs, queries, reading, views
from diguan.screening.models import Screening
from diguan.ui import facts, stats, tables
from diguan.ui.empties import Empty


@page(permissions.HOUSEHOLDS_READ)
def indices(request: GatedRequest) -> HttpResponse:
    """Of one place that the scope covers: what can be told of incomes there is told of few people as well as of many."""
    screening = queries.current_screening()
    if screening is None:
        return render(request, "screening/none.html")
    place = pages.asked_place(request) or next(iter(places.topmost(request.scope)), None)
    if place is None or not request.scope.covers(place.number, place.upper):
        raise Http404
    context: dict[str, Any] = {
        "place": place,
        "crumbs": [(_("Poverty and inequality"), reverse("indices")), *pages.crumbs(request, place)],
        "place_tree": pages.tree(request, place, reverse("indices")),
        **views.about(request, screening),
    }
    return render(request, "screening/indices.html", context | _measured(screening, place))


def _measured(screening: Screening, place: Place) -> dict[str, Any]:
    pack, rules = packs.pack(screening.pack_id), packs.rules_of(screening)
    shown = pack.income
    if shown is None:
        return {"without": _("The policy in use names no income and no line to hold it against.")}
    line = rules.value_of(shown.line)
    if not isinstance(line, int | Decimal) or line <= 0:
        return {"without": _("The poverty line of the policy in use has no value on this day.")}
    measured = distribution.Measured(shown.per_person, float(line), screening.standards, screening.cohorts)
    below = places.children(place)
    try:
        found = distribution.of(Path(screening.folder), place, below, measured)
    except SampleRefused as refused:
        return {"without": refused.message(_)}
    return _Page(found, measured, reading.words(pack)).context()


class _Page:
    """The figures in the reader's words."""

    def __init__(self, found: distribution.Distribution, measured: distribution.Measured, words: Any) -> None:
        self.found, self.measured, self.words = found, measured, words

    def context(self) -> dict[str, Any]:
        if self.found.whole is None:
            return {"without": _("Of nobody here an income is known.")}
        return {
            "line": Decimal(str(self.measured.line)),
            "stats": self._stats(),
            "figures": self._figures(),
            "below": self._groups(_("By place"), _("Place"), self.found.below) if self.found.below else None,
            "cohorts": self._groups(_("By cohort"), _("Cohort"), self.found.cohorts) if self.found.cohorts else None,
            "shortfalls": self.found.shortfalls,
            "counts": self._counts(),
            "lacking": self._lacking(),
        }

    def _value(self, index: str, domain: Any = None) -> Decimal | None:
        whole = domain or self.found.whole
        assert whole is not None
        value = whole.of(index).value
        return None if value is None else Decimal(repr(value))

    def _stats(self) -> list[stats.Stat]:
        whole = self.found.whole
        assert whole is not None
        poor = (whole.of("fgt0").value or 0) * whole.population
        told = [stats.Line(_("of %(count)s people with a known income") % {"count": f"{whole.population:,.0f}"})]
        if whole.unknown:
            words = ngettext(
                "%(count)s household left out: its income is unknown",
                "%(count)s households left out: their income is unknown",
                whole.unknown,
            )
            told.append(stats.Line(words % {"count": f"{whole.unknown:,}"}))
        return [stats.Stat(_("Below the line"), round(poor), _("people"), "", told)]

    def _figures(self) -> list[facts.Fact]:
        lacking = self.found.lacking_sum(self.measured.line)
        return [
            facts.Fact(_("Share of the poor (FGT 0)"), self._value("fgt0"), "percent"),
            facts.Fact(_("Poverty gap (FGT 1)"), self._value("fgt1"), "percent"),
            facts.Fact(_("Severity (FGT 2)"), _short(self._value("fgt2")), "decimal"),
            facts.Fact(_("Lacking to the line, all the poor, a year"), _whole(lacking), "money"),
            facts.Fact(_("Watts index"), _short(self._value("watts")), "decimal"),
            facts.Fact(_("Sen–Shorrocks–Thon index"), _short(self._value("sst")), "decimal"),
            facts.Fact(_("Median income"), _whole(self._value("quantile_50")), "money"),
            facts.Fact(_("Gini coefficient"), _short(self._value("gini_laeken")), "decimal"),
            facts.Fact(_("Richest fifth to poorest fifth (S80/S20)"), _short(self._value("s80_s20_laeken")), "decimal"),
            *(
                facts.Fact(
                    _("Below %(share)s %% of the median") % {"share": share},
                    self._value(f"at_risk_{share}"),
                    "percent",
                )
                for share in (40, 50, 60)
            ),
        ]

    def _groups(self, caption: str, what: str, groups: tuple[distribution.Group, ...]) -> tables.Table:
        columns = [
            tables.Column("name", what, value=self._name, href=_deeper),
            tables.Column("found.population", _("People"), "number", places=0),
            self._column("fgt0", _("Share of the poor"), "percent"),
            self._column("fgt1", _("Poverty gap"), "percent"),
            self._column("fgt2", _("Severity (FGT 2)"), "number"),
            self._column("quantile_50", _("Median income"), "money"),
            self._column("gini_laeken", _("Gini"), "number"),
        ]
        return tables.Table(caption=caption, columns=columns, rows=groups, empty=Empty(_("Nobody is on file here.")))

    def _column(self, index: str, label: str, kind: Any) -> tables.Column:
        def value(group: distribution.Group) -> Decimal | None:
            found = self._value(index, group.found)
            return _whole(found) if kind == "money" else found if kind == "percent" else _short(found)

        return tables.Column(index, label, kind, value=value)

    def _name(self, group: distribution.Group) -> str:
        return group.place.name if group.place else self.words.label(group.cohort)

    def _counts(self) -> tables.Table | None:
        found = self.found.shortfalls
        if found is None:
            return None
        rows = [
            {"number": number, "people": people, "share": people / found.people}
            for number, people in enumerate(found.counts)
        ]
        columns = [
            tables.Column("number", _("Standards not met")),
            tables.Column("people", _("People"), "number", places=0),
            tables.Column("share", _("Share"), "percent"),
        ]
        return tables.Table(caption=_("How many standards are not met at once"), columns=columns, rows=rows)

    def _lacking(self) -> tables.Table | None:
        found = self.found.shortfalls
        if found is None:
            return None
        columns = [
            tables.Column("standard", _("Standard"), value=lambda row: self.words.label(row.standard)),
            tables.Column("share", _("Without it"), "percent"),
            tables.Column("part", _("Of all lacks"), "percent"),
        ]
        return tables.Table(caption=_("What is lacking"), columns=columns, rows=found.each)


def _deeper(group: distribution.Group) -> str | None:
    return f"{reverse('indices')}?place={group.place.code}" if group.place else None


def _whole(value: float | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(round(value))


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 4)
