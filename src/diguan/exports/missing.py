"""Who is on a list and not in the registry, as a file: the same filter and the same rows as on its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan import vault
from diguan.access import permissions
from diguan.access.scope import Scope
from diguan.exports.lists import Column, ExportableList, ListUnavailable, Opened
from diguan.linkage import queries, roll_tables
from diguan.linkage.models import Roll, RollEntry
from diguan.places import queries as places


def opened(params: Mapping[str, str]) -> Opened:
    """Read the filter of the page of a list. Raises: ListUnavailable."""
    code, status = params.get("place", "").strip(), params.get("status", "").strip()
    try:
        roll = queries.roll(UUID(params.get("roll", "")))
        place = places.by_code(code) if code else None
    except (ValueError, Roll.DoesNotExist, places.PlaceUnknown):
        raise ListUnavailable(_("There is no such list.")) from None
    status = status if status in RollEntry.Status.values else ""
    asked = {"roll": str(roll.key), "status": status, "place": code}
    return Opened(
        heading=_("%(list)s: not in the registry") % {"list": roll_tables.title(roll)},
        params={name: value for name, value in asked.items() if value},
        columns=_columns(),
        count=lambda scope: queries.missing(scope, roll, status=status).count(),
        rows=partial(_rows, roll, status),
        bounds=place.range if place else None,
    )


MISSING = ExportableList("missing", gettext_lazy("On a list and not in the registry"), permissions.LINKAGE_READ, opened)


def _rows(roll: Roll, status: str, scope: Scope) -> Iterator[tuple[int, RollEntry]]:
    rows = queries.missing(scope, roll, status=status).order_by("place_number", "id")
    return ((row.place_number, row) for row in rows.iterator(chunk_size=1000))


def _columns() -> Sequence[Column]:
    return [
        Column("place_code", _("Code of the place"), lambda row: row.place.code),
        Column("place", _("Place"), lambda row: row.place.name),
        Column("name", _("Name"), lambda row: row.name, protection="name"),
        Column("born", _("Date of birth"), lambda row: row.born),
        Column("household", _("Household on the list"), lambda row: row.household),
        Column("number", _("ID number"), _number, protection="identifier", permission=permissions.IDENTIFIERS_REVEAL),
        Column("status", _("What was found"), RollEntry.get_status_display),
        Column("reason", _("How it is known"), lambda row: row.reason),
        Column("assigned_to", _("Who looks into it"), lambda row: str(row.assigned_to or "")),
        Column("due_on", _("By when"), lambda row: row.due_on, kind="date"),
    ]


def _number(row: RollEntry) -> str:
    return vault.opened().unseal(row.sealed, context=str(row.key)) if row.sealed else ""
