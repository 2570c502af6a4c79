"""Parts of a trial's page that count households apart: by group, near the edge, and over several screenings."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from diguan.engine.tried import ALL, ANY, BY_COHORT, BY_SIZE, LARGEST, LISTED
from diguan.places.models import Place
from diguan.planning import figures, words
from diguan.planning.disclosure import Teller
from diguan.planning.figures import Grouped, Near, Short
from diguan.planning.models import Trial, WhatIf
from diguan.planning.sheet import Seen, Sheet, added, ends
from diguan.rulebook.reference import NOT_MET
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.screening import reading
from diguan.ui import charts, tables
from diguan.ui.empties import Empty

TOLD = "planning/told_cell.html"  # a count that is told exactly or in the large


@dataclass(frozen=True)
class _Group:
    """One group: its label, and who goes which way in it."""

    label: str
    rows: Sequence[Grouped]
    teller: Teller

    def told(self, kind: str, end: str, went: bool = False) -> str:
        return self.teller.count(ends(self.rows, kind, ANY, end)[went].households)

    @property
    def there(self) -> str:
        return self.teller.count(added(row for row in self.rows if row.kind == ALL).households)


def groups(sheet: Sheet) -> list[tables.Table]:
    """A table for each grouping."""
    rows = sheet.figures.counts([sheet.place], grouped=True)[sheet.place.pk]
    columns = [
        tables.Column("label", _("Group")),
        tables.Column("there", _("there are"), "number", template=TOLD),
        tables.Column("short", _("newly short of anything"), "number", lambda row: row.told(STANDARD, NOT_MET), template=TOLD),
        tables.Column("mended", _("no longer short of anything"), "number", lambda row: row.told(STANDARD, NOT_MET, went=True), template=TOLD),
        tables.Column("came", _("come onto a list"), "number", lambda row: row.told(COHORT, LISTED), template=TOLD),
        tables.Column("went", _("leave all lists"), "number", lambda row: row.told(COHORT, LISTED, went=True), template=TOLD),
    ]  # fmt: skip
    made = []
    for grouping in [BY_COHORT, BY_SIZE, *sheet.trial.what_if.groups]:
        own = [row for row in rows if row.grouping == grouping]
        values = _in_order(sheet, grouping, {row.value for row in own})
        lines = [
            _Group(_value(sheet, grouping, value), [row for row in own if row.value == value], sheet.teller)
            for value in values
        ]
        if lines:
            made.append(tables.Table(_grouping(sheet, grouping), columns, lines, key=f"group-{grouping.strip('*')}"))
    return made


def _grouping(sheet: Sheet, name: str) -> str:
    own = {BY_COHORT: _("By list, as it is"), BY_SIZE: _("By number of persons")}
    return own.get(name) or sheet.former_pack.label_of(name).in_language(sheet.spoken.language)


def _in_order(sheet: Sheet, grouping: str, values: set[str | None]) -> list[str | None]:
    """The values as the pack lists them, unknown last."""
    variable = sheet.former_pack.variables.get(grouping)
    codes = [*variable.codes] if variable else [*sheet.cohorts, "none", "unknown"]
    order = {code: number for number, code in enumerate(codes)}
    return sorted(values, key=lambda value: (value is None, order.get(value or "", len(order)), value or ""))


def _value(sheet: Sheet, grouping: str, value: str | None) -> str:
    if value is None:
        return _("unknown")
    if grouping == BY_COHORT:
        return sheet.label(COHORT, value)
    if grouping == BY_SIZE:
        return _("%(count)s and more") % {"count": value} if value == str(LARGEST) else value
    variable = sheet.former_pack.variables[grouping]
    if variable.type == "boolean":
        return _("yes") if value == "true" else _("no")
    return variable.codes[value].in_language(sheet.spoken.language) if value in variable.codes else value


@dataclass(frozen=True)
class Edge:
    """A number moved on to a value, and who would then have another outcome."""

    said: str
    table: tables.Table


def edges(sheet: Sheet) -> list[Edge]:
    """For each number that was moved further, both ways."""
    rows = sheet.figures.near(sheet.place)
    made: list[Edge] = []
    for parameter, value in sheet.trial.told.get("nudges", ()):
        own = [row for row in rows if (row.parameter, row.value) == (parameter, value)]
        shown = words.shown_value(sheet.spoken, sheet.pack.parameters[parameter], value)
        said = _("%(label)s %(value)s") % {"label": sheet.named(parameter), "value": shown}
        made.append(Edge(said, _edge(sheet, own, f"edge-{len(made)}")))
    return made


def _edge(sheet: Sheet, rows: list[Near], key: str) -> tables.Table:
    def way(row: Near) -> str:
        said = f"{sheet.label(row.kind, row.before)} → {sheet.label(row.kind, row.after)}"
        return f"{sheet.named(row.name)}: {said}" if row.kind == STANDARD else said

    def href(row: Near) -> str:
        return sheet.href(row.kind, row.name, row.before, row.after, near=row.parameter, value=row.value)

    columns = [
        tables.Column("way", _("Outcome"), value=way),
        tables.Column("households", _("Households"), "number", href=href),
        tables.Column("persons", _("Persons"), "number"),
    ]
    return tables.Table(
        _("Near the edge"), columns, rows, key=key, empty=Empty(_("Nobody here would have another outcome."))
    )


@dataclass(frozen=True)
class Step:
    """A trial of the series at one place; `problem` says why there is none."""

    trial: Trial
    going: Sequence[Grouped] = ()
    there: int = 0
    money: tuple[Short, Short] | None = None
    problem: str = ""

    @property
    def day(self) -> Any:
        return self.trial.screening.as_of

    def households(self, kind: str, end: str, went: bool = False) -> int | None:
        return None if self.problem else ends(self.going, kind, ANY, end)[went].households

    @property
    def lacking_more(self) -> Decimal | None:
        return self.money[1].money - self.money[0].money if self.money else None


def steps(found: WhatIf, place: Place, seen: Seen) -> list[Step]:
    """What the same comes to over each screening, the earliest first; nothing where there is only one."""
    trials = sorted(found.trials.all(), key=lambda trial: (trial.screening.as_of, trial.screening_id))
    return [_step(trial, place, seen) for trial in trials] if len(trials) > 1 else []


def picture(steps: Sequence[Step]) -> charts.Chart | None:
    """The share of households that would newly fall short, over time; None where there are not two to be seen."""
    told = [step for step in steps if not step.problem and step.there]
    if len(told) < 2:
        return None
    label = _("Households newly short of anything, as a share of all")
    points = [
        charts.Point(step.day, Decimal(short) / step.there, short, step.there, source=step.trial.screening.pack_id)
        for step in told
        if (short := step.households(STANDARD, NOT_MET)) is not None
    ]
    sentence = _("The same numbers tried over each screening: what the policy would have meant then.")
    return charts.series(
        "series-chart", points=points, label=label, sentence=sentence, counted=_("newly short"), among=_("households")
    )


def series(steps: Sequence[Step]) -> tables.Table | None:
    if not steps:
        return None
    columns = [
        tables.Column("day", _("Screening of"), "date"),
        tables.Column("set", _("What is otherwise"), value=_otherwise),
        tables.Column("short", _("newly short of anything"), "number", lambda row: row.households(STANDARD, NOT_MET)),
        tables.Column(
            "mended", _("no longer short of anything"), "number", lambda row: row.households(STANDARD, NOT_MET, True)
        ),
        tables.Column("came", _("come onto a list"), "number", lambda row: row.households(COHORT, LISTED)),
        tables.Column("went", _("leave all lists"), "number", lambda row: row.households(COHORT, LISTED, True)),
    ]
    if any(step.money for step in steps):
        columns.append(tables.Column("lacking_more", pgettext("money", "more lacking to the line"), "money"))
    return tables.Table(_("Over several screenings"), columns, steps, key="series")


def _step(trial: Trial, place: Place, seen: Seen) -> Step:
    if not trial.is_done:
        return Step(trial, problem=words.problem(trial.problem) if trial.problem else _("not worked out"))
    sheet = Sheet(trial, place, seen)
    try:
        return Step(trial, sheet.going, sum(each.households for each in sheet.flown), sheet.money())
    except figures.FiguresGone:
        return Step(trial, problem=_("The files of this trial are not there any more."))


def _otherwise(step: Step) -> str:
    if step.problem:
        return step.problem
    pack = words.tried_pack(step.trial)
    told = words.changes(step.trial, reading.words(pack))
    return words.sentence(step.trial.what_if, told)
