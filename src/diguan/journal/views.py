"""The journal as a page. `server` puts the gate before it and says how places and acts are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from diguan.journal import actions, queries
from diguan.journal.models import Entry
from diguan.ui import filters, paging, tables
from diguan.ui.empties import Empty


def entries(
    request: HttpRequest,
    place_names: Callable[[Iterable[int]], Mapping[int, str]],
    is_everything: Callable[[Any], bool],
    acts: Mapping[str, str | Promise],
) -> HttpResponse:
    """Show the entries in scope, newest first; reading them is an act of its own."""
    scope: Any = request.scope  # type: ignore[attr-defined]
    asked = {name: request.GET.get(name, "").strip() for name in ("verb", "actor", "subject")}
    rows = queries.within(scope, with_placeless=is_everything(scope))
    page = paging.page(queries.narrowed(rows, **asked), ["-id"], request.GET)
    names = place_names({entry.place_number for entry in page.rows if entry.place_number is not None})
    actions.record(
        by=request.user,
        at=timezone.now(),
        verb="journal.read",
        subject_type="page",
        subject_key=request.path,
        place_number=scope.ranges[0][0],
        detail={"filter": {name: value for name, value in asked.items() if value}, "count": len(page.rows)},
    )
    context = {"page": page, "table": _table(page, names, acts), "filters": _filters(request, acts)}
    return render(request, "journal/entries.html", context)


def _table(page: paging.Page[Entry], names: Mapping[int, str], acts: Mapping[str, str | Promise]) -> tables.Table:
    return tables.Table(
        caption=_("Acts, newest first"),
        columns=[
            tables.Column("at", _("When"), value=_minute),
            tables.Column("actor_name", _("Who"), value=_actor),
            tables.Column("verb", _("What"), value=lambda entry: acts.get(entry.verb, entry.verb)),
            tables.Column("subject_key", _("On what")),
            tables.Column("place_number", _("Where"), value=lambda entry: names.get(entry.place_number or -1, "–")),
            tables.Column("detail", _("More"), value=lambda entry: _told(entry.detail)),
        ],
        rows=page.rows,
        page=page,
        empty=Empty(why=_("No act matches."), next_label=_("Show all acts"), next_href="?"),
    )


def _filters(request: HttpRequest, acts: Mapping[str, str | Promise]) -> filters.Bar:
    return filters.Bar(
        [
            filters.Field("verb", _("What"), "choice", [(verb, str(label)) for verb, label in acts.items()]),
            filters.Field("actor", _("Who"), "search", placeholder=_("user name")),
            filters.Field("subject", _("On what"), "search", placeholder=_("key, code or user name")),
        ],
        request.GET,
    )


def _minute(entry: Entry) -> str:
    return timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M")


def _actor(entry: Entry) -> str:
    return _("the system") if entry.actor_id is None else entry.actor_name


def _told(detail: Mapping[str, Any]) -> str:
    """Return a detail as one line of words and values."""
    parts = []
    for name, value in detail.items():
        if isinstance(value, Mapping):
            value = f"({_told(value)})" if value else ""
        elif isinstance(value, list):
            value = ", ".join(str(item) for item in value)
        if value not in (None, ""):
            parts.append(f"{name}: {value}")
    return " · ".join(parts) or "–"
