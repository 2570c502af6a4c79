"""The page on which a what-if is proposed."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.planning import actions, jobs, queries, terms
from diguan.planning.forms import MOST_SCREENINGS, VALUE, ProposalForm, not_in_force
from diguan.planning.models import WhatIf
from diguan.planning.terms import Setting, Terms
from diguan.ui import notices


@page(permissions.WHAT_IF_MAKE)
def proposal(request: GatedRequest) -> HttpResponse:
    """Every number of a pack that decides something, with a field for another; sent, it is put on file and worked out."""
    like = _like(request)
    try:
        asked = terms.asked(_with(request, like))
    except terms.NothingToTry:
        return render(request, "screening/none.html")
    settings = asked.settings()
    if request.method != "POST":
        form = ProposalForm(terms=asked, settings=settings, initial=_initial(like, asked))
        return _form_page(request, asked, form, settings)
    form = ProposalForm(request.POST, terms=asked, settings=settings)
    if not form.is_valid():
        return _form_page(request, asked, form, settings, status=422)
    made = _proposed(request, asked, form)
    transaction.on_commit(jobs.wake)
    return redirect("what-if", made.pk)


def _like(request: GatedRequest) -> WhatIf | None:
    """A what-if that this one goes on from."""
    number = request.GET.get("like", "")
    return queries.what_ifs().filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None


def _with(request: GatedRequest, like: WhatIf | None) -> QueryDict:
    """What the address, or the form, asks for; else what the earlier one had."""
    if request.method == "POST":
        return request.POST
    params = request.GET.copy()
    if like is not None and "pack" not in params:
        params["pack"] = like.pack_id
        params["numbers_of"] = like.numbers_of.isoformat() if like.numbers_of else ""
    return params


def _initial(like: WhatIf | None, asked: Terms) -> dict[str, Any]:
    if like is None:
        return {}
    offered = {each.pk for each in asked.screenings[:MOST_SCREENINGS]}
    screenings = [str(trial.screening_id) for trial in like.trials.all() if trial.screening_id in offered]
    values = {VALUE + name: value for name, value in like.values.items()}
    return {
        "note": like.note, "near": f"{like.near.normalize():f}", "groups": like.groups, **values,
        **({"screenings": screenings} if screenings else {}),
    }  # fmt: skip


def _proposed(request: GatedRequest, asked: Terms, form: ProposalForm) -> WhatIf:
    given = form.cleaned_data
    chosen = [each for each in asked.screenings if str(each.pk) in given["screenings"]]
    return actions.propose_what_if(
        name=given["name"].strip(), note=given["note"].strip(), screenings=chosen,
        values=given["values"], pack_id=asked.pack_id, numbers_of=asked.numbers_of, near=form.near_percent,
        groups=given["groups"], by=request.user, at=timezone.now(),
    )  # fmt: skip


def _form_page(
    request: GatedRequest, asked: Terms, form: ProposalForm, settings: list[Setting], status: int = 200
) -> HttpResponse:
    rows = [(setting, form[VALUE + setting.name]) for setting in settings]
    context = {
        "form": form, "rows": rows, "terms": asked, "packs": asked.packs(),
        "wrong": [] if form.is_bound or asked.is_in_force else [notices.Notice(not_in_force(asked), level="warning")],
        "crumbs": [(_("What if"), reverse("what-ifs")), (_("New what-if"), "")],
    }  # fmt: skip
    return render(request, "planning/proposal.html", context, status=status)
