"""The only writers of what-ifs. None of them writes anything else: no fact, no screening, no total."""

import datetime as dt
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from diguan.access.decision import Decision
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.planning import figures, policies, queries, working
from diguan.planning.models import Trial, WhatIf
from diguan.screening.models import Screening

Stage = WhatIf.Stage


class NotAllowed(Exception):
    """A policy refused; the message is its reason."""


class Stopped(Exception):
    """The what-if was stopped while it was worked on."""


def propose_what_if(
    *,
    name: str,
    note: str,
    screenings: Sequence[Screening],
    values: Mapping[str, str],
    pack_id: str,
    numbers_of: dt.date | None,
    near: Decimal,
    groups: Sequence[str],
    by: journal.Actor | None,
    at: dt.datetime,
) -> WhatIf:
    """Put a what-if on file, to be worked out next; the first of the screenings is the one that its page shows."""
    with transaction.atomic():
        made = WhatIf.objects.create(
            name=name, note=note, pack_id=pack_id, numbers_of=numbers_of, values=dict(values), near=near,
            groups=list(groups), made_at=at, made_by=None if by is None else by.pk,
            made_by_name=naming.of(by),
        )  # fmt: skip
        Trial.objects.bulk_create(
            Trial(what_if=made, screening=each, number=number) for number, each in enumerate(screenings)
        )
        detail = {"values": dict(values), "pack": pack_id, "screenings": [each.pk for each in screenings]}
        _record("what_if.proposed", made, by, at, detail)
    return made


def work_out(
    *, found: WhatIf, by: journal.Actor | None, at: dt.datetime, progress: Callable[[str], None] = lambda step: None
) -> WhatIf:
    """Carry out every trial of a what-if. One of the series that is not possible says so and stops nobody.

    Raises: Stopped if somebody stopped it meanwhile; working.TrialRefused if the first trial is not possible.
    """
    started = time.monotonic()
    _move(found, Stage.WORKING, problem={})
    trials = list(found.trials.select_related("screening", "what_if").order_by("number"))
    for trial in trials:
        try:
            trial.told, trial.problem = working.carry_out(trial, _told(found, trial, len(trials), progress)), {}
        except working.TrialRefused as refused:
            if trial.number == 0:
                raise
            trial.problem = refused.problem
        trial.is_done = not trial.problem
        trial.save(update_fields=["told", "problem", "is_done"])
    at += dt.timedelta(seconds=time.monotonic() - started)
    with transaction.atomic():
        _move(found, Stage.DONE, finished_at=at, finished_by=None if by is None else by.pk)
        _record("what_if.worked_out", found, by, at, {"trials": len(trials), "done": sum(t.is_done for t in trials)})
    return found


def _told(found: WhatIf, trial: Trial, trials: int, progress: Callable[[str], None]) -> Callable[[str], None]:
    """Progress kept where a page can read it; the work stops once somebody stopped it."""

    def tell(step: str) -> None:
        progress(step)
        kept = f"{trial.number + 1}/{trials} {step}"
        if not WhatIf.objects.filter(pk=found.pk, stage=Stage.WORKING).update(progress=kept):
            raise Stopped

    return tell


def stop_what_if(*, found: WhatIf, by: journal.Actor | None, at: dt.datetime) -> WhatIf:
    """Give it up; what was written of it so far stays unread. Raises: NotAllowed."""
    _check(policies.may_stop(found, None if by is None else by.pk))
    with transaction.atomic():
        _move(found, Stage.STOPPED, finished_at=at, finished_by=None if by is None else by.pk)
        _record("what_if.stopped", found, by, at, {})
    return found


def remove_what_if(*, found: WhatIf, by: journal.Actor | None, at: dt.datetime) -> None:
    """Take it away for good, with its files; the journal keeps that it was, and what was tried. Raises: NotAllowed."""
    _check(policies.may_remove(found, None if by is None else by.pk))
    folders = [queries.folder(trial) for trial in found.trials.select_related("screening")]
    detail = {"values": found.values, "pack": found.pack_id}
    with transaction.atomic():
        _record("what_if.removed", found, by, at, detail)
        found.delete()
        transaction.on_commit(lambda: _clear(folders))


def _clear(folders: Sequence[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def fail_what_if(*, found: WhatIf, problem: Mapping[str, Any], by: journal.Actor | None, at: dt.datetime) -> WhatIf:
    """Say why it is not possible."""
    with transaction.atomic():
        _move(found, Stage.FAILED, problem=dict(problem), finished_at=at, finished_by=None if by is None else by.pk)
        _record("what_if.failed", found, by, at, {"template": problem.get("template", "")})
    return found


def open_households(
    *, read: figures.Figures, found: WhatIf, wanted: figures.Wanted, skip: int, size: int, by: journal.Actor | None,
    at: dt.datetime,
) -> figures.Listed:  # fmt: skip
    """Some of the households behind a number, and the journal's entry that they were read; neither without the other."""
    with transaction.atomic():
        listed = read.households(wanted, skip, size)
        journal.record(
            by=by, at=at, verb="household.listed", subject_type="list", subject_key="what-if",
            place_number=wanted.place.number,
            detail={"what_if": found.pk, **wanted.described(), "count": len(listed.rows)},
        )  # fmt: skip
    return listed


def _move(found: WhatIf, stage: str, **more: Any) -> None:
    """Go on to a stage, if nobody else has moved it meanwhile. Raises: NotAllowed."""
    _check(policies.may_become(found, stage))
    if not WhatIf.objects.filter(pk=found.pk, stage=found.stage).update(stage=stage, **more):
        found.refresh_from_db()
        if found.stage == Stage.STOPPED:
            raise Stopped
        _check(policies.may_become(found, stage))
    found.refresh_from_db()


def _check(decision: Decision) -> None:
    if not decision.allowed:
        raise NotAllowed(decision.reason)


def _record(verb: str, found: WhatIf, by: journal.Actor | None, at: dt.datetime, detail: Mapping[str, Any]) -> None:
    journal.record(by=by, at=at, verb=verb, subject_type="what-if", subject_key=found.pk, detail=detail)
