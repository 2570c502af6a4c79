"""The only writers of the tree of places."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from diguan.journal import actions as journal
from diguan.places import numbering, outlines, reading, trees
from diguan.places.models import Boundary, Place, PlaceCode, Succession
from diguan.places.reading import Row
from diguan.places.refusals import FileRefused, Problem, Report

_BATCH = 1000
_KEY = 150  # as much of a file's name as the journal keeps


class SuccessionRefused(Exception):
    """A merger that can't be: of a place with itself, twice, or in a circle."""


@transaction.atomic
def import_places(
    *,
    file: Path | None = None,
    rows: Iterable[Mapping[str, str]] | None = None,
    valid_from: dt.date,
    by: journal.Actor | None,
    at: dt.datetime,
) -> Report:
    """Import a tree from a CSV file, or from rows with the columns code, name, level and parent_code.

    A code on file keeps its place and its number; a new name or level is taken over. Importing the same again changes
    nothing. Rows that can't hang on the tree are refused with their reasons, the rest is imported.
    Raises: FileRefused if the file as a whole is no tree; then nothing changes.
    """
    if (file is None) == (rows is None):
        raise TypeError("give either a file or rows")
    name = file.name if file is not None else "rows"
    read, problems = reading.from_file(file) if file is not None else reading.from_mappings(rows or (), name)
    if not read:
        raise FileRefused(problems[0])
    standing = {place.code: place for place in Place.objects.all()}
    code_of = {place.pk: place.code for place in standing.values()}
    tree = trees.grown(name, read, {code: place.depth for code, place in standing.items()})
    report = Report(read=len(read) + len(problems), problems=problems + tree.problems)
    fresh = _sort_out(name, tree, standing, code_of, report)
    _insert(name, fresh, tree, standing, code_of, valid_from, report)
    report.unchanged = report.read - report.refused - report.accepted
    journal.record(
        by=by,
        at=at,
        verb="places.imported",
        subject_type="places",
        subject_key=name[:_KEY],
        detail=dict(report.counts()),
    )
    return report


def _sort_out(
    name: str, tree: trees.Tree, standing: Mapping[str, Place], code_of: Mapping[int, str], report: Report
) -> list[Row]:
    """Take over what changed of places on file, refuse those that moved, and return the rows that are new."""
    fresh: list[Row] = []
    changed: list[Place] = []
    for row in tree.rows:
        place = standing.get(row.code)
        if place is None:
            fresh.append(row)
        elif (code_of[place.parent_id] if place.parent_id else "") != row.parent_code:
            report.problems.append(_moved(name, row))
        elif (place.name, place.level) != (row.name, row.level):
            place.name, place.level = row.name, row.level
            changed.append(place)
    Place.objects.bulk_update(changed, ["name", "level"], batch_size=_BATCH)
    report.accepted += len(changed)
    return fresh


def _insert(
    name: str,
    fresh: list[Row],
    tree: trees.Tree,
    standing: Mapping[str, Place],
    code_of: Mapping[int, str],
    valid_from: dt.date,
    report: Report,
) -> None:
    numbered = {
        code: (place.range, code_of[place.parent_id] if place.parent_id else "") for code, place in standing.items()
    }
    numbers = numbering.Numbers(name, tree.rows, tree.depth, numbered)
    by_depth: dict[int, list[tuple[Row, numbering.Range]]] = defaultdict(list)
    without_number: set[str] = set()
    for row in fresh:
        given = _above_is_full(name, row) if row.parent_code in without_number else numbers.of(row)
        if isinstance(given, Problem):
            without_number.add(row.code)
            report.problems.append(given)
        else:
            by_depth[tree.depth[row.code]].append((row, given))
    # A root on file may stand deeper than the file knows, so depth is counted from the parent's own.
    known = dict(standing)
    for depth in sorted(by_depth):
        made = [_place(row, given, known.get(row.parent_code)) for row, given in by_depth[depth]]
        for place in Place.objects.bulk_create(made, batch_size=_BATCH):
            known[place.code] = place
        PlaceCode.objects.bulk_create(
            [PlaceCode(place=place, code=place.code, valid_from=valid_from) for place in made], batch_size=_BATCH
        )
        report.accepted += len(made)


def _place(row: Row, given: numbering.Range, parent: Place | None) -> Place:
    depth = 0 if parent is None else parent.depth + 1
    low, high = given
    return Place(number=low, upper=high, depth=depth, level=row.level, code=row.code, name=row.name, parent=parent)


def _moved(name: str, row: Row) -> Problem:
    return Problem(
        name,
        row.line,
        "parent_code",
        _("The place %(code)s stands under another parent.") % {"code": row.code},
        _("An import doesn't move places: give the new one its own code and record it as successor."),
    )


def _above_is_full(name: str, row: Row) -> Problem:
    return Problem(
        name,
        row.line,
        "parent_code",
        _("The line above it, %(above)s, was refused.") % {"above": row.parent_code},
        _("Mend that line first."),
    )


@transaction.atomic
def import_boundaries(
    *, file: Path, code_property: str = "gb", strip: str = "156", by: journal.Actor | None, at: dt.datetime
) -> Report:
    """Import outlines from GeoJSON in degrees; a feature names its place by a property, less a leading `strip`.

    All outlines of a file share one grid, so an import replaces every outline below the roots it touches.
    Raises: FileRefused if the file holds no usable outline; then nothing changes.
    """
    features, report = outlines.read(file, code_property, strip)
    places = {place.code: place for place in Place.objects.filter(code__in=[feature.code for feature in features])}
    known = [feature for feature in features if feature.code in places]
    report.problems += [
        outlines.unknown_place(file.name, feature) for feature in features if feature.code not in places
    ]
    if not known:
        raise FileRefused(report.problems[0])
    drawn = [Boundary(place=places[shape.code], path=shape.path, **shape.box) for shape in outlines.drawn(known)]
    old = {
        boundary.place_id: boundary
        for root in _roots_above(places.values())
        for boundary in Boundary.objects.filter(place__number__gte=root.number, place__number__lt=root.upper)
    }
    same = {each.place_id for each in drawn if each.place_id in old and old[each.place_id].path == each.path}
    Boundary.objects.filter(place_id__in=set(old) - same).delete()
    Boundary.objects.bulk_create([each for each in drawn if each.place_id not in same], batch_size=_BATCH)
    report.unchanged = len(same)
    report.accepted = len(drawn) - len(same)
    journal.record(
        by=by,
        at=at,
        verb="boundaries.imported",
        subject_type="places",
        subject_key=file.name[:_KEY],
        detail=dict(report.counts()),
    )
    return report


def _roots_above(places: Iterable[Place]) -> list[Place]:
    listed = list(places)
    return [
        root
        for root in Place.objects.filter(depth=0)
        if any(root.number <= place.number < root.upper for place in listed)
    ]


@transaction.atomic
def record_successor(*, old: Place, new: Place, on: dt.date, by: journal.Actor | None, at: dt.datetime) -> Succession:
    """Record that a place was merged into another: its code ends on that day. Raises: SuccessionRefused."""
    if Succession.objects.filter(place=old).exists():
        raise SuccessionRefused(_("%(place)s already has a successor.") % {"place": old})
    follower: Place | None = new
    while follower is not None:
        if follower.pk == old.pk:
            raise SuccessionRefused(_("%(place)s can't succeed itself, by whatever detour.") % {"place": old})
        step = Succession.objects.filter(place=follower).select_related("successor").first()
        follower = step.successor if step else None
    code = PlaceCode.objects.filter(place=old, valid_to__isnull=True).first()
    if code is not None:
        if on <= code.valid_from:
            raise SuccessionRefused(
                _("The code %(code)s holds only from %(day)s.")
                % {"code": code.code, "day": code.valid_from.isoformat()}
            )
        code.valid_to = on
        code.save(update_fields=["valid_to"])
    succession = Succession.objects.create(place=old, successor=new, since=on)
    journal.record(
        by=by,
        at=at,
        verb="place.succeeded",
        subject_type="place",
        subject_key=old.code,
        place_number=old.number,
        detail={"successor": new.code, "since": on.isoformat()},
    )
    return succession
