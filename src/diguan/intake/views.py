"""Pages of imports: send a file, settle its columns, see what would change, apply it. Each sender sees their own."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.intake import actions, blank, dictionaries, forms, jobs, keeping, outcomes, pages, queries
from diguan.intake.models import Import
from diguan.intake.parsing.limits import FileRefused
from diguan.ui import formats, notices, paging, tables
from diguan.ui.empties import Empty

Stage = Import.Stage
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(permissions.REGISTRY_WRITE)
def imports(request: GatedRequest) -> HttpResponse:
    """What this reader sent, and the form to send more."""
    today = timezone.localdate()
    if request.method != "POST":
        last = queries.imports(request.user).first()
        form = forms.SendForm(scope=request.scope, today=today, last_source=last.source if last else "")
        return _imports_page(request, form)
    form = forms.SendForm(request.POST, request.FILES, scope=request.scope, today=today)
    if form.is_valid():
        try:
            found = _received(request, form.cleaned_data)
        except FileRefused as refused:
            form.add_error("file", refused.message(_))
        else:
            transaction.on_commit(jobs.wake)
            return redirect("import", found.key)
    return _imports_page(request, form, status=422)


@page(permissions.REGISTRY_WRITE)
def template(request: GatedRequest) -> HttpResponse:
    """An empty workbook of the pack asked for, in the reader's language."""
    pack_id = request.GET.get("pack") or dictionaries.in_use()
    if pack_id not in dictionaries.ids():
        raise Http404
    answer = HttpResponse(blank.workbook(dictionaries.pack(pack_id), formats.language()), content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{pack_id}.xlsx"'
    return answer


@page(permissions.REGISTRY_WRITE)
def import_(request: GatedRequest, key: UUID) -> HttpResponse:
    """One import at whatever stage it is."""
    found = _found(request, key)
    if found.is_working:
        # Whoever looks wakes the work, should the server have been started anew since.
        transaction.on_commit(jobs.wake)
    return _import_page(request, found)


@page(permissions.REGISTRY_WRITE)
@require_POST
def columns(request: GatedRequest, key: UUID) -> HttpResponse:
    """Settle what the columns mean; the dry run follows."""
    found = _found(request, key)
    if found.stage not in (Stage.MAPPING, Stage.FAILED, Stage.TRIED):
        return redirect("import", key)
    sheets = pages.settled(found, request.POST)
    try:
        actions.settle_columns(found=found, sheets=sheets, by=request.user, at=timezone.now())
    except actions.ColumnsIncomplete as incomplete:
        keeping.keep_sheets(found, sheets)  # what was chosen so far stays
        return _import_page(request, found, [notices.Notice(str(incomplete))], status=422)
    except actions.NotAllowed as refused:
        messages.error(request, str(refused))
    else:
        transaction.on_commit(jobs.wake)
    return redirect("import", key)


@page(permissions.REGISTRY_WRITE)
@require_POST
def reopening(request: GatedRequest, key: UUID) -> HttpResponse:
    """Back to the columns."""
    return _done(request, key, actions.reopen_columns)


@page(permissions.REGISTRY_WRITE)
@require_POST
def confirmation(request: GatedRequest, key: UUID) -> HttpResponse:
    """Apply what was tried."""
    answer = _done(request, key, actions.confirm_import)
    transaction.on_commit(jobs.wake)
    return answer


@page(permissions.REGISTRY_WRITE)
@require_POST
def cancellation(request: GatedRequest, key: UUID) -> HttpResponse:
    """Give it up before anything is written."""
    return _done(request, key, actions.cancel_import)


@page(permissions.REGISTRY_WRITE)
def refused(request: GatedRequest, key: UUID) -> HttpResponseBase:
    """The refused rows, with the reasons, as a file of the form that was sent."""
    found = _found(request, key)
    path = outcomes.refused_file(found, _carried(found))
    actions.open_import(found=found, what="refused rows", by=request.user, at=timezone.now())
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"refused-{str(key)[:8]}{path.suffix}")


@page(permissions.REGISTRY_WRITE)
def report(request: GatedRequest, key: UUID) -> HttpResponseBase:
    """What becomes of every household, value by value."""
    found = _found(request, key)
    if not _may_see_outcome(request, found):
        messages.error(request, _places_ended())
        return redirect("import", key)
    path = _carried(found) / "report.csv"
    outcomes.write_report(found, _carried(found), path)
    actions.open_import(found=found, what="report", by=request.user, at=timezone.now())
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"import-{str(key)[:8]}.csv")


def _found(request: GatedRequest, key: UUID) -> Import:
    try:
        return queries.import_(request.user, key)
    except Import.DoesNotExist:
        raise Http404 from None


def _received(request: GatedRequest, given: dict[str, Any]) -> Import:
    sent = [file for file in (given["file"], given["second"]) if file]
    return actions.receive(
        files=[(file.name, file.chunks()) for file in sent],
        pack_id=given["pack"],
        source=given["source"],
        observed_on=given["observed_on"],
        place_code=given["place"],
        by=request.user,
        at=timezone.now(),
    )


def _done(request: GatedRequest, key: UUID, act: Callable[..., Import]) -> HttpResponse:
    found = _found(request, key)
    try:
        act(found=found, by=request.user, at=timezone.now())
    except actions.NotAllowed as refused:
        messages.error(request, str(refused))
    return redirect("import", key)


def _part(found: Import) -> str:
    return "applied" if found.stage == Stage.APPLIED else "trial"


def _may_see_outcome(request: GatedRequest, found: Import) -> bool:
    """Whether the reader may record today wherever the outcome tells what is on file. It was worked out for what they
    might do then."""
    numbers = outcomes.places_of(keeping.folder(found) / _part(found))
    return all(request.scope.contains(number) for number in numbers)


def _places_ended() -> str:
    return _(
        "You may no longer record in all places that this file tells of, so what became of its households is not shown."
    )


def _carried(found: Import) -> Path:
    """The folder of what became of it. Raises: Http404 before it was tried, and after its files were removed."""
    folder = keeping.folder(found) / _part(found)
    if found.stage not in (Stage.TRIED, Stage.APPLIED) or not (folder / "faults.parquet").exists():
        raise Http404
    return folder


def _imports_page(request: GatedRequest, form: forms.SendForm, status: int = 200) -> HttpResponse:
    sent = paging.page(queries.imports(request.user), ["-id"], request.GET)
    table = tables.Table(
        caption=_("Files you sent"),
        columns=[
            tables.Column(
                "received_at", _("Sent"), value=lambda row: formats.minute(row.received_at), href=pages.address
            ),
            tables.Column("files", _("File"), value=lambda row: ", ".join(file.name for file in row.files.all())),
            tables.Column("stage", _("Stage"), value=Import.get_stage_display),
            tables.Column("households", _("Households"), "number"),
        ],
        rows=sent.rows,
        page=sent,
        empty=Empty(
            why=_("You have not sent any file yet."), next_label=_("Fetch the template"), next_href="template/"
        ),
        row_href=pages.address,
    )
    context = {"form": form, "table": table, "kept_days": actions.KEPT_DAYS, "most": keeping.LARGEST >> 20}
    return render(request, "intake/imports.html", context, status=status)


def _import_page(
    request: GatedRequest, found: Import, told: list[notices.Notice] | None = None, status: int = 200
) -> HttpResponse:
    names = [file.name for file in found.files.all()]
    earlier = queries.earlier(found)
    notes = [*(told or []), *pages.problem(found), *_earlier_note(earlier)]
    context: dict[str, Any] = {
        "found": found,
        "names": ", ".join(names),
        "steps": pages.steps(found),
        "notices": notes,
        "crumbs": [(_("Imports"), "/imports/"), (", ".join(names), "")],
        "source": formats.text(dictionaries.pack(found.pack_id).sources[found.source].by_language),
        "stage": found.stage,
        "progress": pages.progress(found),
    }
    if not found.removed_at:
        context |= _stage_context(request, found)
    return render(request, "intake/import.html", context, status=status)


def _earlier_note(earlier: Import | None) -> list[notices.Notice]:
    if earlier is None or earlier.applied_at is None:
        return []
    words = {"day": formats.day(earlier.applied_at)}
    text = _("A file with the same content was applied on %(day)s. What has not changed since will count as unchanged.")
    return [notices.Notice(text % words, level="warning")]


def _stage_context(request: GatedRequest, found: Import) -> dict[str, Any]:
    if found.stage == Stage.MAPPING:
        actions.open_import(found=found, what="columns", by=request.user, at=timezone.now())
        words = dictionaries.words(found.pack_id)
        return {"sheets": pages.column_forms(found), "groups": pages.targets(words), "multiples": pages.MULTIPLES}
    if found.stage not in (Stage.TRIED, Stage.APPLIED):
        return {}
    actions.open_import(found=found, what="outcome", by=request.user, at=timezone.now())
    counts = found.applied_counts if found.stage == Stage.APPLIED else found.counts
    if not _may_see_outcome(request, found):
        return {
            "counts": counts,
            "stats": [],
            "notes": [notices.Notice(_places_ended(), level="warning")],
            "until": _until(found),
        }
    table = pages.household_table(found, _part(found), request.GET)
    return {
        "counts": counts,
        "stats": pages.counted(found, counts),
        "found_by": pages.found_by(counts),
        "notes": pages.notes(found, counts),
        "table": table,
        "next_query": pages.next_query(found, _part(found), request.GET, table),
        "until": _until(found),
    }


def _until(found: Import) -> dt.datetime:
    """When its files are removed."""
    return found.received_at + dt.timedelta(days=actions.KEPT_DAYS)
