"""The page that says what changed from one pack to another, with the households it touches."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.access.scope import Scope
from diguan.places import queries as places
from diguan.rulebook import changes, changes_said
from diguan.screening import packs, queries, reading
from diguan.screening.models import MET, NOT_MET, UNKNOWN, Screening


@dataclass(frozen=True)
class Counted:
    """Households of the reader's scope under one rule, by a screening under one of the two packs."""

    screening: Screening
    figures: tuple[tuple[str, queries.Count], ...]  # outcome, or `member`


@dataclass(frozen=True)
class Shown:
    """An entry of the document with what screenings counted for it."""

    entry: changes_said.Entry
    counts: tuple[Counted, ...]


@page(permissions.POLICY_READ)
def difference(request: GatedRequest, pack_id: str) -> HttpResponse:
    """What changed in this pack against the one asked for in `before`; without it, only the choice."""
    after = _pack(pack_id)
    chosen = request.GET.get("before", "")
    words = reading.words(after)
    title = after.title.in_language(words.language)
    others = [(name, _title(name, words.language)) for name in packs.folders() if name != pack_id]
    context = {
        "after": after,
        "after_title": title,
        "chosen": chosen,
        "others": [(name, label) for name, label in others if label],
        "crumbs": [(_("Policy"), reverse("policies")), (title, reverse("policy", args=[pack_id])), (_("Changes"), "")],
    }
    if chosen:
        context |= _told(request, _pack(chosen), after)
    return render(request, "screening/difference.html", context)


def _pack(pack_id: str) -> rulebook.Pack:
    """Raises: Http404 for a pack that is not there or has faults."""
    try:
        return packs.pack(pack_id)
    except (packs.PackUnknown, rulebook.PackProblems):
        raise Http404 from None


def _title(pack_id: str, language: str) -> str:
    try:
        return packs.pack(pack_id).title.in_language(language)
    except rulebook.PackProblems:
        return ""


def _told(request: GatedRequest, before: rulebook.Pack, after: rulebook.Pack) -> dict[str, object]:
    words = reading.words(after)
    found = changes.between(before, after)
    speaker = changes_said.Speaker(found, words.language, words.translate)
    totals = _screened(request.scope_of(permissions.BOARD_READ), (before.id, after.id))
    return {
        "before": before,
        "before_title": before.title.in_language(words.language),
        "verdict": speaker.verdict(),
        "tone": "is-error" if found.weakened else "is-warning" if found.untold else "is-good",
        "days": speaker.days(),
        "weak": changes.WEAKENED,
        "screenings": [screening for screening, _totals in totals],
        "sections": [
            (section, [Shown(entry, _counts(entry, totals)) for entry in section.entries])
            for section in speaker.sections()
        ],
    }


def _screened(scope: Scope, pack_ids: tuple[str, str]) -> list[tuple[Screening, queries.Totals]]:
    """The latest screening under each of the packs, with its totals over what the reader may see."""
    found = []
    tops = places.topmost(scope)
    for pack_id in pack_ids:
        screening = queries.screenings().filter(pack_id=pack_id).first()
        if screening is not None:
            found.append((screening, queries.added(queries.totals_for(scope, tops, screening=screening).values())))
    return [(screening, totals) for screening, totals in found if totals.everybody.households]


def _counts(entry: changes_said.Entry, totals: list[tuple[Screening, queries.Totals]]) -> tuple[Counted, ...]:
    counted = []
    for screening, found in totals:
        if entry.part == "standard" and entry.name in screening.standards:
            figures = [(outcome, found.standard(entry.name, outcome)) for outcome in (MET, NOT_MET, UNKNOWN)]
        elif entry.part == "cohort" and entry.name in screening.cohorts:
            figures = [("member", found.cohort(entry.name))]
        else:
            continue
        counted.append(Counted(screening, tuple(figures)))
    return tuple(counted)
