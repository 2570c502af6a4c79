"""A list of households: its filters, its table, its heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.gate import GatedRequest
from diguan.access.scope import Scope
from diguan.places.models import Place
from diguan.registry.masking import shown
from diguan.rulebook.words import Words
from diguan.screening import actions, packs, queries, reading
from diguan.screening.models import Result, Screening
from diguan.ui import filters, formats, outcomes, tables
from diguan.ui.empties import Empty


@dataclass(frozen=True)
class Listed:
    table: tables.Table
    bar: filters.Bar
    households: int
    heading: str


def wanted(params: Mapping[str, str], screening: Screening, place: Place | None, check: str = "") -> queries.Wanted:
    """What an address asks for; what is not a cohort, standard or outcome is left aside."""
    asked = {name: params.get(name, "").strip() for name in ("cohort", "standard", "outcome")}
    asked |= {"standard": "", "outcome": ""} if check else {}
    return queries.Wanted(
        place=place,
        cohort=asked["cohort"] if asked["cohort"] in (*screening.cohorts, "none", "unknown") else "",
        standard=asked["standard"] if asked["standard"] in screening.standards else "",
        outcome=asked["outcome"] if asked["outcome"] in (outcomes.MET, outcomes.NOT_MET, outcomes.UNKNOWN) else "",
        check=check,
    )


def make(request: GatedRequest, scope: Scope, screening: Screening, place: Place | None, *, check: str = "") -> Listed:
    """The page of the list that the address asks for, or of the households in which a check found a fault.

    Opening it is journalled.
    """
    asked = wanted(_params(request), screening, place, check)
    words = reading.words(packs.pack(screening.pack_id))
    page = actions.open_page(scope=scope, wanted=asked, params=request.GET, by=request.user, at=timezone.now())
    names = request.scope_of(permissions.NAMES_READ)
    table = tables.Table(
        caption=_("Households"),
        columns=_columns(words, screening, names, _whom(scope, asked, page.rows, names) if check else None),
        rows=page.rows,
        page=page,
        params=request.GET,
        row_href=lambda row: reverse("household", args=[row.household.key]),
        export_href=_export(request, asked),
        empty=Empty(_("No household here matches these filters."), _("Show all households of the place"), _all(place)),
    )
    return Listed(table, _bar(request, words, screening, asked), page.total or 0, heading(asked, words))


def outcome_of(row: Result, standard: str) -> str:
    """What was found of one standard; that it does not apply comes before that it is met."""
    return outcomes.NOT_APPLICABLE if standard in row.not_applicable else row.standards[standard]


def _params(request: GatedRequest) -> dict[str, str]:
    return {name: str(value) for name, value in request.GET.items()}


def _export(request: GatedRequest, asked: queries.Wanted) -> str:
    """Where this list may be asked for as a file; nowhere for those who may not."""
    if asked.check or not request.may(permissions.EXPORTS_REQUEST):
        return ""
    return f"{reverse('export-request')}?{urlencode({'list': 'households', **asked.described()})}"


def _all(place: Place | None) -> str:
    return reverse("households") + (f"?place={place.code}" if place else "")


def _columns(words: Words, screening: Screening, names: Scope, whom: list[tables.Column] | None) -> list[tables.Column]:
    """`whom` stands beside the head in the list of a check, which shows outcomes only when they are chosen."""

    def head(row: Result) -> str:
        return shown(row.household.name, names.contains(row.place_number))

    def page_of(row: Result) -> str:
        return reverse("household", args=[row.household.key])

    columns = [
        tables.Column("name", _("Head of household"), value=head, href=page_of),
        *(whom or ()),
        tables.Column("place", _("Place"), value=lambda row: row.household.place.name),
        tables.Column("persons", _("Persons"), kind="number"),
        tables.Column("cohort", _("Cohort"), value=lambda row: cohort_word(row.cohort, words)),
    ]
    columns += [
        tables.Column(
            f"standard_{name}",
            words.label(name),
            "outcome",
            partial(outcome_of, standard=name),
            is_optional=True,
            is_shown=whom is None,
        )
        for name in screening.standards
    ]
    return columns


def _whom(scope: Scope, asked: queries.Wanted, rows: Sequence[Result], names: Scope) -> list[tables.Column]:
    """The members in whom a check of persons found a fault; no column for a check of households."""
    at_fault = queries.people_at_fault(scope, asked.check, rows)

    def whom(row: Result) -> str:
        may_see = names.contains(row.place_number)
        return _(", ").join(shown(person.name, may_see) for person in at_fault.get(row.household_id, []))

    return [tables.Column("whom", _("Whom"), value=whom)] if at_fault else []


def cohort_word(cohort: str, words: Words) -> str:
    """A household's cohort as people read it."""
    if cohort == "none":
        return "–"
    return formats.unknown() if cohort == "unknown" else words.label(cohort)


def _bar(request: GatedRequest, words: Words, screening: Screening, asked: queries.Wanted) -> filters.Bar:
    cohorts = [(name, words.label(name)) for name in screening.cohorts]
    cohorts += [("unknown", _("cohort unknown")), ("none", _("in no cohort"))]
    fields = [filters.Field("cohort", _("Cohort"), "choice", cohorts)]
    if not asked.check:
        found = [(name, outcomes.word(name)) for name in (outcomes.NOT_MET, outcomes.UNKNOWN, outcomes.MET)]
        standards = [(n, words.label(n)) for n in screening.standards]
        fields.append(filters.Field("standard", _("Standard"), "choice", standards))
        fields.append(filters.Field("outcome", _("Outcome"), "choice", found))
    return filters.Bar(fields, request.GET)


def heading(asked: queries.Wanted, words: Words) -> str:
    """What a list holds, in a few words."""
    parts = [asked.place.name] if asked.place else []
    if asked.cohort:
        parts.append(_("in no cohort") if asked.cohort == "none" else cohort_word(asked.cohort, words))
    if asked.standard:
        word = f": {outcomes.word(asked.outcome)}" if asked.outcome else ""
        parts.append(words.label(asked.standard) + word)
    elif asked.outcome:
        parts.append(_("any standard: %(outcome)s") % {"outcome": outcomes.word(asked.outcome)})
    return " · ".join(parts) or _("Households")
