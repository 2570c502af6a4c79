"""Lists of households, the page of one, and the policy they are judged by."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.places import pages
from diguan.registry import actions as registry_actions
from diguan.registry import as_of
from diguan.registry import queries as registry
from diguan.registry.models import Household
from diguan.screening import former, lists, packs, policy_page, queries, reading
from diguan.screening.household_page import Sheet
from diguan.screening.models import Screening


@page(permissions.HOUSEHOLDS_READ)
def households(request: GatedRequest) -> HttpResponse:
    """The households behind a number: by place, cohort, standard and outcome."""
    screening = queries.current_screening()
    if screening is None:
        return render(request, "screening/none.html")
    place = pages.asked_place(request)
    scope = request.scope if place is None else request.scope.intersect(place.number, place.upper)
    if scope.is_empty:
        raise Http404
    listed = lists.make(request, scope, screening, place)
    context = {
        "table": listed.table,
        "filters": listed.bar,
        "place": place,
        "households": listed.households,
        "heading": listed.heading,
        "crumbs": pages.crumbs(request, place) if place else [],
        "place_tree": pages.tree(request, place, reverse("households")),
        **about(request, screening),
    }
    return render(request, "screening/households.html", context)


@page(permissions.HOUSEHOLDS_READ)
def household(request: GatedRequest, key: UUID) -> HttpResponse:
    """One household: what is met, what not, why, and who says so. Opening it is journalled."""
    try:
        found = registry_actions.open_household(scope=request.scope, key=key, by=request.user, at=timezone.now())
    except Household.DoesNotExist:
        raise Http404 from None
    screening = queries.current_screening()
    if screening is None:
        return render(request, "screening/none.html")
    rules, members = packs.rules_of(screening), registry.members(request.scope, found)
    numbers = registry.identifiers(request.scope, found)
    sheet = Sheet(
        household=found,
        members=members,
        said=registry.observations(request.scope, found),
        rules=rules,
        result=queries.result_for(request.scope, found),
        may_see_names=request.scope_of(permissions.NAMES_READ).contains(found.place_number),
        policy_href=reverse("policy", args=[screening.pack_id]) if request.may(permissions.POLICY_READ) else "",
        money_unit=getattr(request, "money_unit", "yuan"),
        numbers=numbers,
        past=former.states(request.scope, rules, found, members, numbers),
        life_events=list(as_of.life_events(request.scope, found)),
    )
    context = sheet.context()
    context |= {
        "household": found,
        "successor": registry.successor(request.scope, found),
        "members": sheet.members,
        "may_write": request.scope_of(permissions.REGISTRY_WRITE).contains(found.place_number),
        "may_hand_over": request.scope_of(permissions.SUBJECT_ACCESS).contains(found.place_number),
        "crumbs": [*pages.crumbs(request, found.place, linked=True), (context["name"], "")],
        "notices": context["changed"],
        **about(request, screening),
    }
    return render(request, "screening/household.html", context)


@page(permissions.POLICY_READ)
def policies(request: GatedRequest) -> HttpResponse:
    """The packs of this installation; the one in use is marked."""
    screening = queries.current_screening()
    rows: list[tuple[str, rulebook.Pack | None, list[str]]] = []
    for pack_id in packs.folders():
        try:
            rows.append((pack_id, packs.pack(pack_id), []))
        except rulebook.PackProblems as error:
            rows.append((pack_id, None, [problem.message(_) for problem in error.problems]))
    used = screening.pack_id if screening else ""
    return render(request, "screening/policies.html", {"rows": rows, "used": used})


@page(permissions.POLICY_READ)
def policy(request: GatedRequest, pack_id: str) -> HttpResponse:
    """One pack as a document: standards, cohorts, numbers with their sources, dictionary."""
    try:
        context = policy_page.context(packs.pack(pack_id))
    except packs.PackUnknown:
        raise Http404 from None
    context["crumbs"] = [(_("Policy"), reverse("policies")), (context["title"], "")]
    context["may_try"] = request.may(permissions.WHAT_IF_MAKE)
    return render(request, "screening/policy.html", context)


def about(request: GatedRequest, screening: Screening) -> dict[str, Any]:
    """What the shell says of the screening shown."""
    pack = packs.pack(screening.pack_id)
    return {
        "as_of": screening.as_of,
        "pack_title": pack.title.in_language(reading.words(pack).language),
        "pack_version": screening.pack_version,
        "pack_href": reverse("policy", args=[screening.pack_id]) if request.may(permissions.POLICY_READ) else "",
        "currency": pack.currency,
    }
