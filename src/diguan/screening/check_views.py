"""The checks of the data: what each found, how often, and in which households."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.access.scope import Scope
from diguan.places import pages
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.screening import checks as checked
from diguan.screening import lists, packs, queries, reading, views
from diguan.screening.models import Screening
from diguan.ui import stats, tables
from diguan.ui.empties import Empty


@page(permissions.BOARD_READ)
def checks(request: GatedRequest) -> HttpResponse:
    """All checks with the households in which each found a fault, within the reader's scope or one place of it."""
    screening = queries.current_screening()
    if screening is None:
        return render(request, "screening/none.html")
    place = pages.asked_place(request)
    if place is not None and not request.scope.covers(place.number, place.upper):
        raise Http404
    totals = _totals(request.scope, screening, place)
    may_list = request.scope_of(permissions.HOUSEHOLDS_READ)
    lists_here = not may_list.is_empty and (place is None or may_list.covers(place.number, place.upper))
    context = {
        "table": _table(screening, totals, place, lists_here),
        "stats": _stats(totals, place, lists_here),
        "place": place,
        "crumbs": pages.crumbs(request, place) if place else [],
        "place_tree": pages.tree(request, place, reverse("checks"), is_whole=True),
        **views.about(request, screening),
    }
    return render(request, "screening/checks.html", context)


@page(permissions.HOUSEHOLDS_READ)
def check(request: GatedRequest, name: str) -> HttpResponse:
    """The households in which a check found a fault; under the name `all`, those in which any did."""
    screening = queries.current_screening()
    if screening is None:
        return render(request, "screening/none.html")
    if name not in (*screening.checks, queries.ANY_CHECK):
        raise Http404
    place = pages.asked_place(request)
    scope = request.scope if place is None else request.scope.intersect(place.number, place.upper)
    if scope.is_empty:
        raise Http404
    listed = lists.make(request, scope, screening, place, check=name)
    words = reading.words(packs.pack(screening.pack_id), packs.rules_of(screening))
    rule = words.pack.checks.get(name)
    context = {
        "rule": checked.Rule(rule, words) if rule else None,
        "unknown": _totals(scope, screening, None).check(name, "unknown") if rule else None,
        "policy_href": reverse("policy", args=[screening.pack_id]) if request.may(permissions.POLICY_READ) else "",
        "table": listed.table,
        "filters": listed.bar,
        "households": listed.households,
        "crumbs": [(_("Data checks"), _address("checks", _whole(request, place))), *_above(place)],
        "place_tree": pages.tree(request, place, reverse("check", args=[name])),
        **views.about(request, screening),
    }
    return render(request, "screening/check.html", context)


def _totals(scope: Scope, screening: Screening, place: Place | None) -> queries.Totals:
    tops = [place] if place is not None else places.topmost(scope)
    return queries.added(queries.totals_for(scope, tops, screening=screening).values())


def _whole(request: GatedRequest, place: Place | None) -> Place | None:
    """The place if the checks of all of it are the reader's to see."""
    seen = request.scope_of(permissions.BOARD_READ)
    return place if place is not None and seen.covers(place.number, place.upper) else None


def _address(name: str, place: Place | None, *args: str) -> str:
    return reverse(name, args=args) + (f"?place={place.code}" if place else "")


def _above(place: Place | None) -> list[tuple[str, str]]:
    return [(each.name, "") for each in (*places.path(place), place)] if place else []


def _stats(totals: queries.Totals, place: Place | None, may_list: bool) -> list[stats.Stat]:
    """Households with any fault, and by severity."""
    href = _address("check", place, queries.ANY_CHECK) if may_list else ""
    words = {"error": _("with an error"), "warning": _("with a warning"), "notice": _("with a notice")}
    lines = [
        stats.Line(_("%(severity)s: %(count)s") % {"severity": word, "count": f"{totals.severity(name).households:,}"})
        for name, word in words.items()
    ]
    everybody = stats.Line(_("of %(count)s households") % {"count": f"{totals.everybody.households:,}"})
    found = totals.check(queries.ANY_CHECK).households
    return [stats.Stat(_("Contradictions in the data"), found, _("households"), href, [everybody, *lines])]


def _table(screening: Screening, totals: queries.Totals, place: Place | None, may_list: bool) -> tables.Table:
    words = reading.words(packs.pack(screening.pack_id))

    def href(row: Any) -> str | None:
        return _address("check", place, row.rule.check.name) if may_list else None

    def behind(row: Any) -> str | None:
        return href(row) if row.raised.households else None

    columns = [
        tables.Column("rule.label", _("Data check"), href=href),
        tables.Column("rule", _("Severity"), template="screening/severity_cell.html"),
        tables.Column("raised.households", _("Households"), "number", href=behind),
        tables.Column("unknown.households", _("Not checkable"), "number"),
        tables.Column("rule.mended_by", _("Mended by")),
    ]
    return tables.Table(
        caption=_("Data checks"),
        columns=columns,
        rows=checked.counted(words, totals, screening.checks),
        empty=Empty(_("The policy in use has no checks of the data."), _("To the policy"), reverse("policies")),
    )
