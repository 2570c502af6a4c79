"""The queue of pairs, and the two sides of one, as tables."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.gate import GatedRequest
from diguan.access.scope import Scope
from diguan.linkage import queries, sides
from diguan.linkage.models import Match, RollEntry
from diguan.places.models import Place
from diguan.registry.models import Person
from diguan.ui import filters, paging, tables
from diguan.ui.empties import Empty

_KINDS = ("registry", "list")


def wanted(params: Mapping[str, str], place: Place | None) -> queries.Wanted:
    """What an address asks for; what is no decision, verdict or kind is left aside."""
    decision, verdict, kind = (params.get(name, "").strip() for name in ("decision", "verdict", "kind"))
    return queries.Wanted(
        place=place,
        decision=decision if decision in Match.Decision.values else "",
        verdict=verdict if verdict in Match.Verdict.values else "",
        kind=kind if kind in _KINDS else "",
    )


def queue_bar(request: GatedRequest) -> filters.Bar:
    verdicts = [(str(value), str(label)) for value, label in Match.Verdict.choices]
    decisions = [(str(value), str(label)) for value, label in Match.Decision.choices]
    kinds = [("registry", _("twice in the registry")), ("list", _("on a list and in the registry"))]
    fields = [
        filters.Field("verdict", _("Verdict"), "choice", verdicts, all_label=_("nobody has decided yet")),
        filters.Field("decision", _("As compared"), "choice", decisions),
        filters.Field("kind", _("Where"), "choice", kinds),
    ]
    return filters.Bar(fields, request.GET)


def queue(request: GatedRequest, scope: Scope, found: paging.Page[Match], asked: queries.Wanted) -> tables.Table:
    """One page of pairs; of a side out of the reader's scope only that it is elsewhere."""
    names = request.scope_of(permissions.NAMES_READ)
    reader = sides.Reader(request.scope, names)
    people = queries.people(
        request.scope, [each for row in found.rows for each in (row.person_id, row.other_person_id)]
    )
    entries = queries.entries(
        request.scope, [each for row in found.rows for each in (row.entry_id, row.other_entry_id)]
    )

    def who(person: int | None, entry: int | None) -> Person | RollEntry | None:
        return people.get(person or 0) or entries.get(entry or 0)

    def name(found: Person | RollEntry | None) -> str:
        return reader.name(found.name, found.place_number) if found else _("elsewhere")

    def where(found: Person | RollEntry | None) -> str:
        if found is None:
            return ""
        return (found.place if isinstance(found, RollEntry) else found.household.place).name

    def told(row: Match) -> list[tuple[str, str]]:
        ends = (who(row.person_id, row.entry_id), who(row.other_person_id, row.other_entry_id))
        return [(name(each), where(each)) for each in ends]

    return tables.Table(
        caption=_("People who may stand on file twice"),
        columns=[
            tables.Column("who", _("Who"), value=told, href=page_of, template="linkage/who_cell.html"),
            tables.Column("in_common", _("In common, and not"), value=sides.in_common),
            tables.Column("decision", _("As compared"), value=Match.get_decision_display),
            tables.Column("stake", _("At stake"), value=stake),
            tables.Column("probability", _("Likelihood"), "percent", value=lambda row: row.probability, places=0),
        ],
        rows=found.rows,
        page=found,
        params=request.GET,
        row_href=page_of,
        empty=_empty(asked),
    )


def page_of(row: Match) -> str:
    return reverse("duplicate", args=[row.pair])


def stake(row: Match) -> str:
    """What would be wrong if the two were one and nobody noticed."""
    if row.roll_id is not None:
        return _("whether somebody is missing")
    if row.stake == 0:
        return "–"
    return _("counted twice") if row.stake > 1 else _("counted once, on file twice")


def _empty(asked: queries.Wanted) -> Empty:
    if queries.last_search() is None and asked.kind != "list":
        why = _("Nobody has looked for people who stand on file twice.")
        return Empty(why, detail=_("Whoever runs the program on the machine does so by: diguan linkage search"))
    return Empty(_("No pair here waits for a decision."), _("Show all"), reverse("duplicates"))


def title(own: sides.Side, other: sides.Side) -> str:
    return " · ".join(side.name or _("elsewhere") for side in (own, other))


def side_rows(own: sides.Side, other: sides.Side) -> list[tuple[str, str, str, bool]]:
    """What stands on both sides, line by line, and whether it differs; of a side elsewhere only where."""
    lines = [
        (_("Where from"), "kind"), (_("Name"), "name"), (_("Date of birth"), "born"), (_("Sex"), "sex"),
        (_("ID number"), "number"), (_("Place"), "where"), (_("Relation to head"), "relation"),
        (_("On file since"), "since"), (_("Note"), "note"),
    ]  # fmt: skip
    rows = []
    for label, key in lines:
        left, right = getattr(own, key), getattr(other, key)
        if left or right:
            differs = bool(left and right and left != right) and key not in ("kind", "since", "note")
            rows.append((label, left, right, differs))
    return rows
