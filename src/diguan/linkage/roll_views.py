"""Pages of lists: which there are, who on one of them is in no register, and what became of looking into it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diguan.access import permissions, roles
from diguan.access import queries as access
from diguan.access.decision import NotAllowed
from diguan.access.gate import GatedRequest, page
from diguan.intake import dictionaries
from diguan.intake.keeping import LARGEST
from diguan.intake.parsing.limits import FileRefused
from diguan.linkage import actions, forms, jobs, listing, policies, queries, roll_tables, sides, workroom
from diguan.linkage.models import Roll, RollEntry
from diguan.places import pages
from diguan.places import queries as places
from diguan.rulebook.problems import N_
from diguan.ui import formats


@page(permissions.LINKAGE_READ)
def rolls(request: GatedRequest) -> HttpResponse:
    """The lists there are, with what of each lies in the reader's scope; and the form to bring one in."""
    today, sends = timezone.localdate(), request.scope_of(permissions.ROLLS_SEND)
    form = None if sends.is_empty else forms.RollForm(scope=sends, today=today)
    return _rolls_page(request, form)


@page(permissions.ROLLS_SEND)
@require_POST
def sending(request: GatedRequest) -> HttpResponse:
    """Take a list in; it is compared while the page is open or not."""
    form = forms.RollForm(request.POST, request.FILES, scope=request.scope, today=timezone.localdate())
    if form.is_valid():
        try:
            received = _received(request, form.cleaned_data)
        except FileRefused as refused:
            form.add_error("file", refused.message(_))
        except listing.ColumnsUnknown as unknown:
            form.add_error("names", str(unknown))
        except (NotAllowed, workroom.Occupied) as refused:
            form.add_error(None, str(refused))
        else:
            if received.is_unchanged:
                messages.info(request, _("This very list is on file already; nothing has changed."))
            transaction.on_commit(jobs.wake)
            return redirect("roll", received.roll.key)
    return _rolls_page(request, form, 422)


@page(permissions.LINKAGE_READ)
def roll(request: GatedRequest, key: UUID) -> HttpResponse:
    """One list: what was found, place by place, and who is missing. Opening it is journalled."""
    found, place = _roll(key), pages.asked_place(request)
    scope = pages.narrowed(request, place)
    status = request.GET.get("status", "").strip()
    status = status if status in RollEntry.Status.values else ""
    whose = request.user.pk if request.GET.get("mine") else None
    missing = actions.open_missing(
        scope=request.scope, roll=found, place=place, status=status, whose=whose, params=request.GET,
        by=request.user, at=timezone.now(),
    )  # fmt: skip
    counts = queries.counts(request.scope, [found], place).get(found.pk, {})
    below = places.children(place) if place else places.topmost(request.scope)
    context: dict[str, Any] = {
        "roll": found,
        "title": roll_tables.title(found),
        "may_compare": not request.scope_of(permissions.ROLLS_SEND).is_empty and found.replaced_by is None,
        "searched": queries.searched(found),
        "stats": roll_tables.stats(found, counts, queries.not_listed(scope, found), place),
        "by_place": roll_tables.by_place(queries.counts_by_place(scope, found, below), found),
        "missing": roll_tables.missing(request, found, missing, place, status),
        "filters": roll_tables.bar(request),
        "refusals": roll_tables.refusals(found),
        "place": place,
        "crumbs": [(_("Lists of other offices"), reverse("rolls")), (roll_tables.title(found), "")],
        "place_tree": pages.tree(request, place, reverse("roll", args=[found.key])),
    }
    return render(request, "linkage/roll.html", context)


@page(permissions.ROLLS_SEND)
@require_POST
def comparison(request: GatedRequest, key: UUID) -> HttpResponse:
    """Hold a list against the registry once more, because people have been registered since."""
    found = _roll(key)
    transaction.on_commit(lambda: jobs.wake(found.pk))
    messages.info(request, _("The list is being compared again; look at it in a minute."))
    return redirect("roll", key)


@page(permissions.LINKAGE_READ)
def entry(request: GatedRequest, key: UUID) -> HttpResponse:
    """Somebody on a list. Opening it is journalled."""
    return _entry_page(request, _entry(request, key))


@page(permissions.REGISTRY_WRITE)
@require_POST
def follow_up(request: GatedRequest, key: UUID) -> HttpResponse:
    """Note what became of looking into it."""
    found = _entry(request, key)
    form = forms.FollowUpForm(request.POST, entry=found, holders=_holders(found))
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.follow_up(
                scope=request.scope, entry=found, status=given["status"], reason=given["reason"],
                assigned_to=given["assigned_to"], due_on=given["due_on"], seen=given["seen"], by=request.user,
                at=timezone.now(),
            )  # fmt: skip
        except (NotAllowed, actions.EntryChanged) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Noted."))
            return redirect("roll-entry", key)
    return _entry_page(request, _entry(request, key), form, 422)


def _received(request: GatedRequest, given: dict[str, Any]) -> actions.Received:
    maps = ((given["names"], "person_name"),) if given["names"] else ()
    sent = actions.Sent(given["source"], given["as_of"], given["title"].strip(), given["place"], maps)
    with tempfile.TemporaryDirectory(prefix="diguan-list-") as folder:
        file = Path(folder) / "list"
        _write(file, given["file"])
        return actions.receive_roll(
            file=file, sent=sent, pack=dictionaries.pack(dictionaries.in_use()), scope=request.scope,
            by=request.user, at=timezone.now(),
        )  # fmt: skip


def _write(file: Path, sent: UploadedFile[Any]) -> None:
    if (sent.size or 0) > LARGEST:
        raise FileRefused(
            N_("The file is larger than {most} MB. Send it in parts, by township or by county."), most=LARGEST >> 20
        )
    with file.open("wb") as target:
        for piece in sent.chunks():
            target.write(piece)


def _roll(key: UUID) -> Roll:
    try:
        return queries.roll(key)
    except Roll.DoesNotExist:
        raise Http404 from None


def _entry(request: GatedRequest, key: UUID) -> RollEntry:
    try:
        return actions.open_entry(scope=request.scope, key=key, by=request.user, at=timezone.now())
    except RollEntry.DoesNotExist:
        raise Http404 from None


def _holders(entry: RollEntry) -> Any:
    return access.holders(roles.allowing(permissions.REGISTRY_WRITE), entry.place_number, timezone.localdate())


def _rolls_page(request: GatedRequest, form: forms.RollForm | None, status: int = 200) -> HttpResponse:
    scope = request.scope_of(permissions.LINKAGE_READ)
    found = list(queries.rolls())
    table = roll_tables.rolls(found, queries.counts(scope, found))
    return render(request, "linkage/rolls.html", {"table": table, "form": form}, status=status)


def _entry_page(
    request: GatedRequest, found: RollEntry, form: forms.FollowUpForm | None = None, status: int = 200
) -> HttpResponse:
    scope = request.scope_of(permissions.LINKAGE_READ)
    reader = sides.Reader(scope, request.scope_of(permissions.NAMES_READ))
    words = sides.words_for(found.roll.pack_id)
    may_note = request.scope_of(permissions.REGISTRY_WRITE).contains(found.place_number)
    can_note = may_note and bool(policies.may_follow(found, RollEntry.Status.TO_CHECK, reason=""))
    side = sides.of_entry(found, words, reader)
    person = found.person if found.person and scope.contains(found.person.place_number) else None
    context = {
        "entry": found,
        "side": side,
        "pairs": roll_tables.entry_pairs(side),
        "person_href": reverse("household", args=[person.household.key]) if person else "",
        "matches": roll_tables.matches_of(queries.matches_of(scope, found)),
        "form": (form or forms.FollowUpForm(entry=found, holders=_holders(found))) if can_note else None,
        "crumbs": [
            (_("Lists of other offices"), reverse("rolls")),
            (roll_tables.title(found.roll), reverse("roll", args=[found.roll.key])),
            (side.name, ""),
        ],
        "due": formats.day(found.due_on) if found.due_on else "",
    }
    return render(request, "linkage/entry.html", context, status=status)
