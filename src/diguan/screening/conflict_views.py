"""The list of what sources contradict each other about, within the reader's scope."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.registry import actions, queries
from diguan.registry.masking import shown
from diguan.registry.models import Household
from diguan.screening import packs, reading
from diguan.screening import queries as screenings
from diguan.ui import tables
from diguan.ui.empties import Empty


@page(permissions.REGISTRY_WRITE)
def conflicts(request: GatedRequest) -> HttpResponse:
    """Households with disputed facts, each fact a link to where it is settled; opening the list is journalled."""
    screening = screenings.current_screening()
    if screening is None:
        return render(request, "screening/none.html")
    words = reading.words(packs.pack(screening.pack_id))
    rows = actions.open_disputed(scope=request.scope, params=request.GET, by=request.user, at=timezone.now())
    names, disputed = request.scope_of(permissions.NAMES_READ), queries.disputed_facts(request.scope, rows.rows)

    def links(row: Household) -> list[tuple[str, str]]:
        return [
            (words.label(name), reverse("fact", args=[row.key, name]) + (f"?{urlencode({'person': str(person)})}" if person else ""))
            for person, name in disputed.get(row.pk, [])
        ]  # fmt: skip

    table = tables.Table(
        caption=_("Households with conflicts"),
        columns=[
            tables.Column(
                "name", _("Head of household"), value=lambda row: shown(row.name, names.contains(row.place_number)),
                href=lambda row: reverse("household", args=[row.key]),
            ),
            tables.Column("place", _("Place"), value=lambda row: row.place.name),
            tables.Column("facts", _("Disputed"), value=links, template="screening/disputed_cell.html"),
        ],
        rows=rows.rows,
        page=rows,
        params=request.GET,
        empty=Empty(_("Nothing is disputed here."), _("To the board"), reverse("board_top")),
    )  # fmt: skip
    return render(request, "screening/conflicts.html", {"table": table})
