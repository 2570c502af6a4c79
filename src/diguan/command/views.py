"""The board, the same page at every level of the tree."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.command.board import Board
from diguan.command.flow_sheet import FlowSheet
from diguan.places import pages
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.screening import flow_queries, lists, queries
from diguan.screening import views as screening_views


@page(permissions.BOARD_READ)
def top(request: GatedRequest) -> HttpResponse:
    """On to the board of the highest place the reader may see."""
    low, high = request.scope.ranges[0]
    place = Place.objects.filter(number__gte=low, upper__lte=high).order_by("depth", "number").first()
    if place is None:
        raise Http404
    return redirect("board", code=place.code)


@page(permissions.BOARD_READ)
def board(request: GatedRequest, code: str) -> HttpResponse:
    """The cohorts, standards and places of one place; a place the scope does not cover is not there."""
    try:
        place = places.by_code(code)
    except places.PlaceUnknown:
        raise Http404 from None
    if not request.scope.covers(place.number, place.upper):
        raise Http404
    screening = queries.current_screening()
    if screening is None:
        return render(request, "screening/none.html")
    may_list = request.scope_of(permissions.HOUSEHOLDS_READ).covers(place.number, place.upper)
    shown = Board(place, request.scope, screening, request.GET.get("measure", ""), may_list)
    context = shown.context()
    if not shown.below and may_list:
        here = request.scope_of(permissions.HOUSEHOLDS_READ).intersect(place.number, place.upper)
        context["households"] = lists.make(request, here, screening, place).table
    compared = flow_queries.latest()
    if compared is not None:
        sheet = FlowSheet(compared, place, request.scope, may_list)
        context |= {
            "flow": sheet.picture(),
            "flow_href": f"{reverse('comparison', args=[compared.pk])}?place={place.code}",
        }
    context |= {
        "crumbs": pages.crumbs(request, place),
        "place_tree": pages.tree(request, place, "board"),
        "matrix_title": _("Standards by place"),
        **screening_views.about(request, screening),
    }
    return render(request, "command/board.html", context)
