"""Pages of what-ifs: all of them, one at a place, and the households behind its numbers."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from diguan import rulebook
from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.journal import naming
from diguan.places import pages
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.planning import actions, apart, figures, jobs, listing, policies, queries, words
from diguan.planning.models import Trial, WhatIf
from diguan.planning.sheet import Seen, Sheet
from diguan.screening import packs
from diguan.ui import notices, tables
from diguan.ui.empties import Empty


@page(permissions.WHAT_IF_READ)
def what_ifs(request: GatedRequest) -> HttpResponse:
    """All what-ifs, the newest first."""
    may_make = request.may(permissions.WHAT_IF_MAKE)
    columns = [
        tables.Column(
            "name", pgettext("what-if", "Name"), value=words.called, href=lambda row: reverse("what-if", args=[row.pk])
        ),
        tables.Column("asked", _("What is otherwise"), value=words.asked),
        tables.Column("days", _("Screenings of"), value=_days),
        tables.Column("stage", _("Stage"), value=lambda row: row.get_stage_display()),
        tables.Column("made_by_name", _("By"), value=lambda row: naming.said(row.made_by_name)),
        tables.Column("made_at", _("Made at"), "date", value=lambda row: timezone.localdate(row.made_at)),
    ]
    onwards = (_("New what-if"), reverse("what-if-proposal")) if may_make else ("", "")
    empty = Empty(_("Nothing has been tried yet."), *onwards)
    table = tables.Table(_("What-ifs"), columns, list(queries.what_ifs()[:200]), empty=empty)
    return render(request, "planning/what_ifs.html", {"table": table, "may_make": may_make})


def _days(row: WhatIf) -> str:
    return _(", ").join(trial.screening.as_of.isoformat() for trial in row.trials.all())


@page(permissions.WHAT_IF_READ)
def what_if(request: GatedRequest, number: int) -> HttpResponse:
    """One what-if at whatever stage it is; what it comes to at one place, which the scope covers."""
    found = _found(number)
    if found.is_working:
        # Whoever looks wakes the work, should the server have been started anew since.
        transaction.on_commit(jobs.wake)
    place = pages.asked_place(request) or next(iter(places.topmost(request.scope)), None)
    if place is None or not request.scope.covers(place.number, place.upper):
        raise Http404
    context: dict[str, Any] = {
        "found": found, "place": place, "called": words.called(found), "asked": words.asked(found), "may_make": request.may(permissions.WHAT_IF_MAKE),
        "may_stop": policies.may_stop(found, request.user.pk).allowed, "progress": _progress(found),
        "may_remove": policies.may_remove(found, request.user.pk).allowed,
        "crumbs": _crumbs(request, found, place),
        "place_tree": pages.tree(request, place, reverse("what-if", args=[number]), is_whole=True),
    }  # fmt: skip
    if found.problem:
        context["notices"] = [notices.Notice(words.problem(found.problem))]
    if found.stage == WhatIf.Stage.DONE:
        context |= _result(request, found, place)
    return render(request, "planning/what_if.html", context)


def _result(request: GatedRequest, found: WhatIf, place: Place) -> dict[str, Any]:
    trial = _first(found)
    seen = Seen(request.scope, request.scope_of(permissions.HOUSEHOLDS_READ))
    sheet = Sheet(trial, place, seen)
    try:
        changed = words.changes(trial, sheet.spoken)
        steps = apart.steps(found, place, seen)
        return {
            "trial": trial, "changes": changed, "lead": words.sentence(found, changed), "is_exact": sheet.teller.exactly,
            "lacking": [words.cause(name, sheet.spoken) for name in trial.told["lacking"]],
            "money": sheet.money(), "has_money": sheet.figures.has_money, "groups": apart.groups(sheet),
            "edges": apart.edges(sheet), "series": apart.series(steps), "series_picture": apart.picture(steps), "currency": sheet.pack.currency,
            "against": _compared(request, found, sheet),
            **sheet.context(),
        }  # fmt: skip
    except (figures.FiguresGone, rulebook.PackProblems):
        gone = notices.Notice(
            _("The files of this what-if are not there any more."), mend=_("Try it again: the numbers are kept.")
        )
        return {"notices": [gone]}


def _compared(request: GatedRequest, found: WhatIf, sheet: Sheet) -> str:
    """The pack that another one is compared with on the page of policy, if the reader may open that."""
    is_there = {found.pack_id, sheet.former_pack.id} <= packs.folders().keys()
    return sheet.former_pack.id if is_there and request.may(permissions.POLICY_READ) else ""


@page(permissions.WHAT_IF_READ)
@require_POST
def stopping(request: GatedRequest, number: int) -> HttpResponse:
    """Give up one of one's own that is being worked out."""
    found = _found(number)
    try:
        actions.stop_what_if(found=found, by=request.user, at=timezone.now())
    except actions.NotAllowed as refused:
        messages.error(request, str(refused))
    return redirect("what-if", number)


@page(permissions.WHAT_IF_READ)
@require_POST
def removal(request: GatedRequest, number: int) -> HttpResponse:
    """Remove one of one's own."""
    found = _found(number)
    called = words.called(found)
    try:
        actions.remove_what_if(found=found, by=request.user, at=timezone.now())
    except actions.NotAllowed as refused:
        messages.error(request, str(refused))
        return redirect("what-if", number)
    messages.success(request, _("Removed: %(name)s") % {"name": called})
    return redirect("what-ifs")


@page(permissions.HOUSEHOLDS_READ)
def households(request: GatedRequest, number: int) -> HttpResponse:
    """The households behind a number; opening them is journalled."""
    found, place = _found(number), pages.asked_place(request)
    scope = request.scope.overlap(request.scope_of(permissions.WHAT_IF_READ))
    if place is None or not scope.covers(place.number, place.upper) or found.stage != WhatIf.Stage.DONE:
        raise Http404
    sheet = Sheet(_first(found), place, Seen(scope, scope))
    asked = listing.wanted(request.GET, sheet)
    if asked is None:
        raise Http404
    listed = listing.Listing(sheet, asked, request.scope_of(permissions.NAMES_READ), request.GET)
    try:
        table = listed.table(by=request.user, at=timezone.now())
    except figures.FiguresGone:
        raise Http404 from None
    back = reverse("what-if", args=[number]) + f"?place={place.code}"
    context = {
        "table": table, "heading": listed.heading(), "total": listed.total, "elsewhere": listed.elsewhere,
        "currency": sheet.pack.currency, "found": found,
        "crumbs": [(_("What if"), reverse("what-ifs")), (words.called(found), back), (place.name, "")],
    }  # fmt: skip
    return render(request, "planning/households.html", context)


def _found(number: int) -> WhatIf:
    try:
        return queries.what_if(number)
    except WhatIf.DoesNotExist:
        raise Http404 from None


def _first(found: WhatIf) -> Trial:
    return found.trials.all()[0]


def _crumbs(request: GatedRequest, found: WhatIf, place: Place) -> list[tuple[str, str]]:
    page_of = reverse("what-if", args=[found.pk])
    above = [
        (each.name, f"{page_of}?place={each.code}" if request.scope.covers(each.number, each.upper) else "")
        for each in places.path(place)
    ]
    return [(_("What if"), reverse("what-ifs")), (words.called(found), page_of), *above, (place.name, "")]


def _progress(found: WhatIf) -> str:
    """How far it is, in words."""
    if found.stage == WhatIf.Stage.WAITING or not found.progress:
        return _("It waits for its turn.")
    number, _sign, step = found.progress.partition(" ")
    said = _(words.STEPS[step]) if step in words.STEPS else step
    return _("trial %(number)s: %(step)s") % {"number": number, "step": said}
