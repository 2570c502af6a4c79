"""Asking for a list as a file, one's own exports, and those of others to decide about."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from diguan.access import permissions
from diguan.access.decision import NotAllowed
from diguan.access.gate import GatedRequest, page
from diguan.exports import actions, files, forms, lists, policies, queries, shown
from diguan.exports.models import Export, Format, State
from diguan.ui import formats


@page(permissions.EXPORTS_REQUEST)
def mine(request: GatedRequest) -> HttpResponse:
    """Show what the reader asked for, newest first."""
    now = _swept()
    waiting = queries.to_decide(request.user, request.scope_of(permissions.EXPORTS_APPROVE), now)
    return render(request, "exports/mine.html", {"table": shown.own(request, now), "waiting": len(waiting)})


@page(permissions.EXPORTS_APPROVE)
def approvals(request: GatedRequest) -> HttpResponse:
    """Show the requests of others that wait for the reader's decision."""
    waiting = queries.to_decide(request.user, request.scope, _swept())
    return render(request, "exports/approvals.html", {"table": shown.waiting(waiting)})


@page(permissions.EXPORTS_REQUEST)
def ask(request: GatedRequest) -> HttpResponse:
    """Ask for a list as a file; its filter stands in the address as on the list's own page."""
    params = {name: str(value) for name, value in request.GET.items()}
    try:
        listed = lists.named(params.pop("list", ""))
        opened = listed.opened(params)
    except lists.ListUnavailable:
        raise Http404 from None
    scope = opened.within(queries.exportable(request.rights, listed))
    if scope.is_empty:
        raise Http404
    now = timezone.now()
    may_see_names = not request.scope_of(permissions.NAMES_READ).overlap(scope).is_empty
    form = forms.ExportForm(request.POST or None, columns=opened.columns, may_see_names=may_see_names)
    if request.method == "POST" and form.is_valid():
        try:
            export = actions.ask_for_export(
                list_id=listed.id, params=params, **form.cleaned_data, by=request.user, at=now
            )
        except (NotAllowed, ValidationError) as error:
            form.add_error(None, str(error) if isinstance(error, NotAllowed) else error)
        else:
            return _asked(request, export)
    rows = opened.count(scope)
    taken, limit = queries.taken_without_approval(request.user, now), queries.rows_at_once()
    context = {
        "form": form,
        "title": listed.title,
        "heading": opened.heading,
        "rows": rows,
        "limit": limit,
        "left": max(limit - taken, 0),
        "waits": policies.needs_approval(rows, taken_today=taken, limit=limit),
    }
    return render(request, "exports/ask.html", context, status=422 if request.method == "POST" else 200)


@page(permissions.EXPORTS_REQUEST)
def export(request: GatedRequest, number: int) -> HttpResponse:
    """Show one export, to who asked for it and to those who may decide about it."""
    _swept()
    return _page(request, _found(request, number), forms.RefusalForm())


@page(permissions.EXPORTS_REQUEST)
@require_POST
def making(request: GatedRequest, number: int) -> HttpResponse:
    """Make the file of an export that was approved."""
    found = _found(request, number)
    _make(request, found)
    return redirect("export", number)


@page(permissions.EXPORTS_REQUEST)
@require_GET
def file(request: GatedRequest, number: int) -> HttpResponseBase:
    """Give the file to who asked for it."""
    now = timezone.now()
    found = _found(request, number)
    try:
        path = actions.fetch_export(export=found, by=request.user, at=now)
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("export", number)
    kind = Format(found.file_format)
    name = f"diguan-{found.number}-{found.list_id}{files.SUFFIXES[kind]}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=files.CONTENT_TYPES[kind])


@page(permissions.EXPORTS_APPROVE)
@require_POST
def approval(request: GatedRequest, number: int) -> HttpResponse:
    """Approve what somebody else asked for."""
    now = timezone.now()
    found = _found(request, number)
    try:
        actions.approve_export(export=found, by=request.user, at=now)
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("export", number)
    messages.success(request, _("Export %(number)s was approved.") % {"number": found.number})
    return redirect("export-approvals")


@page(permissions.EXPORTS_APPROVE)
@require_POST
def refusal(request: GatedRequest, number: int) -> HttpResponse:
    """Refuse what somebody else asked for, with a reason."""
    now = timezone.now()
    found = _found(request, number)
    form = forms.RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        actions.refuse_export(export=found, reason=form.cleaned_data["reason"], by=request.user, at=now)
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("export", number)
    messages.success(request, _("Export %(number)s was refused.") % {"number": found.number})
    return redirect("export-approvals")


def _asked(request: GatedRequest, found: Export) -> HttpResponse:
    if found.state == State.ASKED:
        messages.success(request, _("A second person decides about it. You will find the answer here."))
    else:
        _make(request, found)
    return redirect("export", found.pk)


def _make(request: GatedRequest, found: Export) -> None:
    try:
        made = actions.make_export(export=found, by=request.user, at=timezone.now())
    except (NotAllowed, files.FileRefused, lists.ListUnavailable) as error:
        messages.error(request, str(error))
    else:
        words = {"rows": formats.number(made.rows), "until": formats.minute(made.expires_at)}
        messages.success(request, _("The file is ready: %(rows)s rows, to be fetched until %(until)s.") % words)


def _swept() -> dt.datetime:
    """Remove what has expired, if anything has; return the time."""
    now = timezone.now()
    if queries.lapsed(now).exists():
        actions.expire_exports(by=None, at=now)
    return now


def _found(request: GatedRequest, number: int) -> Export:
    try:
        return queries.export(request.user, request.scope_of(permissions.EXPORTS_APPROVE), number)
    except Export.DoesNotExist:
        raise Http404 from None


def _page(request: GatedRequest, found: Export, form: forms.RefusalForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    scope = request.scope_of(permissions.EXPORTS_APPROVE)
    context = {
        **shown.one(found, now),
        "export": found,
        "state": found.state_at(now),
        "is_own": found.asked_by_id == request.user.pk,
        "may_decide": policies.may_decide(found, by=request.user, scope=scope, at=now),
        "form": form,
    }
    return render(request, "exports/export.html", context, status=status)
