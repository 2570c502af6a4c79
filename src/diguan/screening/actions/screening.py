"""Screenings carried out: from the registry to results that take the place of the former ones."""

import datetime as dt
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan import engine, rulebook
from diguan.access import scope as scopes
from diguan.access import walls
from diguan.access.models import User
from diguan.engine.progress import SILENT, Part, begin
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.registry import carrying, snapshots
from diguan.registry.models import Household
from diguan.rulebook.problems import N_
from diguan.screening import keeping, queries, work
from diguan.screening import run as running
from diguan.screening.actions import asking
from diguan.screening.models import Fault, Result, Run, Screening, Shortfall, Total

DEPTH_KEPT = 2  # of earlier screenings, totals stay in the database down to this depth of the tree


class ScreeningIncomplete(Exception):
    """The results do not cover every household of the snapshot; nothing was replaced."""


class PackChanged(rulebook.RulesRefused):
    """The pack is not the one that the screening was asked for under."""


def run_screening(
    *,
    pack: rulebook.Pack,
    as_of: dt.date,
    by: User | None,
    at: dt.datetime,
    progress: engine.Progress = SILENT,
    folder: Path | None = None,
    known_on: dt.date | None = None,
    draft: bool = False,
    is_current: bool = True,
    memory: str = "",
    snapshot: snapshots.Snapshot | None = None,
) -> Screening:
    """Screen everybody on file under a pack as of a date, and make the results the current ones if `is_current`.

    Snapshot and results stay as files in `folder` (the data folder). Under a draft or a withdrawn pack only a synthetic
    registry is screened, or any when `draft` says that it is a trial. With `known_on`, by what was on file that day;
    with `snapshot`, by one of the whole registry that was written beforehand, of that day, to where snapshots stay.
    Rows: one result per household that was there. Progress: snapshot, reading, screening, writing, loading.
    Raises: as `ask_screening` and `carry_screening`.
    """
    asked = asking.ask_screening(
        pack=pack, as_of=as_of, by=by, at=at, folder=folder, known_on=known_on, draft=draft, is_current=is_current
    )
    with keeping.held(asked):
        if snapshot is not None:
            work.keep_snapshots(asked, {0: snapshot.id})
        return carry_screening(run=asked, pack=pack, by=by, at=at, progress=progress, memory=memory)


def carry_screening(
    *,
    run: Run,
    pack: rulebook.Pack,
    by: User | None,
    at: dt.datetime,
    progress: engine.Progress = SILENT,
    memory: str = "",
) -> Screening:
    """Carry out a screening that was asked for, or take it up where it was; whoever calls holds it (`keeping.held`).

    The tables are replaced in one transaction: whatever ends it leaves the former screening in place, and why it ended is
    kept with the run.
    Raises: engine.Stopped when it was cancelled, from here or elsewhere; engine.DataRefused, engine.Exhausted,
    PackChanged, ScreeningIncomplete, asking.NotAllowed.
    """
    told = work.Told(run, progress)
    try:
        asking.insist_on_right(by=by, at=at)
        if pack.digest != run.pack_digest:
            raise PackChanged(
                N_("The pack {pack} has changed since this screening was asked for: start a new one."), pack=pack.id
            )
        work.begin(run)
        with work.in_words(run):
            screening = _carried(run, pack, told, memory, by=by, at=at)
    except (engine.Stopped, KeyboardInterrupt):
        if not told.is_cancelled:
            with suppress(asking.NotAllowed):  # somebody was quicker
                asking.cancel_screening(run=run, by=by, at=timezone.now())
        raise
    except Exception as error:
        # On a full disk there may be no room for the reason either: it is then found to be cut off.
        with suppress(asking.NotAllowed, DatabaseError):
            asking.fail_screening(run=run, problem=_problem(error, run), by=by, at=timezone.now())
        raise
    for older in queries.given_up_before(run):
        keeping.remove(older, with_results=True)
    keeping.remove(run, with_results=False)
    return screening


def _problem(error: Exception, of: Run) -> dict[str, Any]:
    """Why it ended; what a policy says is in words already."""
    if isinstance(error, asking.NotAllowed | ScreeningIncomplete):
        return {"template": "{what}", "values": {"what": str(error)}}
    return work.problem_of(error, of)


def _carried(
    asked: Run, pack: rulebook.Pack, told: work.Told, memory: str, *, by: User | None, at: dt.datetime
) -> Screening:
    started, out = time.monotonic(), Path(asked.folder)
    rules = rulebook.at(pack, asked.as_of)
    begin(told, "snapshot")
    snapshot, former = _snapshots(asked, rules, told)
    screened = running.results(
        rules, snapshot, former, out, engine.Options(progress=told, memory=memory or work.memory())
    )
    begin(told, "loading")
    loading = running.Loading()
    with transaction.atomic(), walls.acting("loading a screening"), loading.watched(told):
        carrying.one_at_a_time("screening")
        screening = _kept(rules, snapshot, screened, out, by)
        screening.pk, screening.is_current = asked.pk, asked.is_current
        screening.history = {str(months): each.id for months, each in former.items()}
        screening.started_at, screening.finished_at = at, at + dt.timedelta(seconds=time.monotonic() - started)
        if asked.is_current:
            _replace_current(screening, out, snapshot, loading)
        else:
            screening.save(force_insert=True)
            running.load_totals(screening, out, DEPTH_KEPT)
        work.finish(asked, screening, told)
        detail = {"pack": pack.id, "version": pack.version, "status": pack.status}
        detail |= {"as_of": asked.as_of.isoformat(), "snapshot": snapshot.id}
        journal.record(
            by=by, at=at, verb="screening.run", subject_type="screening", subject_key=screening.pk, detail=detail,
        )  # fmt: skip
    return screening


def _snapshots(
    asked: Run, rules: rulebook.Rules, told: engine.Progress
) -> tuple[snapshots.Snapshot, dict[int, snapshots.Snapshot]]:
    """The registry as of the screening's date, and as of each earlier day that the rules look back at, by months.

    Those that were written before the screening was cut off are taken again, when they are still what they were.
    """
    home = Path(asked.folder).parents[1]
    folder = home / "snapshots"
    wanted = {0: rules.as_of} | {m: rulebook.numbers.months_before(rules.as_of, m) for m in rules.former}
    kept = {0: asked.snapshot_id} | {int(months): name for months, name in asked.history.items()}
    found = {months: snapshots.again(folder / kept[months]) for months in wanted if kept.get(months)}
    if any(found.get(months) is None for months in wanted):
        snapshots.sweep(folder)
        everybody = scopes.unscoped("screening of the whole registry")
        for number, (months, day) in enumerate(wanted.items()):
            if found.get(months) is None:
                part = Part(told, number, len(wanted))
                found[months] = snapshots.write(
                    pack=rules.pack, as_of=day, folder=folder, scope=everybody, known_on=asked.known_on, progress=part
                )
        work.keep_snapshots(asked, {months: each.id for months, each in found.items() if each is not None})
    whole = {months: each for months, each in found.items() if each is not None}
    return whole.pop(0), whole


def _kept(
    rules: rulebook.Rules, snapshot: snapshots.Snapshot, screened: engine.Screened, out: Path, by: User | None
) -> Screening:
    counts = {
        "households": screened.households,
        "persons": screened.persons,
        "unreadable": dict(snapshot.unreadable),
        "known": screened.known,
    }
    return Screening(
        pack_id=rules.pack.id,
        pack_version=rules.pack.version,
        pack_digest=rules.pack.digest,
        as_of=rules.as_of,
        snapshot_id=snapshot.id,
        folder=str(out),
        standards=list(rules.pack.standards),
        cohorts=list(rules.pack.cohorts),
        checks=list(rules.checks),
        counts=counts,
        computed=dict(screened.computed),
        started_by=None if by is None else by.pk,
        started_by_name=naming.of(by),
        finished_by=None if by is None else by.pk,
    )


def _replace_current(screening: Screening, out: Path, snapshot: snapshots.Snapshot, loading: running.Loading) -> None:
    Screening.objects.filter(is_current=True).update(is_current=False)
    screening.save(force_insert=True)
    _drop_rows_of_others(screening)
    loaded = running.load(screening, out, Household.objects.unscoped("loading a screening"), loading)
    _check_complete(loaded, snapshot)


def _drop_rows_of_others(screening: Screening) -> None:
    """Make room: the files of earlier screenings stay, and in the database what they summed up to, in the large."""
    Result.objects.unscoped("replacing a screening").exclude(screening=screening).delete()
    Shortfall.objects.unscoped("replacing a screening").exclude(screening=screening).delete()
    Fault.objects.unscoped("replacing a screening").exclude(screening=screening).delete()
    Total.objects.exclude(screening=screening).filter(place__depth__gt=DEPTH_KEPT).delete()


def _check_complete(loaded: running.Loaded, snapshot: snapshots.Snapshot) -> None:
    if loaded.results != snapshot.households:
        words = {"found": loaded.results, "expected": snapshot.households}
        raise ScreeningIncomplete(_("Results came for %(found)d of %(expected)d households.") % words)
