"""Screenings held against each other, and past ones carried out again."""

import datetime as dt
from pathlib import Path

from django.db import transaction

from diguan import engine
from diguan.access import walls
from diguan.engine import replaying
from diguan.engine.progress import SILENT
from diguan.journal import actions as journal
from diguan.registry.models import Household
from diguan.screening import comparing
from diguan.screening.models import Change, Comparison, Screening


def replay_screening(*, number: int, memory: str, by: journal.Actor | None, at: dt.datetime) -> replaying.Replayed:
    """Carry out a screening again from its snapshot and the pack kept with it, and say what is otherwise.

    Raises: Screening.DoesNotExist; engine.DataRefused when snapshot or results are gone; rulebook.PackProblems.
    """
    screening = Screening.objects.get(pk=number)
    home = Path(screening.folder).parents[1]
    options = engine.Options(memory=memory)
    found = replaying.replay(
        Path(screening.folder), home / "snapshots" / screening.snapshot_id, home / "snapshots", options
    )
    with transaction.atomic():
        journal.record(
            by=by, at=at, verb="screening.replayed", subject_type="screening", subject_key=screening.pk,
            detail={"equal": found.is_equal, "differences": len(found.differences)},
        )  # fmt: skip
    return found


def compare_screenings(
    *, before: Screening, after: Screening, by: journal.Actor | None, at: dt.datetime,
    progress: engine.Progress = SILENT,
) -> Comparison:  # fmt: skip
    """Hold two screenings against each other and keep who came, who went and why; in place of an earlier comparison of both.

    Raises: engine.DataRefused when files of either are gone; rulebook.PackProblems; engine.Stopped.
    """
    out = comparing.folder(before, after)
    found = comparing.compare(before, after, out, progress)
    counts = {name: getattr(found, name) for name in _COUNTED}
    with transaction.atomic(), walls.acting("loading a comparison"):
        earlier = Comparison.objects.filter(before=before, after=after)
        Change.objects.unscoped("replacing a comparison").filter(comparison__in=earlier).delete()
        earlier.delete()
        made = Comparison.objects.create(
            before=before, after=after, counts=counts, made_at=at, made_by=None if by is None else by.pk
        )
        comparing.load(made, out, Household.objects.unscoped("loading a comparison"))
        journal.record(
            by=by, at=at, verb="screening.compared", subject_type="comparison", subject_key=made.pk,
            detail={"before": before.pk, "after": after.pk, **counts},
        )  # fmt: skip
    return made


_COUNTED = ("households_before", "households_after", "registered", "left", "changed")
