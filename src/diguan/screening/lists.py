"""A list of households: its filters, its table, its heading."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diguan.access import permissions
from diguan.access.gate import GatedRequest
from diguan.access.scope import Scope
from diguan.places.models import Place
from diguan.registry.masking import shown
from diguan.screening import packs, queries, reading
from diguan.screening.models import Screening
from diguan.ui import filters, formats, outcomes, paging, tables
from diguan.ui.empties import Empty


@dataclass(frozen=True)
class Listed:
    page: paging.Page[Any]
    table: tables.Table
    bar: filters.Bar
    count: queries.Count
    heading: str
    filter: dict[str, str]


def wanted(request: GatedRequest, screening: Screening) -> queries.Wanted:
    """What the address asks for; what is not a cohort, standard or outcome is left aside."""
    asked = {name: request.GET.get(name, "").strip() for name in ("cohort", "standard", "outcome", "check")}
    cohorts = (*screening.cohorts, "none", "unknown")
    standard = asked["standard"] if asked["standard"] in screening.standards else ""
    return queries.Wanted(
        cohort=asked["cohort"] if asked["cohort"] in cohorts else "",
        standard=standard,
        outcome=asked["outcome"] if standard and asked["outcome"] in ("met", "not_met", "unknown") else "",
        to_check=bool(asked["check"]),
    )


def make(request: GatedRequest, scope: Scope, screening: Screening, place: Place | None) -> Listed:
    asked = wanted(request, screening)
    words = reading.words(packs.pack(screening.pack_id))
    count = queries.count(scope, screening, asked)
    page = queries.household_page(scope, screening, asked, request.GET, total=count.households)
    ids = [row.household_id for row in page.rows]
    outcomes_of = queries.results_of(scope, screening, ids)
    names = request.scope_of(permissions.NAMES_READ)
    table = tables.Table(
        caption=_("Households"),
        columns=_columns(words, screening, outcomes_of, names),
        rows=page.rows,
        page=page,
        params=request.GET,
        row_href=lambda row: reverse("household", args=[row.household.key]),
        empty=Empty(_("No household here matches these filters."), _("Show all households of the place"), _all(place)),
    )
    given = {name: value for name, value in request.GET.items() if value and name not in ("after", "before")}
    return Listed(page, table, _bar(request, words, screening), count, _heading(asked, words, place, count), given)


def _all(place: Place | None) -> str:
    return reverse("households") + (f"?place={place.code}" if place else "")


def _columns(
    words: reading.Words, screening: Screening, results: dict[int, queries.Result], names: Scope
) -> list[tables.Column]:
    columns = [
        tables.Column(
            "name",
            _("Head of household"),
            value=lambda row: shown(row.household.name, names.contains(row.place_number)),
            href=lambda row: reverse("household", args=[row.household.key]),
        ),
        tables.Column("place", _("Place"), value=lambda row: row.household.place.name),
        tables.Column("persons", _("Persons"), kind="number"),
        tables.Column("cohort", _("Cohort"), value=lambda row: _cohort(row.cohort, words)),
    ]
    for name in screening.standards:
        columns.append(
            tables.Column(
                f"standard_{name}",
                words.label(name),
                kind="outcome",
                value=lambda row, name=name: _outcome(results.get(row.household_id), name),
                is_optional=True,
            )
        )
    return columns


def _outcome(result: queries.Result | None, standard: str) -> str:
    if result is None:
        return outcomes.UNKNOWN
    return outcomes.NOT_APPLICABLE if standard in result.not_applicable else result.standards[standard]


def _cohort(cohort: str, words: reading.Words) -> str:
    if cohort == "none":
        return "–"
    return formats.unknown() if cohort == "unknown" else words.label(cohort)


def _bar(request: GatedRequest, words: reading.Words, screening: Screening) -> filters.Bar:
    cohorts = [(name, words.label(name)) for name in screening.cohorts]
    cohorts += [("unknown", _("cohort unknown")), ("none", _("in no cohort"))]
    found = [(name, outcomes.word(name)) for name in (outcomes.NOT_MET, outcomes.UNKNOWN, outcomes.MET)]
    return filters.Bar(
        [
            filters.Field("cohort", _("Cohort"), "choice", cohorts),
            filters.Field("standard", _("Standard"), "choice", [(n, words.label(n)) for n in screening.standards]),
            filters.Field("outcome", _("Outcome"), "choice", found),
            filters.Field("check", _("Something unknown"), "check"),
        ],
        request.GET,
    )


def _heading(asked: queries.Wanted, words: reading.Words, place: Place | None, count: queries.Count) -> str:
    parts = [place.name] if place else []
    if asked.cohort:
        parts.append(_cohort(asked.cohort, words) if asked.cohort != "none" else _("in no cohort"))
    if asked.standard:
        word = f": {outcomes.word(asked.outcome)}" if asked.outcome else ""
        parts.append(words.label(asked.standard) + word)
    if asked.to_check:
        parts.append(_("something unknown"))
    return " · ".join(parts) or ngettext("Household", "Households", count.households)
