"""The households behind a number of a what-if, page by page."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from diguan.access.models import User
from diguan.access.scope import Scope
from diguan.command.flow_sheet import ABSENT, NONE, UNKNOWN
from diguan.engine.sides import NOT_ASKED
from diguan.planning import actions, queries, words
from diguan.planning.figures import Figures, Listed, Row, Wanted
from diguan.planning.sheet import Sheet
from diguan.registry.masking import shown
from diguan.rulebook.reference import MET, NOT_MET
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.ui import paging, tables
from diguan.ui.empties import Empty

_MOST_CAUSES = 3
_FARTHEST = 10**6  # pages


def wanted(params: QueryDict, sheet: Sheet) -> Wanted | None:
    """What an address asks for; None for what was not tried."""
    kind, name = params.get("kind", COHORT), params.get("name", COHORT)
    known = name == COHORT if kind == COHORT else kind == STANDARD and name in sheet.standards_asked
    ends = [*sheet.cohorts, NONE] if kind == COHORT else [MET, NOT_MET, NOT_ASKED]
    before, after = params.get("from", ""), params.get("to", "")
    near, value = params.get("near", ""), params.get("value", "")
    is_moved = [near, value] in [list(each) for each in sheet.trial.told.get("nudges", ())]
    if not known or not {before, after} <= {*ends, UNKNOWN, ABSENT, ""} or not (is_moved or not (near or value)):
        return None
    return Wanted(sheet.place, kind, name, before, after, near, value)


@dataclass
class Listing:
    """One page of a list; `names` is where the reader may see who they are."""

    sheet: Sheet
    wanted: Wanted
    names: Scope
    params: QueryDict
    total: int = field(default=0, init=False)
    elsewhere: int = field(default=0, init=False)

    def heading(self) -> str:
        asked, sheet = self.wanted, self.sheet
        parts = [asked.place.name]
        parts += [sheet.named(asked.name)] if asked.kind == STANDARD else []
        parts.append(f"{self._end(asked.before)} → {self._end(asked.after)}")
        if asked.parameter:
            value = words.shown_value(sheet.spoken, sheet.pack.parameters[asked.parameter], asked.value)
            parts.append(
                _("near the edge: %(label)s %(value)s") % {"label": sheet.named(asked.parameter), "value": value}
            )
        return " · ".join(parts)

    def _end(self, name: str) -> str:
        return self.sheet.label(self.wanted.kind, name) if name else "…"

    def table(self, *, by: User, at: dt.datetime) -> tables.Table:
        """The rows of the page asked for; reading them is journalled. Raises: FiguresGone."""
        income = self.sheet.pack.income
        per_person = income.per_person if income and income.per_person in self.sheet.pack.derived else ""
        read = Figures(queries.folder(self.sheet.trial), self.sheet.seen.households, per_person)
        number = self._number()
        listed = actions.open_households(
            read=read, found=self.sheet.trial.what_if, wanted=self.wanted, skip=(number - 1) * paging.SIZE,
            size=paging.SIZE, by=by, at=at,
        )  # fmt: skip
        self.total, self.elsewhere = listed.total, listed.elsewhere
        empty = Empty(_("No household that you may see is behind this number."), _("All what-ifs"), reverse("what-ifs"))
        return tables.Table(
            _("Households"), self._columns(per_person), listed.rows, page=self._page(listed, number), params=self.params,
            row_href=_page_of, empty=empty,
        )  # fmt: skip

    def _columns(self, per_person: str) -> list[tables.Column]:
        columns = [
            tables.Column("name", _("Head of household"), value=self._head, href=_page_of),
            tables.Column("place", _("Place"), value=lambda row: row.household.place.name),
            tables.Column("before", pgettext("what-if", "As it is"), value=lambda row: self._end(row.before)),
            tables.Column("after", pgettext("what-if", "What if"), value=lambda row: self._end(row.after)),
            tables.Column("causes", _("What it lies in"), value=self._causes),
        ]
        if per_person:
            label = self.sheet.spoken.label(per_person)
            columns.insert(2, tables.Column("income", label, "money"))
        return columns

    def _head(self, row: Row) -> str:
        return shown(row.household.name, self.names.contains(row.household.place_number))

    def _causes(self, row: Row) -> str:
        named = _(", ").join(words.cause(name, self.sheet.spoken) for name in row.causes[:_MOST_CAUSES])
        more = len(row.causes) - _MOST_CAUSES
        return _("%(causes)s and %(count)d more") % {"causes": named, "count": more} if more > 0 else named or "–"

    def _number(self) -> int:
        text = self.params.get("page", "1")
        return min(max(int(text), 1), _FARTHEST) if text.isdecimal() and len(text) < 8 else 1

    def _page(self, listed: Listed, number: int) -> paging.Page[Row]:
        """Files of a trial never change, so that a page is told by its number."""
        first = (number - 1) * paging.SIZE + 1
        last = min(first + paging.SIZE - 1, listed.total)
        return paging.Page(
            listed.rows, first if listed.rows else 0, last if listed.rows else 0, listed.total,
            self._query(number - 1) if number > 1 else None, self._query(number + 1) if last < listed.total else None,
        )  # fmt: skip

    def _query(self, number: int) -> str:
        kept = {name: value for name, value in self.params.items() if name != "page"}
        return "?" + urlencode({**kept, "page": number})


def _page_of(row: Any) -> str:
    return reverse("household", args=[row.household.key])
