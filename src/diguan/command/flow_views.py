"""Comparisons of screenings: all of them, one at a place, and the households behind its numbers."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.command import flow_list
from diguan.command.flow_sheet import FlowSheet
from diguan.places import pages
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.screening import actions, flow_queries
from diguan.screening import views as screening_views
from diguan.screening.models import Comparison
from diguan.ui import tables
from diguan.ui.empties import Empty


@page(permissions.BOARD_READ)
def comparisons(request: GatedRequest) -> HttpResponse:
    """All comparisons that were made, the newest first."""

    def days(row: Comparison) -> str:
        return f"{row.before.as_of.isoformat()} → {row.after.as_of.isoformat()}"

    columns = [
        tables.Column("days", _("Days"), value=days, href=lambda row: reverse("comparison", args=[row.pk])),
        tables.Column("pack", _("Policy"), value=lambda row: row.after.pack_id),
        tables.Column("made_at", _("Made at"), "date", value=lambda row: timezone.localdate(row.made_at)),
    ]
    empty = Empty(
        _("No two screenings have been compared yet: diguan compare BEFORE AFTER does it."),
        _("To the board"),
        reverse("board_top"),
    )
    table = tables.Table(_("Screenings compared"), columns, list(flow_queries.comparisons()), empty=empty)
    return render(request, "command/comparisons.html", {"table": table})


@page(permissions.BOARD_READ)
def comparison(request: GatedRequest, number: int) -> HttpResponse:
    """Who came, who went and who stays at one place; a place the scope does not cover is not there."""
    found, place = _comparison(number), pages.asked_place(request) or _top(request)
    if place is None or not request.scope.covers(place.number, place.upper):
        raise Http404
    lists = request.scope_of(permissions.HOUSEHOLDS_READ).covers(place.number, place.upper)
    context: dict[str, Any] = {
        **FlowSheet(found, place, request.scope, lists).context(),
        "crumbs": [(_("Screenings compared"), reverse("comparisons")), *pages.crumbs(request, place, linked=True)],
        "place_tree": pages.tree(request, place, reverse("comparison", args=[number])),
        **screening_views.about(request, found.after),
    }
    return render(request, "command/comparison.html", context)


@page(permissions.HOUSEHOLDS_READ)
def households(request: GatedRequest, number: int) -> HttpResponse:
    """The households behind a flow; opening them is journalled."""
    found, place = _comparison(number), pages.asked_place(request)
    if place is not None and request.scope.intersect(place.number, place.upper).is_empty:
        raise Http404
    wanted = _wanted(request, found, place)
    rows = actions.open_changes(
        scope=request.scope, wanted=wanted, params=request.GET, by=request.user, at=timezone.now()
    )
    listed = flow_list.FlowList(wanted, rows, request.scope_of(permissions.NAMES_READ))
    back = reverse("comparison", args=[number]) + (f"?place={place.code}" if place else "")
    context = {
        "table": listed.table(request.GET), "heading": listed.heading(), "households": rows.total or 0,
        "moved_away": wanted.after == flow_queries.ELSEWHERE,
        "crumbs": [(_("Screenings compared"), reverse("comparisons")), (_("Who came, who went"), back), (place.name if place else "", "")],
        **screening_views.about(request, found.after),
    }  # fmt: skip
    return render(request, "command/comparison_households.html", context)


def _comparison(number: int) -> Comparison:
    try:
        return flow_queries.comparison(number)
    except Comparison.DoesNotExist:
        raise Http404 from None


def _top(request: GatedRequest) -> Place | None:
    return next(iter(places.topmost(request.scope)), None)


def _wanted(request: GatedRequest, found: Comparison, place: Place | None) -> flow_queries.Wanted:
    """What an address asks for. Raises: Http404 for what is not compared."""
    kind, name = request.GET.get("kind", COHORT), request.GET.get("name", COHORT)
    known = (
        name == COHORT
        if kind == COHORT
        else kind == STANDARD and name in (*found.after.standards, *found.before.standards)
    )
    if not known:
        raise Http404
    before, after, reason = (request.GET.get(key, "").strip()[:100] for key in ("from", "to", "reason"))
    allowed = {"", *flow_list.words_of(found, kind)}
    if before not in allowed or after not in allowed or reason not in ("", *flow_list.REASONS):
        raise Http404
    return flow_queries.Wanted(found, kind, name, before, after, reason, place)
