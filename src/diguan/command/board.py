"""The board of one place: cohorts, standards, map, inside and outside designated places, countdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.rulebook.document import source_line
from diguan.rulebook.words import Words
from diguan.screening import packs, queries, reading
from diguan.screening.models import Screening
from diguan.ui import charts, heat, maps, stats, tables


@dataclass(frozen=True)
class Board:
    """One place as its reader may see it; `lists` says whether numbers lead to households."""

    place: Place
    scope: Scope
    screening: Screening
    measure: str
    lists: bool

    @cached_property
    def pack(self) -> rulebook.Pack:
        return packs.pack(self.screening.pack_id)

    @cached_property
    def words(self) -> Words:
        return reading.words(self.pack)

    @cached_property
    def below(self) -> list[Place]:
        return places.children(self.place)

    @cached_property
    def outlines(self) -> places.Outlines:
        return places.boundaries(self.place)

    @cached_property
    def designated(self) -> list[Place]:
        codes = {item.code for group in self.pack.designations.values() for item in group.places}
        inside = Place.objects.filter(number__gte=self.place.number, upper__lte=self.place.upper)
        return list(inside.filter(code__in=codes))

    @cached_property
    def totals(self) -> dict[int, queries.Totals]:
        drawn = [shape.place for shape in self.outlines.shapes] + [item.place for item in self.outlines.without]
        wanted = [self.place, *self.below, *drawn, *self.designated]
        return queries.totals_for(self.scope, wanted, screening=self.screening)

    def of(self, place: Place) -> queries.Totals:
        return self.totals.get(place.pk) or queries.Totals()

    def context(self) -> dict[str, Any]:
        return {
            "place": self.place,
            "stats": self.cards(),
            "contradictions": self.contradictions(),
            "indices_href": self.indices_href(),
            "countdowns": self.countdowns(),
            "map": self.map(),
            "measures": self.measures(),
            "matrix": self.matrix(),
            "split": self.split(),
            "series": self.series() if self.place.depth == 0 else [],
        }

    def href(self, place: Place, **wanted: str) -> str:
        """The households behind a number, if the reader may open them."""
        if not self.lists:
            return ""
        asked = "".join(f"&{name}={value}" for name, value in wanted.items())
        return f"{reverse('households')}?place={place.code}{asked}"

    def cards(self) -> list[stats.Stat]:
        here = self.of(self.place)
        shown = [self._cohort(name, here) for name in self.pack.cohorts]
        check = here.to_check
        unknown = [
            stats.Line(
                f"{self.words.label(name)}: {count.households:,}",
                self.href(self.place, standard=name, outcome="unknown"),
            )
            for name in self.pack.standards
            if (count := here.standard(name, "unknown")).households
        ]
        open_cohort = here.cohort("unknown").households
        if open_cohort:
            unknown.append(
                stats.Line(f"{_('cohort unknown')}: {open_cohort:,}", self.href(self.place, cohort="unknown"))
            )
        href = self.href(self.place, outcome="unknown")
        shown.append(
            stats.Stat(_("Unknown, to check"), check.households, _("households"), href, unknown, tone="unknown")
        )
        return shown

    def contradictions(self) -> stats.Line | None:
        """Households whose data contradict themselves, and the way to the checks; none where the policy has no checks."""
        if not self.screening.checks:
            return None
        count = self.of(self.place).check(queries.ANY_CHECK).households
        text = _("Contradictions in the data: %(count)s households") % {"count": f"{count:,}"}
        return stats.Line(text, f"{reverse('checks')}?place={self.place.code}")

    def indices_href(self) -> str:
        """The way to the indices of poverty, for who may open the households that they are made of."""
        return f"{reverse('indices')}?place={self.place.code}" if self.lists and self.pack.income else ""

    def _cohort(self, name: str, here: queries.Totals) -> stats.Stat:
        count = here.cohort(name)
        lines = [stats.Line(_("%(count)s households") % {"count": f"{count.households:,}"})]
        change, since = None, ""
        for campaign in self.pack.campaigns.values():
            if self.place.depth == 0 and name in campaign.baseline_persons and campaign.baseline_on:
                baseline = campaign.baseline_persons[name]
                change, since = count.persons - baseline, _("against the baseline")
                text = _("baseline of %(date)s: %(count)s persons")
                lines.append(stats.Line(text % {"date": campaign.baseline_on.isoformat(), "count": f"{baseline:,}"}))
        return stats.Stat(
            self.words.label(name),
            count.persons,
            _("persons"),
            self.href(self.place, cohort=name),
            lines,
            change=change,
            since=since,
            better="down",
            tone=self.pack.cohorts[name].tone,
        )

    def countdowns(self) -> list[stats.Countdown]:
        return [
            stats.Countdown(campaign.deadline, self.screening.as_of, campaign.label.in_language(self.words.language))
            for campaign in self.pack.campaigns.values()
        ]

    def measures(self) -> list[tuple[str, str, bool]]:
        """What the map and its legend can show: cohorts, and households short of each standard."""
        named = [(name, self.words.label(name)) for name in (*self.pack.cohorts, *self.pack.standards)]
        return [(name, label, name == self.shown_measure) for name, label in named]

    @property
    def shown_measure(self) -> str:
        known = (*self.pack.cohorts, *self.pack.standards)
        return self.measure if self.measure in known else next(iter(known), "")

    def _measured(self, place: Place) -> int:
        if self.shown_measure in self.pack.cohorts:
            return self.of(place).cohort(self.shown_measure).persons
        return self.of(place).standard(self.shown_measure, "not_met").persons

    def map(self) -> maps.Map | None:
        if not self.outlines or not self.shown_measure:
            return None
        marked = {place.pk for place in self.designated}
        rolled: dict[int, int] = {}
        for item in self.outlines.without:
            rolled[item.into.pk] = rolled.get(item.into.pk, 0) + self._measured(item.place)
        shapes = [
            maps.Shape(
                shape.place.code,
                shape.place.name,
                shape.path,
                self._measured(shape.place),
                reverse("board", args=[shape.place.code]),
                shape.place.pk in marked,
            )
            for shape in self.outlines.shapes
        ]
        without = [
            maps.RolledUp(
                item.place.name, self._measured(item.place), reverse("board", args=[item.place.code]), item.into.name
            )
            for item in self.outlines.without
        ]
        box = (self.outlines.min_x, self.outlines.min_y, self.outlines.width, self.outlines.height)
        label = self.words.label(self.shown_measure)
        sentence = _("%(measure)s, persons; a shape leads to the board of its place.") % {"measure": label}
        designation = next(iter(self.pack.designations.values()), None)
        marked_label = designation.label.in_language(self.words.language) if designation else ""
        return maps.Map(label, _("persons"), shapes, box, sentence, without, marked_label)

    def matrix(self) -> heat.Matrix | None:
        """Standards by place: persons in households that do not meet them, and households of which nobody knows."""
        if not self.below or not self.pack.standards:
            return None
        names = list(self.pack.standards)
        rows = [self._row(place, names) for place in self.below]
        return heat.Matrix(
            _("Persons in households that fall short, by standard and place"),
            [self.words.label(name) for name in names],
            rows,
            _("Place"),
            total=self._row(self.place, names),
            unit=_("persons"),
        )

    def _row(self, place: Place, names: Sequence[str]) -> heat.Row:
        totals = self.of(place)
        cells = [
            heat.Cell(
                totals.standard(name, "not_met").persons,
                self.href(place, standard=name, outcome="not_met"),
                totals.standard(name, "unknown").persons or None,
                self.href(place, standard=name, outcome="unknown"),
            )
            for name in names
        ]
        href = "" if place == self.place else reverse("board", args=[place.code])
        return heat.Row(place.name, cells, href)

    def split(self) -> tables.Table | None:
        """Cohorts inside and outside designated places; only where both can lie below this place."""
        inside = [place for place in self.designated if place != self.place]
        if not inside:
            return None
        rows = []
        for name in self.pack.cohorts:
            whole = self.of(self.place).cohort(name)
            within = sum(self.of(place).cohort(name).persons for place in inside)
            rows.append(
                {
                    "label": self.words.label(name),
                    "inside": within,
                    "outside": whole.persons - within,
                    "all": whole.persons,
                }
            )
        columns = [
            tables.Column("label", _("Persons")),
            tables.Column("inside", _("inside"), "number"),
            tables.Column("outside", _("outside"), "number"),
            tables.Column("all", _("all"), "number"),
        ]
        return tables.Table(_("Inside and outside designated places"), columns, rows, key="split")

    def series(self) -> list[charts.Chart]:
        found = []
        for name, series in self.pack.series.items():
            points = [
                charts.Point(
                    point.as_of,
                    point.rate,
                    int(point.numerator),
                    int(point.denominator),
                    point.verified,
                    source_line(point.source, self.words),
                    self._vintage(point.source),
                )
                for point in series.points
            ]
            label = series.label.in_language(self.words.language)
            sentence = _("%(label)s, recomputed from the counts stored with each source.") % {"label": label}
            found.append(charts.series(f"series-{name}", points=points, label=label, sentence=sentence))
        return found

    def _vintage(self, source: rulebook.pack.Source) -> str:
        return source.document.title.in_language(self.words.language) if source.document else _("source not named")
