"""What a trial comes to at one place, as its reader may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.command.flow_sheet import ABSENT, OUTSIDE, UNKNOWN, cohort_label, reason_label, tone_of
from diguan.engine.sides import NOT_ASKED
from diguan.engine.tried import ANY, LISTED
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.planning import queries, words
from diguan.planning.disclosure import Teller
from diguan.planning.figures import Figures, Grouped, Short
from diguan.planning.models import Trial
from diguan.rulebook.reference import MET, NOT_MET
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.rulebook.words import Words
from diguan.screening import reading
from diguan.screening.flow_queries import Flown
from diguan.ui import flows, outcomes, stats, tables
from diguan.ui.empties import Empty

_MOST_CAUSES = 4


@dataclass(frozen=True)
class Seen:
    """Where a reader may see counts of what-ifs, and where they may open households."""

    counts: Scope
    households: Scope

    def opens(self, place: Place) -> bool:
        return self.households.covers(place.number, place.upper)


@dataclass(frozen=True)
class Sheet:
    """A trial at one place."""

    trial: Trial
    place: Place
    seen: Seen

    @cached_property
    def pack(self) -> rulebook.Pack:
        return words.tried_pack(self.trial)

    @cached_property
    def former_pack(self) -> rulebook.Pack:
        return words.own_pack(self.trial.screening)

    @cached_property
    def spoken(self) -> Words:
        return reading.words(self.pack)

    @cached_property
    def figures(self) -> Figures:
        return Figures(queries.folder(self.trial), self.seen.counts)

    @cached_property
    def below(self) -> list[Place]:
        return [each for each in places.children(self.place) if self.seen.counts.covers(each.number, each.upper)]

    @property
    def teller(self) -> Teller:
        return Teller(exactly=self.seen.opens(self.place))

    @cached_property
    def cohorts(self) -> list[str]:
        return list(dict.fromkeys((*self.former_pack.cohorts, *self.pack.cohorts)))

    @cached_property
    def standards_asked(self) -> list[str]:
        return list(dict.fromkeys((*self.former_pack.standards, *self.pack.standards)))

    def label(self, kind: str, name: str) -> str:
        """What a cohort, a standard or an outcome is called, under the pack tried or the one in whose place it is."""
        if kind == STANDARD and name in (MET, NOT_MET, UNKNOWN, ABSENT, NOT_ASKED):
            others = {ABSENT: _("not readable under this pack"), NOT_ASKED: _("not asked")}
            return others.get(name) or outcomes.word(name)
        if name == ABSENT:
            return _("not readable under this pack")
        return self.named(name) if name not in OUTSIDE else cohort_label(name, self.spoken)

    def named(self, name: str) -> str:
        has_it = any(name in group for group in (self.pack.standards, self.pack.cohorts, self.pack.parameters))
        known = self.pack if has_it else self.former_pack
        return known.label_of(name).in_language(self.spoken.language)

    def href(self, kind: str, name: str, before: str = "", after: str = "", **more: str) -> str:
        """The households behind a number, if the reader may open them."""
        if not self.seen.opens(self.place):
            return ""
        asked = {"place": self.place.code, "kind": kind, "name": name, "from": before, "to": after, **more}
        path = reverse("what-if-households", args=[self.trial.what_if_id])
        return f"{path}?{urlencode({key: value for key, value in asked.items() if value})}"

    # ---- in words ----

    @cached_property
    def going(self) -> list[Grouped]:
        """Who goes which way here, of every subject and of all together."""
        return self.figures.counts([self.place], grouped=False)[self.place.pk]

    def lines(self) -> list[str]:
        """What it comes to, a sentence for each standard and each cohort that moves."""
        said = []
        for name in self.standards_asked:
            more, fewer = ends(self.going, STANDARD, name, NOT_MET)
            unknown, _known = ends(self.going, STANDARD, name, UNKNOWN)
            words = {"subject": self.named(name), "fewer": f"{fewer.households:,}"}
            if more.households or fewer.households:
                template = ngettext(
                    "%(subject)s: %(count)s household (%(persons)s persons) more falls short, %(fewer)s fewer.",
                    "%(subject)s: %(count)s households (%(persons)s persons) more fall short, %(fewer)s fewer.",
                    more.households,
                )
                said.append(template % {**words, **more.shown})
            if unknown.households:
                template = ngettext(
                    "%(subject)s: of %(count)s household (%(persons)s persons) it would no longer be known.",
                    "%(subject)s: of %(count)s households (%(persons)s persons) it would no longer be known.",
                    unknown.households,
                )
                said.append(template % {**words, **unknown.shown})
        said += [self._of_cohort(name) for name in self.cohorts]
        nobody = _("Nobody here would have another outcome, and nobody would come onto a list or leave one.")
        return [line for line in said if line] or [nobody]

    def _of_cohort(self, name: str) -> str:
        came, went = ends(self.going, COHORT, name, name, of=COHORT)
        if not came.households and not went.households:
            return ""
        template = ngettext(
            "%(subject)s: %(count)s household (%(persons)s persons) would come onto the list, %(went)s would leave it.",
            "%(subject)s: %(count)s households (%(persons)s persons) would come onto the list, %(went)s would leave it.",
            came.households,
        )
        return template % {"subject": self.named(name), **came.shown, "went": f"{went.households:,}"}

    # ---- pictures and tables ----

    @cached_property
    def flown(self) -> list[Flown]:
        return self.figures.flows([self.place], COHORT, COHORT)[self.place.pk]

    def stats(self) -> list[stats.Stat]:
        """Each cohort as it would be, against as it is."""
        found = []
        for name in self.cohorts:
            now = sum(each.households for each in self.flown if each.before == name)
            would = sum(each.households for each in self.flown if each.after == name)
            line = _("as it is: %(count)s") % {"count": f"{now:,}"}
            found.append(stats.Stat(self.named(name), would, _("households"), "", [line], would - now))
        return found

    def picture(self) -> flows.Picture | None:
        """The ways that touch a cohort; None where nobody is or would be in one."""
        sums: dict[tuple[str, str], int] = {}
        for each in self.flown:
            if each.before not in OUTSIDE or each.after not in OUTSIDE:
                sums[each.before, each.after] = sums.get((each.before, each.after), 0) + each.households
        if not sums:
            return None
        ways = [
            flows.Way(before, after, count, self._said(before, after), tone_of(before, after),
                      self.href(COHORT, COHORT, before, after) if before != after else "")
            for (before, after), count in sums.items()
        ]  # fmt: skip
        labels = {name: self.label(COHORT, name) for name in (*self.cohorts, *OUTSIDE)}
        heads = (pgettext("what-if", "as it is"), pgettext("what-if", "what if"))
        sentence = _("Households by list, as it is and as it would be.")
        return flows.Picture(
            _("Who would come, who would go, who would stay"), sentence, _("households"), heads, labels, ways
        )

    def _said(self, before: str, after: str) -> str:
        if before == after:
            return _("%(cohort)s: stays") % {"cohort": self.label(COHORT, before)}
        return f"{self.label(COHORT, before)} → {self.label(COHORT, after)}"

    def standards(self) -> tables.Table:
        """By standard that moves: who would newly fall short, who no longer, of whom nobody would know."""
        moving = {row.name for row in self.going if row.kind == STANDARD}
        return tables.Table(
            _("Standards: households whose outcome would be another"),
            [
                tables.Column("name", _("Standard"), value=lambda row: self.named(row)),
                self._ends("short", _("newly short"), "", NOT_MET),
                self._ends("persons", _("persons in them"), "", NOT_MET, persons=True),
                self._ends("mended", _("no longer short"), NOT_MET, ""),
                self._ends("unknown", _("no longer known"), "", UNKNOWN),
            ],
            [name for name in self.standards_asked if name in moving],
            key="standards",
            empty=Empty(_("No household here would have another outcome in any standard.")),
        )

    def _ends(self, key: str, label: str, before: str, after: str, persons: bool = False) -> tables.Column:
        def count(name: str) -> int:
            came, went = ends(self.going, STANDARD, name, after or before)
            found = came if after else went
            return found.persons if persons else found.households

        def href(name: str) -> str:
            return self.href(STANDARD, name, before, after) if count(name) else ""

        return tables.Column(key, label, "number", count, None if persons else href)

    def ways(self) -> tables.Table:
        """Every way from list to list, with its reason and what that lies in."""
        lies_in = self.figures.causes(self.place)
        rows = sorted((each for each in self.flown if not each.stays), key=lambda each: -each.households)

        def why(row: Flown) -> str:
            names = lies_in.get((COHORT, COHORT, row.before, row.after), [])
            shown = _(", ").join(self._cause(name) for name in names[:_MOST_CAUSES])
            more = len(names) - _MOST_CAUSES
            said = _("%(causes)s and %(count)d more") % {"causes": shown, "count": more} if more > 0 else shown
            return f"{reason_label(row.reason)}: {said}" if said else reason_label(row.reason)

        columns = [
            tables.Column("before", pgettext("what-if", "As it is"), value=lambda row: self.label(COHORT, row.before)),
            tables.Column("after", pgettext("what-if", "What if"), value=lambda row: self.label(COHORT, row.after)),
            tables.Column("households", _("Households"), "number",
                          href=lambda row: self.href(COHORT, COHORT, row.before, row.after)),
            tables.Column("persons_after", _("Persons"), "number"),
            tables.Column("reason", _("Reason"), value=why),
        ]  # fmt: skip
        empty = Empty(_("Nobody here would come onto a list or leave one."))
        return tables.Table(_("From list to list, and why"), columns, rows, key="ways", empty=empty)

    def _cause(self, name: str) -> str:
        plain = name.removeprefix(":")
        has_it = any(plain in group for group in (self.pack.standards, self.pack.cohorts))
        return self.named(plain) if has_it or plain in self.former_pack.cohorts else words.cause(name, self.spoken)

    def places(self) -> tables.Table | None:
        """The places below: who would fall short of anything, or be on any list, and who no longer."""
        if not self.below:
            return None
        page = reverse("what-if", args=[self.trial.what_if_id])
        found = self.figures.counts(self.below, grouped=False)
        rows = [_Below(place, found[place.pk]) for place in self.below]
        columns = [
            tables.Column("place.name", _("Place"), href=lambda row: f"{page}?place={row.place.code}"),
            tables.Column("short", _("newly short of anything"), "number"),
            tables.Column("persons", _("persons in them"), "number"),
            tables.Column("mended", _("no longer short of anything"), "number"),
            tables.Column("came", _("come onto a list"), "number"),
            tables.Column("went", _("leave all lists"), "number"),
        ]
        return tables.Table(_("Places: households"), columns, rows, key="places")

    def money(self) -> tuple[Short, Short] | None:
        """Who lacks how much up to the line, as it is and as it would be; None where it is not told."""
        found = self.figures.money([self.place]).get(self.place.pk)
        if found is None or not self.teller.may_tell_money_of(*(each.households for each in found)):
            return None
        before, after = (replace(each, money=self.teller.money(round(each.money, 2))) for each in found)
        return before, after

    def context(self) -> dict[str, Any]:
        return {
            "lines": self.lines(), "stats": self.stats(), "picture": self.picture(), "standards": self.standards(),
            "ways": self.ways(), "places": self.places(),
        }  # fmt: skip


@dataclass(frozen=True)
class Sum:
    households: int
    persons: int

    @property
    def shown(self) -> dict[str, str]:
        return {"count": f"{self.households:,}", "persons": f"{self.persons:,}"}


def ends(rows: Iterable[Grouped], kind: str, name: str, end: str, of: str = "") -> tuple[Sum, Sum]:
    """Those that come to an end of a subject, and those that leave it; `of` is the subject where that is not the name."""
    own = [row for row in rows if row.kind == kind and row.name == (of or name)]
    return added(row for row in own if row.after == end), added(row for row in own if row.before == end)


def added(rows: Iterable[Grouped]) -> Sum:
    found = list(rows)
    return Sum(sum(row.households for row in found), sum(row.persons for row in found))


@dataclass(frozen=True)
class _Below:
    """A place below, with who goes which way there."""

    place: Place
    rows: Sequence[Grouped]

    @property
    def short(self) -> int:
        return ends(self.rows, STANDARD, ANY, NOT_MET)[0].households

    @property
    def persons(self) -> int:
        return ends(self.rows, STANDARD, ANY, NOT_MET)[0].persons

    @property
    def mended(self) -> int:
        return ends(self.rows, STANDARD, ANY, NOT_MET)[1].households

    @property
    def came(self) -> int:
        return ends(self.rows, COHORT, ANY, LISTED)[0].households

    @property
    def went(self) -> int:
        return ends(self.rows, COHORT, ANY, LISTED)[1].households
