"""The households behind a flow, as a list: who, where, from what to what, why, and what it lies in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from diguan.access.scope import Scope
from diguan.command.flow_sheet import ABSENT, NONE, UNKNOWN, cohort_label, reason_label
from diguan.engine.attributing import REASONS
from diguan.engine.causes import EARLIER
from diguan.engine.sides import NOT_ASKED
from diguan.registry.masking import shown
from diguan.rulebook.resting import COHORT, MEMBERS
from diguan.rulebook.words import Words
from diguan.screening import flow_queries, packs, reading
from diguan.screening.models import Change, Comparison
from diguan.ui import outcomes, paging, tables
from diguan.ui.empties import Empty

MOST_CAUSES = 3
__all__ = ["REASONS", "FlowList", "words_of"]


def words_of(comparison: Comparison, kind: str) -> list[str]:
    """What may stand before and after."""
    if kind == COHORT:
        return [*comparison.before.cohorts, *comparison.after.cohorts, NONE, UNKNOWN, ABSENT, flow_queries.ELSEWHERE]
    return ["met", "not_met", UNKNOWN, ABSENT, NOT_ASKED, flow_queries.ELSEWHERE]


@dataclass(frozen=True)
class FlowList:
    """One page of households; `names` is where the reader may see who they are."""

    wanted: flow_queries.Wanted
    page: paging.Page[flow_queries.Listed]
    names: Scope

    @cached_property
    def words(self) -> Words:
        return reading.words(packs.pack(self.wanted.comparison.after.pack_id))

    def label(self, name: str) -> str:
        """A cohort, or the outcome of a standard."""
        if self.wanted.kind == COHORT:
            return cohort_label(name, self.words)
        others = {ABSENT: _("not registered"), NOT_ASKED: _("not asked")}
        return others.get(name) or outcomes.word(name)

    def heading(self) -> str:
        wanted, place = self.wanted, self.wanted.place
        parts = [place.name] if place else []
        parts += [self.words.label(wanted.name)] if wanted.kind != COHORT else []
        if wanted.stays:
            parts.append(_("%(cohort)s: stays") % {"cohort": self._end(wanted.after)})
        else:
            parts.append(f"{self._end(wanted.before)} → {self._end(wanted.after)}")
        parts += [reason_label(wanted.reason)] if wanted.reason else []
        return " · ".join(parts)

    def _end(self, name: str) -> str:
        if name == flow_queries.ELSEWHERE:
            return cohort_label(name, self.words)
        return self.label(name) if name else "…"

    def table(self, params: QueryDict) -> tables.Table:
        columns = [
            tables.Column("name", _("Head of household"), value=self._head, href=_page_of),
            tables.Column("place", _("Place"), value=lambda row: row.household.place.name),
        ]
        if not self.wanted.stays:
            columns += [
                tables.Column("before", pgettext("column", "Before"), value=lambda row: self.label(row.before)),
                tables.Column("after", _("Now"), value=lambda row: self.label(row.after)),
                tables.Column("reason", _("Reason"), value=lambda row: reason_label(row.reason)),
                tables.Column("causes", _("What it lies in"), value=self._causes),
            ]
        empty = Empty(_("No household that you may see went this way."), _("All comparisons"), reverse("comparisons"))
        return tables.Table(
            _("Households"), columns, self.page.rows, page=self.page, params=params, row_href=_page_of, empty=empty
        )

    def _head(self, row: flow_queries.Listed) -> str:
        return shown(row.household.name, self.names.contains(row.place_number))

    def _causes(self, row: Change) -> str:
        named = _(", ").join(self._cause(name) for name in row.causes[:MOST_CAUSES])
        more = len(row.causes) - MOST_CAUSES
        return _("%(causes)s and %(count)d more") % {"causes": named, "count": more} if more > 0 else named or "–"

    def _cause(self, name: str) -> str:
        others: Mapping[str, str] = {MEMBERS: _("members"), EARLIER: _("earlier values")}
        return others.get(name) or self.words.label(name.removeprefix(":"))


def _page_of(row: flow_queries.Listed) -> str:
    return reverse("household", args=[row.household.key])
