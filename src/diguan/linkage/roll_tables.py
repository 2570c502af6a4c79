"""Lists and those who are missing, as tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.gate import GatedRequest
from diguan.linkage import listing, sides
from diguan.linkage.models import Match, Roll, RollEntry
from diguan.places.models import Place
from diguan.ui import filters, formats, paging, tables
from diguan.ui import stats as figures
from diguan.ui.empties import Empty

_State, _Status = RollEntry.State, RollEntry.Status
Counts = Mapping[str, int]


def title(roll: Roll) -> str:
    """What a list is called: its office and its name."""
    return sides.source_of(roll.source, sides.words_for(roll.pack_id)) + (f" · {roll.title}" if roll.title else "")


def rolls(found: Sequence[Roll], counts: Mapping[int, Counts]) -> tables.Table:
    """The lists, with how many of their entries lie in the reader's scope, by what was found."""

    def count(state: str) -> Callable[[Roll], int]:
        return lambda roll: counts.get(roll.pk, {}).get(state, 0)

    return tables.Table(
        caption=_("Lists of other offices"),
        columns=[
            tables.Column("title", _("List"), value=title, href=page_of),
            tables.Column("as_of", _("As of"), value=lambda roll: formats.day(roll.as_of)),
            tables.Column("place", _("Place"), value=lambda roll: roll.place.name if roll.place else "–"),
            tables.Column("read", _("Entries"), "number", value=lambda roll: sum(counts.get(roll.pk, {}).values())),
            tables.Column("found", _("In the registry"), "number", value=count(_State.FOUND)),
            tables.Column("review", _("To be looked at"), "number", value=count(_State.REVIEW)),
            tables.Column("missing", _("Not in the registry"), "number", value=count(_State.MISSING)),
        ],
        rows=found,
        row_href=page_of,
        empty=Empty(
            _("No list has been brought in yet."),
            detail=_("A list of the police, of civil affairs or of a school shows who is in no register."),
        ),
    )


def page_of(roll: Roll, place: Place | None = None, **more: str) -> str:
    query = urlencode({**({"place": place.code} if place else {}), **more})
    return reverse("roll", args=[roll.key]) + (f"?{query}" if query else "")


def stats(roll: Roll, counts: Counts, not_listed: int, place: Place | None) -> list[figures.Stat]:
    """The big numbers of a list within the reader's scope."""
    entries = _("entries of the list")
    queue = reverse("duplicates") + "?" + urlencode({"kind": "list", **({"place": place.code} if place else {})})
    return [
        figures.Stat(_("In the registry"), counts.get(_State.FOUND, 0), entries),
        figures.Stat(_("To be looked at"), counts.get(_State.REVIEW, 0), entries, queue),
        figures.Stat(
            _("Not in the registry"), counts.get(_State.MISSING, 0), entries, page_of(roll, place) + "#missing"
        ),
        figures.Stat(_("In the registry and not on the list"), not_listed, _("persons")),
    ]


def by_place(counted: Sequence[tuple[Place, Counts]], roll: Roll) -> tables.Table:
    """The places below, each with what was found there, down to the villages."""

    def count(key: str) -> Callable[[tuple[Place, Counts]], int]:
        return lambda row: row[1].get(key, 0)

    return tables.Table(
        caption=_("By place"),
        columns=[
            tables.Column("place", _("Place"), value=lambda row: row[0].name, href=lambda row: page_of(roll, row[0])),
            tables.Column("found", _("In the registry"), "number", value=count(_State.FOUND)),
            tables.Column("review", _("To be looked at"), "number", value=count(_State.REVIEW)),
            tables.Column("missing", _("Not in the registry"), "number", value=count(_State.MISSING)),
            tables.Column("to_check", _("to check"), "number", value=count(_Status.TO_CHECK)),
            tables.Column("to_register", _("to be registered"), "number", value=count(_Status.TO_REGISTER)),
        ],
        rows=counted,
        key="places",
        empty=Empty(_("Nobody on the list belongs to a place below this one.")),
    )


def missing(
    request: GatedRequest, roll: Roll, page: paging.Page[RollEntry], place: Place | None, status: str
) -> tables.Table:
    """Who is on the list and not in the registry."""
    reader = sides.Reader(request.scope, request.scope_of(permissions.NAMES_READ))
    asked = {"list": "missing", "roll": str(roll.key), "status": status, "place": place.code if place else ""}
    export = f"{reverse('export-request')}?{urlencode({name: value for name, value in asked.items() if value})}"
    return tables.Table(
        caption=_("On the list and not in the registry"),
        columns=[
            tables.Column(
                "name", _("Name"), value=lambda row: reader.name(row.name, row.place_number), href=entry_page
            ),
            tables.Column("born", _("Date of birth"), value=lambda row: row.born or formats.unknown()),
            tables.Column("place", _("Place"), value=lambda row: row.place.name),
            tables.Column("status", _("What was found"), value=RollEntry.get_status_display),
            tables.Column("assigned_to", _("Who looks into it"), value=lambda row: row.assigned_to or "–"),
            tables.Column("due_on", _("By when"), value=lambda row: formats.day(row.due_on) if row.due_on else "–"),
        ],
        rows=page.rows,
        page=page,
        params=request.GET,
        row_href=entry_page,
        export_href=export if request.may(permissions.EXPORTS_REQUEST) else "",
        empty=Empty(_("Nobody here is missing from the registry.")),
    )


def entry_page(entry: RollEntry) -> str:
    return reverse("roll-entry", args=[entry.key])


def bar(request: GatedRequest) -> filters.Bar:
    choices = [(str(value), str(label)) for value, label in _Status.choices]
    fields = [
        filters.Field("status", _("What was found"), "choice", choices),
        filters.Field("mine", _("Only what I look into"), "check"),
    ]
    return filters.Bar(fields, request.GET)


def refusals(roll: Roll) -> list[tuple[str, int]]:
    """Why rows of the file were refused, or values counted as unknown, and how often."""
    return [(str(listing.REASONS.get(reason, reason)), count) for reason, count in roll.refusals.items()]


def entry_pairs(side: sides.Side) -> list[tuple[str, str]]:
    pairs = [
        (_("Date of birth"), side.born), (_("Sex"), side.sex), (_("ID number"), side.number), (_("Place"), side.where),
        (_("Relation to head"), side.relation),
    ]  # fmt: skip
    return [(label, value) for label, value in pairs if value]


def matches_of(found: Sequence[Match]) -> list[tuple[str, str, str]]:
    """Who of the registry somebody may be: what they have in common, the verdict, the page of the pair."""
    undecided = _("nobody has decided yet")
    return [
        (
            sides.in_common(each),
            each.get_verdict_display() if each.verdict else undecided,
            reverse("duplicate", args=[each.pair]),
        )
        for each in found
    ]
