"""Exports as people see them: tables, steps, and what is in them in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from diguan.access.gate import GatedRequest
from diguan.exports import lists, queries
from diguan.exports.models import Export, State
from diguan.places import queries as places
from diguan.ui import formats, paging, steps, tables
from diguan.ui.empties import Empty


def own(request: GatedRequest, now: dt.datetime) -> tables.Table:
    """The reader's own exports, newest first."""
    page = paging.page(queries.mine(request.user), ["-id"], request.GET)
    return tables.Table(
        caption=_("My exports"),
        columns=[
            *_columns(),
            tables.Column("state", _("State"), value=lambda export: export.state_at(now).label),
            tables.Column("expires_at", _("Until"), value=lambda export: _until(export, now)),
        ],
        rows=page.rows,
        page=page,
        row_href=_page_of,
        empty=Empty(
            _("You have not exported anything yet."), _("Open a list, then choose “Export”"), reverse("households")
        ),
    )


def waiting(exports: Sequence[Export]) -> tables.Table:
    """Requests of others, the oldest first."""
    return tables.Table(
        caption=_("Exports to approve"),
        columns=[
            *_columns(),
            tables.Column("asked_by", _("Asked by")),
            tables.Column(
                "expires_at", _("To be decided until"), value=lambda export: formats.minute(export.expires_at)
            ),
        ],
        rows=exports,
        row_href=_page_of,
        empty=Empty(_("No export waits for your decision.")),
    )


def one(export: Export, now: dt.datetime) -> dict[str, Any]:
    """One export: what is in it, and how far it has come."""
    heading, columns, has_names = _named(export)
    state = export.state_at(now)
    found = places.names(low for low, _high in export.ranges)
    pairs = [
        (_("List"), heading),
        (_("Places"), " · ".join(found.values())),
        (_("Purpose"), export.purpose),
        (_("Rows"), formats.number(export.rows if export.rows is not None else export.expected_rows)),
        (_("Columns"), " · ".join(columns)),
        (_("Kind of file"), export.get_file_format_display()),
    ]
    if has_names:
        pairs.append((_("Names"), _("in full") if export.shows_names else _("masked")))
    if export.identifier_reason:
        pairs.append((_("Why identifiers are needed"), export.identifier_reason))
    if export.digest:
        pairs.append((_("Digest of the file"), export.digest))
    return {"pairs": pairs, "steps": _steps(export, state), "state_label": state.label}


def _columns() -> list[tables.Column]:
    return [
        tables.Column("number", _("Number"), href=_page_of),
        tables.Column("list", _("List"), value=lambda export: _named(export)[0]),
        tables.Column("purpose", _("Purpose")),
        tables.Column("rows", _("Rows"), "number", value=lambda export: _rows(export)),
        tables.Column("asked_at", _("Asked"), value=lambda export: formats.minute(export.asked_at)),
    ]


def _rows(export: Export) -> int:
    return export.expected_rows if export.rows is None else export.rows


def _until(export: Export, now: dt.datetime) -> str:
    is_over = export.state_at(now) in (State.REFUSED, State.EXPIRED)
    return "–" if is_over else formats.minute(export.expires_at)


def _page_of(export: Export) -> str:
    return reverse("export", args=[export.pk])


def _named(export: Export) -> tuple[str, list[str], bool]:
    """Heading and columns in words, and whether names are among them; as written down where the list is no more."""
    try:
        opened = lists.named(export.list_id).opened(export.params)
    except lists.ListUnavailable:
        return export.list_id, export.columns, export.shows_names
    chosen = {column.key: column for column in opened.columns if column.key in export.columns}
    labels = [chosen[key].label if key in chosen else key for key in export.columns]
    return opened.heading, labels, any(column.protection == "name" for column in chosen.values())


def _steps(export: Export, state: State) -> list[steps.Step]:
    found = [steps.Step(_("Asked"), "done", by=str(export.asked_by), on=export.asked_at)]
    if export.needs_approval:
        if export.decided_by is None:
            found.append(steps.Step(_("Decided by a second person"), "late" if state == State.EXPIRED else "now"))
        else:
            label = _("Refused") if state == State.REFUSED else _("Approved")
            note = export.decision_reason
            found.append(steps.Step(label, "done", by=str(export.decided_by), on=export.decided_at, note=note))
    if state != State.REFUSED:
        is_next = state == State.APPROVED
        made = steps.Step(_("Made"), "done" if export.made_at else "now" if is_next else "todo", on=export.made_at)
        found.append(made)
    if state == State.EXPIRED:
        found.append(steps.Step(_("Expired; the file was removed"), "done", on=export.expires_at))
    return found
