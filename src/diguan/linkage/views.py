"""Pages of pairs: the queue, and one pair side by side with what somebody says of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diguan.access import permissions
from diguan.access.decision import NotAllowed
from diguan.access.gate import GatedRequest, page
from diguan.intake import dictionaries
from diguan.linkage import actions, forms, policies, queries, sides, tables
from diguan.linkage.models import Match
from diguan.places import pages
from diguan.registry import actions as registry
from diguan.registry.models import Person


@page(permissions.LINKAGE_READ)
def duplicates(request: GatedRequest) -> HttpResponse:
    """The queue: who may stand on file twice, what is at stake first. Opening it is journalled."""
    place = pages.asked_place(request)
    scope = pages.narrowed(request, place)
    wanted = tables.wanted(request.GET, place)
    found = actions.open_queue(
        scope=request.scope, wanted=wanted, params=request.GET, by=request.user, at=timezone.now()
    )
    context = {
        "table": tables.queue(request, scope, found, wanted),
        "filters": tables.queue_bar(request),
        "count": found.total or 0,
        "search": queries.last_search(),
        "place": place,
        "crumbs": pages.crumbs(request, place) if place else [],
        "place_tree": pages.tree(request, place, reverse("duplicates")),
    }
    return render(request, "linkage/duplicates.html", context)


@page(permissions.LINKAGE_READ)
def duplicate(request: GatedRequest, pair: UUID) -> HttpResponse:
    """One pair side by side. Opening it is journalled."""
    return _shown(request, _opened(request, pair))


@page(permissions.LINKAGE_DECIDE)
@require_POST
def verdict(request: GatedRequest, pair: UUID) -> HttpResponse:
    """Say that the two are one person, two, or that nobody can tell yet."""
    match = _opened(request, pair)
    reader = sides.Reader(request.scope, request.scope_of(permissions.NAMES_READ))
    form = forms.VerdictForm(request.POST, match=match, sides=sides.both(match, reader))
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.give_verdict(
                scope=request.scope, match=match, verdict=given["verdict"], reason=given["reason"], seen=given["seen"],
                kept=given.get("kept"), pack=dictionaries.pack(match.search.pack_id), by=request.user, at=timezone.now(),
            )  # fmt: skip
        except (NotAllowed, actions.VerdictGiven, registry.NotOne, registry.ReasonMissing) as refused:
            form.add_error(None, str(refused))
        except Person.DoesNotExist:
            form.add_error(None, _("One of the two is no longer on file in your places."))
        else:
            messages.success(request, _("Your word is on file, and no search will ask this again."))
            return redirect("duplicate", pair)
    return _shown(request, _opened(request, pair), form, 422)


def _opened(request: GatedRequest, pair: UUID) -> Match:
    try:
        return actions.open_match(scope=request.scope, pair=pair, by=request.user, at=timezone.now())
    except Match.DoesNotExist:
        raise Http404 from None


def _shown(
    request: GatedRequest, match: Match, form: forms.VerdictForm | None = None, status: int = 200
) -> HttpResponse:
    reader = sides.Reader(request.scope, request.scope_of(permissions.NAMES_READ))
    own, other = sides.both(match, reader)
    decides = request.scope_of(permissions.LINKAGE_DECIDE)
    may_say = bool(policies.may_say(match, Match.Verdict.UNSURE, scope=decides))
    sees_both = own.is_here and other.is_here
    context: dict[str, Any] = {
        "match": match,
        "sides": (own, other),
        "rows": tables.side_rows(own, other),
        "weighed": sides.weighed(match),
        "verdicts": queries.verdicts(match),
        "shows_reasons": sees_both,
        "sees_both": sees_both,
        "decides_both": policies.sees_both(match, decides),
        "form": (form or forms.VerdictForm(match=match, sides=(own, other))) if may_say else None,
        "is_united": match.verdict == Match.Verdict.SAME and match.roll_id is None,
        "crumbs": [(_("Found twice"), reverse("duplicates")), (tables.title(own, other), "")],
        "title": tables.title(own, other),
    }
    return render(request, "linkage/duplicate.html", context, status=status)
