"""The journal as a page. `server` puts the gate before it and says how places, acts and subjects are called and found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diguan.journal import actions, checkpoints, naming, queries, seal_line, verification
from diguan.journal.models import Entry
from diguan.ui import filters, notices, paging, tables
from diguan.ui.empties import Empty


@dataclass(frozen=True, slots=True)
class Words:
    """What `server` knows and the journal does not: names of places, of acts, and the page of a subject."""

    place_names: Callable[[Iterable[int]], Mapping[int, str]]
    is_everything: Callable[[Any], bool]
    acts: Mapping[str, str | Promise]
    subject_href: Callable[[Any, Entry], str | None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The filters of the address; a day that is none narrows nothing and is said."""

    verb: str
    actor: str
    subject: str
    first: dt.date | None
    last: dt.date | None
    notices: list[notices.Notice]

    def told(self, acts: Mapping[str, object], seen: QuerySet[Entry]) -> dict[str, str]:
        """What of the filters may stand in the journal: what was typed may be anybody's name, unless it stands among
        the entries that its reader sees. Asked of all entries, the answer would tell what happens elsewhere."""
        kept = {"from": _day(self.first), "to": _day(self.last)}
        kept |= {"verb": self.verb if self.verb in acts or not self.verb else "?"}
        typed = {"actor": self.actor, "subject": self.subject}
        kept |= {name: value if queries.is_known(seen, value) else "?" for name, value in typed.items() if value}
        return {name: value for name, value in kept.items() if value}


def entries(request: HttpRequest, words: Words) -> HttpResponse:
    """Show the entries in scope, newest first; reading them is an act of its own."""
    scope: Any = request.scope  # type: ignore[attr-defined]
    asked = _asked(request)
    seen = queries.within(scope, with_placeless=words.is_everything(scope))
    rows = queries.narrowed(seen, verb=asked.verb, actor=asked.actor, subject=asked.subject)
    # By day the order is that of time, which has an index of its own.
    order = ["-at", "-id"] if asked.first or asked.last else ["-id"]
    page = paging.page(queries.between(rows, asked.first, asked.last), order, request.GET)
    seal = seal_line.made(queries.seal_state())
    actions.record(
        by=request.user,
        at=timezone.now(),
        verb="journal.read",
        subject_type="page",
        subject_key=request.path,
        place_number=scope.ranges[0][0],
        detail={"filter": asked.told(words.acts, seen), "count": len(page.rows)},
    )
    context = {
        "page": page,
        "table": _table(request, page, words),
        "filters": _filters(request, words.acts),
        "seal": seal,
        "notices": asked.notices,
    }
    return render(request, "journal/entries.html", context)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the whole journal against its seals and the folder of checkpoints, if it is small enough for a page."""
    if not seal_line.is_quick(queries.seal_state()):
        messages.error(request, _("The journal is too long to be verified on a page. Run: diguan journal verify"))
        return redirect("journal")
    known, damaged = checkpoints.kept()
    for file in damaged:
        messages.warning(request, _("A part of %(file)s is no checkpoint and was left aside.") % {"file": file.name})
    report = verification.verify(connection, verification.keys_here(), known)
    actions.record_verification(report=report, by=request.user, at=timezone.now())
    if report.is_intact:
        messages.success(
            request,
            _("Nothing sealed was altered: %(count)s entries read.") % {"count": f"{report.entries:,}"},
        )
    for difference in report.differences:
        messages.error(request, difference.sentence)
    return redirect("journal")


def _asked(request: HttpRequest) -> _Asked:
    verb, actor, subject = (request.GET.get(name, "").strip() for name in ("verb", "actor", "subject"))
    found: list[notices.Notice] = []
    days: list[dt.date | None] = []
    for name in ("from", "to"):
        typed = request.GET.get(name, "").strip()
        day = _parsed(typed)
        if typed and day is None:
            found.append(
                notices.Notice(
                    what=_("“%(typed)s” is no day.") % {"typed": typed},
                    mend=_("Write it as in 2020-06-01. All days are shown."),
                    level="warning",
                )
            )
        days.append(day)
    return _Asked(verb, actor, subject, days[0], days[1], found)


def _parsed(typed: str) -> dt.date | None:
    try:
        day = parse_date(typed)
    except ValueError:
        return None
    # The last day that has a midnight after it, in any time zone.
    return day if day is None or dt.date(1, 1, 2) < day < dt.date(9999, 12, 30) else None


def _table(request: HttpRequest, page: paging.Page[Entry], words: Words) -> tables.Table:
    names = words.place_names({entry.place_number for entry in page.rows if entry.place_number is not None})
    return tables.Table(
        caption=_("Acts, newest first"),
        columns=[
            tables.Column("at", _("When"), value=_minute),
            tables.Column("actor_name", _("Who"), value=_actor),
            tables.Column("verb", _("What"), value=lambda entry: words.acts.get(entry.verb, entry.verb)),
            tables.Column("subject_key", _("On what"), href=lambda entry: words.subject_href(request, entry)),
            tables.Column("place_number", _("Where"), value=lambda entry: names.get(entry.place_number or -1, "–")),
            tables.Column("detail", _("More"), value=lambda entry: _told(entry.detail)),
            tables.Column("id", _("Entry"), "number"),
        ],
        rows=page.rows,
        page=page,
        empty=Empty(why=_("No act matches."), next_label=_("Show all acts"), next_href="?"),
    )


def _filters(request: HttpRequest, acts: Mapping[str, str | Promise]) -> filters.Bar:
    return filters.Bar(
        [
            filters.Field("verb", _("What"), "choice", [(verb, str(label)) for verb, label in acts.items()]),
            filters.Field("actor", _("Who"), "search", placeholder=_("user name")),
            filters.Field("subject", _("On what"), "search", placeholder=_("key, code or user name")),
            filters.Field("from", _("From"), "date"),
            filters.Field("to", _("To"), "date"),
        ],
        request.GET,
    )


def _minute(entry: Entry) -> str:
    return timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M")


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _actor(entry: Entry) -> str:
    return naming.said(entry.actor_name)


def _told(detail: Mapping[str, Any]) -> str:
    """Return a detail as one line of words and values."""
    parts = []
    for name, value in detail.items():
        if isinstance(value, Mapping):
            value = f"({_told(value)})" if value else ""
        elif isinstance(value, list):
            value = ", ".join(str(item) for item in value)
        if value not in (None, ""):
            parts.append(f"{name}: {value}")
    return " · ".join(parts) or "–"
