"""Who came, who went and who stays between two screenings, at one place: the picture, and every way with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from diguan.access.scope import Scope
from diguan.engine.attributing import REASONS
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.rulebook.words import Words
from diguan.screening import flow_queries, packs, reading
from diguan.screening.flow_queries import ELSEWHERE, Flown
from diguan.screening.models import Comparison
from diguan.ui import flows, stats, tables
from diguan.ui.empties import Empty

ABSENT, NONE, UNKNOWN = "absent", "none", "unknown"
OUTSIDE = (NONE, UNKNOWN, ABSENT, ELSEWHERE)


@dataclass(frozen=True)
class FlowSheet:
    """A comparison at one place as its reader may see it; `lists` says whether numbers lead to households."""

    comparison: Comparison
    place: Place
    scope: Scope
    lists: bool

    @cached_property
    def words(self) -> Words:
        return reading.words(packs.pack(self.comparison.after.pack_id))

    @cached_property
    def below(self) -> list[Place]:
        return places.children(self.place)

    @cached_property
    def flown(self) -> dict[int, list[Flown]]:
        return flow_queries.flows(self.scope, self.comparison, [self.place, *self.below], COHORT, COHORT)

    @property
    def here(self) -> list[Flown]:
        return self.flown.get(self.place.pk, [])

    @property
    def cohorts(self) -> list[str]:
        return list(dict.fromkeys((*self.comparison.before.cohorts, *self.comparison.after.cohorts)))

    def label(self, name: str) -> str:
        """What a cohort is called, or where else a household is."""
        return cohort_label(name, self.words)

    def href(self, kind: str, name: str, before: str = "", after: str = "", reason: str = "") -> str:
        """The households behind a number, if the reader may open them."""
        stays = before == after and before != ""
        if not self.lists or (stays and not flow_queries.may_list_staying(self.comparison)):
            return ""
        # Not before and after, which are the pager's own words.
        asked = {
            "place": self.place.code,
            "kind": kind,
            "name": name,
            "from": before,
            "to": after,
            "reason": reason,
        }
        path = reverse("comparison-households", args=[self.comparison.pk])
        return f"{path}?{urlencode({key: value for key, value in asked.items() if value})}"

    def context(self) -> dict[str, Any]:
        return {"place": self.place, "comparison": self.comparison, "stats": self.stats(), "picture": self.picture(), "ways": self.ways(),
                "standards": self.standards(), "places": self.places()}  # fmt: skip

    def stats(self) -> list[stats.Stat]:
        """Each cohort as it is now, and how many came and went."""
        found = []
        for name in self.cohorts:
            came, went, stay = flow_queries.net(self.here, name)
            lines = [_("came: %(count)s") % {"count": f"{came:,}"}, _("went: %(count)s") % {"count": f"{went:,}"}]
            since = _("since %(date)s") % {"date": self.comparison.before.as_of.isoformat()}
            found.append(
                stats.Stat(self.label(name), came + stay, _("households"), "", lines, came - went, since, "down")
            )
        return found

    def picture(self) -> flows.Picture | None:
        """The ways that touch a cohort; None where nobody is or was in one."""
        sums: dict[tuple[str, str], int] = {}
        for each in self.here:
            if each.before not in OUTSIDE or each.after not in OUTSIDE:
                sums[each.before, each.after] = sums.get((each.before, each.after), 0) + each.households
        if not sums:
            return None
        ways = [
            flows.Way(before, after, count, self._said(before, after), tone_of(before, after),
                      self.href(COHORT, COHORT, before, after))
            for (before, after), count in sums.items()
        ]  # fmt: skip
        labels = {name: self.label(name) for name in (*self.cohorts, *OUTSIDE)}
        heads = (self.comparison.before.as_of.isoformat(), self.comparison.after.as_of.isoformat())
        sentence = _("Households by list on both days; a band leads to the households that went that way.")
        return flows.Picture(_("Who came, who went, who stays"), sentence, _("households"), heads, labels, ways)

    def _said(self, before: str, after: str) -> str:
        if before == after:
            return _("%(cohort)s: stays") % {"cohort": self.label(before)}
        return f"{self.label(before)} → {self.label(after)}"

    def ways(self) -> tables.Table:
        """Every way that touches a cohort with its reason, the most frequent first."""
        rows = [each for each in self.here if not each.stays and not (each.before in OUTSIDE and each.after in OUTSIDE)]
        rows.sort(key=lambda each: -each.households)
        columns = [
            tables.Column("before", pgettext("column", "Before"), value=lambda row: self.label(row.before)),
            tables.Column("after", _("Now"), value=lambda row: self.label(row.after)),
            tables.Column("households", _("Households"), "number",
                          href=lambda row: self.href(COHORT, COHORT, row.before, row.after, row.reason)),
            tables.Column("persons", _("Persons"), "number", value=lambda row: row.persons_after or row.persons_before),
            tables.Column("reason", _("Reason"), value=lambda row: reason_label(row.reason)),
        ]  # fmt: skip
        empty = Empty(
            _("Nobody came into a list or left one here between the two days."),
            _("All comparisons"),
            reverse("comparisons"),
        )
        return tables.Table(_("Who came and who went, and why"), columns, rows, key="ways", empty=empty)

    def standards(self) -> tables.Table:
        """By standard: who falls short now and did not, who no longer does, of whom nobody knows any more."""
        found = flow_queries.standard_flows(self.scope, self.comparison, self.place)
        rows = [(name, found.get(name, [])) for name in self.comparison.after.standards]

        def column(key: str, label: str, before: str, after: str) -> tables.Column:
            def count(row: tuple[str, Sequence[Flown]]) -> int:
                return sum(e.households for e in row[1] if _goes(e, before, after))

            def href(row: tuple[str, Sequence[Flown]]) -> str:
                return self.href(STANDARD, row[0], before, after) if count(row) else ""

            return tables.Column(key, label, "number", count, href)

        columns = [
            tables.Column("name", _("Standard"), value=lambda row: self.words.label(row[0])),
            column("short", _("now short"), "", "not_met"),
            column("mended", _("no longer short"), "not_met", "met"),
            column("unknown", _("no longer known"), "", UNKNOWN),
            column("known", _("known now, and met"), UNKNOWN, "met"),
        ]
        return tables.Table(_("Standards: households whose outcome is another"), columns, rows, key="standards")

    def places(self) -> tables.Table | None:
        """The places below: who came into any list and who left all of them."""
        if not self.below:
            return None
        page = reverse("comparison", args=[self.comparison.pk])
        rows = [_Below(place, *any_list(self.flown.get(place.pk, []))) for place in self.below]
        columns = [
            tables.Column("place.name", _("Place"), href=lambda row: f"{page}?place={row.place.code}"),
            tables.Column("before", pgettext("column", "On a list before"), "number"),
            tables.Column("went", _("went"), "number"),
            tables.Column("came", _("came"), "number"),
            tables.Column("now", pgettext("column", "On a list now"), "number"),
        ]
        return tables.Table(_("Places: households on any list"), columns, rows, key="places")


@dataclass(frozen=True)
class _Below:
    place: Place
    before: int
    went: int
    came: int
    now: int


def cohort_label(name: str, words: Words) -> str:
    others = {
        NONE: _("in no cohort"), UNKNOWN: _("cohort unknown"), ABSENT: _("not registered"),
        ELSEWHERE: pgettext("place", "in another place"),
    }  # fmt: skip
    return others.get(name) or words.label(name)


def reason_label(reason: str) -> str:
    return _(REASONS[reason]) if reason else ""


def tone_of(before: str, after: str) -> flows.Tone:
    """What a way is in a picture of cohorts."""
    if before == after:
        return "stays"
    if UNKNOWN in (before, after):
        return "unknown"
    if before in OUTSIDE:
        return "came"
    return "went" if after in OUTSIDE else "between"


def _goes(each: Flown, before: str, after: str) -> bool:
    """Whether a way is one that a list of changes shows; who only moved is told by the cohorts."""
    if each.stays or ELSEWHERE in (each.before, each.after):
        return False
    return each.after == after and before in ("", each.before)


def any_list(flown: Sequence[Flown]) -> tuple[int, int, int, int]:
    """Households on any list before, that left all of them, that came onto one, and on any list now."""
    was = sum(each.households for each in flown if each.before not in OUTSIDE)
    now = sum(each.households for each in flown if each.after not in OUTSIDE)
    both = sum(each.households for each in flown if each.before not in OUTSIDE and each.after not in OUTSIDE)
    return was, was - both, now - both, now
