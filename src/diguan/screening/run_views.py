"""Pages of screenings as they are asked for: all of them, the form for another, and how far one is."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.journal import naming
from diguan.places import queries as places
from diguan.screening import actions, jobs, policies, queries, reading_runs
from diguan.screening.models import Run
from diguan.screening.run_forms import AskForm
from diguan.ui import formats, notices, paging, tables
from diguan.ui.empties import Empty

State = Run.State


@page(permissions.SCREENING_RUN)
def screenings(request: GatedRequest) -> HttpResponse:
    """What was ever asked for, newest first, and the form to ask for another."""
    today = timezone.localdate()
    if request.method != "POST":
        return _list_page(request, AskForm(today=today))
    form = AskForm(request.POST, today=today)
    if form.is_valid():
        try:
            run = actions.ask_screening(**form.cleaned_data, by=request.user, at=timezone.now())
        except actions.Occupied as occupied:
            messages.error(request, _already(occupied.run))
            return redirect("screening", occupied.run.pk)
        except (actions.NotAllowed, actions.PackNotInForce) as refused:
            form.add_error(None, str(refused))
        else:
            transaction.on_commit(jobs.wake)
            return redirect("screening", run.pk)
    return _list_page(request, form, status=422)


@page(permissions.SCREENING_RUN)
def screening(request: GatedRequest, number: int) -> HttpResponse:
    """One screening: how far it is, why it ended, or where its results are."""
    run = _found(number)
    if run.is_at_work:
        # Whoever looks wakes the work, should the server have been started anew since.
        transaction.on_commit(jobs.wake)
    return _run_page(request, run)


@page(permissions.SCREENING_RUN)
@require_POST
def cancellation(request: GatedRequest, number: int) -> HttpResponse:
    """Stop it at once."""
    return _done(request, number, actions.cancel_screening)


@page(permissions.SCREENING_RUN)
@require_POST
def resumption(request: GatedRequest, number: int) -> HttpResponse:
    """Let it go on from where it was."""
    answer = _done(request, number, actions.resume_screening)
    transaction.on_commit(jobs.wake)
    return answer


def _found(number: int) -> Run:
    try:
        return queries.runs().get(pk=number)
    except Run.DoesNotExist:
        raise Http404 from None


def _done(request: GatedRequest, number: int, act: Callable[..., Run]) -> HttpResponse:
    try:
        act(run=_found(number), by=request.user, at=timezone.now())
    except actions.NotAllowed as refused:
        messages.error(request, str(refused))
    except actions.Occupied as occupied:
        messages.error(request, _already(occupied.run))
    return redirect("screening", number)


def _already(run: Run) -> str:
    words = {"number": run.pk, "who": naming.said(run.asked_by_name), "state": run.get_state_display()}
    return _("Screening %(number)s, which %(who)s asked for, is %(state)s: there is one at a time.") % words


def _list_page(request: GatedRequest, form: AskForm, status: int = 200) -> HttpResponse:
    asked = paging.page(queries.runs(), ["-id"], request.GET)
    table = tables.Table(
        caption=_("Screenings"),
        columns=[
            tables.Column("pk", _("Number"), "number", value=lambda run: run.pk, href=_address),
            tables.Column("asked_at", _("Asked for"), value=lambda run: formats.minute(run.asked_at)),
            tables.Column("asked_by_name", _("By"), value=lambda run: naming.said(run.asked_by_name)),
            tables.Column("pack_id", _("Policy")),
            tables.Column("as_of", _("As of"), "date"),
            tables.Column("state", _("State"), value=reading_runs.state),
            tables.Column("took", _("Took"), value=reading_runs.took),
        ],
        rows=asked.rows,
        page=asked,
        empty=Empty(why=_("Nothing has been screened yet.")),
        row_href=_address,
    )
    allowed = policies.may_run(is_everything=places.is_everything(request.scope))
    at_work = queries.at_work().first()
    is_cut_off = at_work is not None and reading_runs.is_cut_off(at_work)
    context = {
        "table": table,
        "form": form,
        "refused": allowed.reason,
        "at_work": None if is_cut_off else at_work,
        "cut_off": at_work if is_cut_off else None,
        "current": queries.current_screening(),
        "notices": notices.of_form(form) if form.is_bound else [],
    }
    return render(request, "screening/screenings.html", context, status=status)


def _run_page(request: GatedRequest, run: Run) -> HttpResponse:
    is_whole = places.is_everything(request.scope)
    is_alive = run.is_at_work and not reading_runs.is_cut_off(run)
    current = queries.current_screening()
    may_go_on = policies.may_go_on(run, newer=queries.done_since(run))
    context: dict[str, Any] = {
        "run": run,
        "state": reading_runs.state(run),
        "is_alive": is_alive,
        "steps": reading_runs.steps(run),
        "told": reading_runs.told(run),
        "problem": reading_runs.problem(run),
        "took": reading_runs.took(run) if run.seconds else "",
        "may_cancel": is_whole and bool(policies.may_become(run, State.CANCELLED)),
        "may_go_on": is_whole and not is_alive and bool(may_go_on),
        "current": current,
        "is_shown": run.screening_id is not None and current is not None and run.screening_id == current.pk,
        "households": run.screening.counts.get("households") if is_whole and run.screening else None,
        "crumbs": [(_("Screenings"), reverse("screenings")), (str(run.pk), "")],
    }
    return render(request, "screening/screening.html", context)


def _address(run: Run) -> str:
    return reverse("screening", args=[run.pk])
