"""The only writers of screenings."""

import datetime as dt
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from diguan import engine, rulebook
from diguan.access import scope as scopes
from diguan.access import walls
from diguan.engine import replaying
from diguan.journal import actions as journal
from diguan.registry import carrying, snapshots
from diguan.registry import queries as registry
from diguan.registry.models import Household
from diguan.screening import comparing, flow_queries, policies, queries, run
from diguan.screening.models import Change, Comparison, Fault, Result, Screening, Shortfall, Total
from diguan.ui import paging

DEPTH_KEPT = 2  # of earlier screenings, totals stay in the database down to this depth of the tree


class PackNotInForce(Exception):
    """A draft, or a pack withdrawn, must not judge real households."""


class ScreeningIncomplete(Exception):
    """The results do not cover every household of the snapshot; nothing was replaced."""


def run_screening(
    *,
    pack: rulebook.Pack,
    as_of: dt.date,
    by: journal.Actor | None,
    at: dt.datetime,
    progress: run.Progress = lambda step: None,
    folder: Path | None = None,
    known_on: dt.date | None = None,
    draft: bool = False,
    is_current: bool = True,
) -> Screening:
    """Screen everybody on file under a pack as of a date, and make the results the current ones if `is_current`.

    Snapshot and results stay as files in `folder` (the data folder); the tables are replaced in one transaction, so
    that whatever fails leaves the former screening in place. Under a draft or a withdrawn pack only a synthetic
    registry is screened, or any when `draft` says that it is a trial. With `known_on`, by what was on file that day.
    Rows: one result per household that was there. Progress: snapshot, reading, screening, writing, loading.
    Raises: PackNotInForce, rulebook.PeriodNotCovered, engine.DataRefused, ScreeningIncomplete.
    """
    started = time.monotonic()
    _check_in_force(pack, draft)
    home = folder or Path(settings.DATA)
    rules = rulebook.at(pack, as_of)
    progress("snapshot")
    snapshot, former = _snapshots(rules, home / "snapshots", known_on)
    history = {months: engine.Former(each.folder, each.as_of) for months, each in former.items()}
    out = home / "screenings" / uuid.uuid4().hex
    screened = run.screen(rules=rules, snapshot=snapshot.folder, history=history, out=out, progress=progress)
    progress("loading")
    with transaction.atomic(), walls.acting("loading a screening"):
        carrying.one_at_a_time("screening")
        screening = _kept(rules, snapshot, screened, out, by)
        screening.history = {str(months): each.id for months, each in former.items()}
        screening.started_at, screening.finished_at = at, at + dt.timedelta(seconds=time.monotonic() - started)
        if is_current:
            _replace_current(screening, out, snapshot)
        else:
            screening.is_current = False
            screening.save(force_insert=True)
            run.load_totals(screening, out, DEPTH_KEPT)
        detail = {"pack": pack.id, "version": pack.version, "status": pack.status}
        detail |= {"as_of": as_of.isoformat(), "snapshot": snapshot.id}
        journal.record(
            by=by, at=at, verb="screening.run", subject_type="screening", subject_key=screening.pk, detail=detail,
        )  # fmt: skip
    return screening


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
    progress: run.Progress = lambda step: None,
) -> Comparison:  # fmt: skip
    """Hold two screenings against each other and keep who came, who went and why; in place of an earlier comparison of both.

    Raises: engine.DataRefused when files of either are gone; rulebook.PackProblems.
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


def open_changes(
    *, scope: scopes.Scope, wanted: flow_queries.Wanted, params: QueryDict, by: journal.Actor | None, at: dt.datetime,
    size: int = paging.SIZE,
) -> paging.Page[flow_queries.Listed]:  # fmt: skip
    """One page of the households behind a flow, and the journal's entry that it was read; neither without the other."""
    with transaction.atomic():
        page = flow_queries.change_page(scope, wanted, params, size=size)
        journal.record(
            by=by, at=at, verb="household.listed", subject_type="list", subject_key="changes",
            place_number=wanted.place.number if wanted.place else None,
            detail={**wanted.described(), "count": len(page.rows)},
        )  # fmt: skip
    return page


def move_results(*, household: str, by: journal.Actor | None, at: dt.datetime) -> None:
    """Put a household's results where the household is now; part of the act that moved it, whose entry tells it."""
    found = Household.objects.unscoped("results follow their household").get(key=household)
    for model in (Result, Shortfall, Fault, Change):
        rows = model.objects.unscoped("results follow their household").filter(household=found)
        rows.exclude(place_number=found.place_number).update(place_number=found.place_number)


def open_page(
    *,
    scope: scopes.Scope,
    wanted: queries.Wanted,
    params: QueryDict,
    by: journal.Actor | None,
    at: dt.datetime,
    size: int = paging.SIZE,
) -> paging.Page[Result]:
    """One page of a list of households, and the journal's entry that it was read; neither without the other."""
    with transaction.atomic():
        page = queries.household_page(scope, wanted, params, size=size)
        journal.record(
            by=by,
            at=at,
            verb="household.listed",
            subject_type="list",
            subject_key="households",
            place_number=wanted.place.number if wanted.place else None,
            detail={**wanted.described(), "count": len(page.rows)},
        )
    return page


def _check_in_force(pack: rulebook.Pack, draft: bool) -> None:
    described = registry.described()
    allowed = policies.may_screen(pack, synthetic=described is not None and described.synthetic, draft=draft)
    if not allowed:
        raise PackNotInForce(allowed.reason)


def _snapshots(
    rules: rulebook.Rules, folder: Path, known_on: dt.date | None
) -> tuple[snapshots.Snapshot, dict[int, snapshots.Snapshot]]:
    """The registry as of the screening's date, and as of each earlier day that the rules look back at, by months."""
    everybody = scopes.unscoped("screening of the whole registry")

    def written(day: dt.date) -> snapshots.Snapshot:
        return snapshots.write(pack=rules.pack, as_of=day, folder=folder, scope=everybody, known_on=known_on)

    return written(rules.as_of), {m: written(rulebook.numbers.months_before(rules.as_of, m)) for m in rules.former}


def _kept(
    rules: rulebook.Rules, snapshot: snapshots.Snapshot, screened: engine.Screened, out: Path, by: journal.Actor | None
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
        is_current=True,
        started_by=None if by is None else by.pk,
        started_by_name=journal.SYSTEM if by is None else by.get_username(),
        finished_by=None if by is None else by.pk,
    )


def _replace_current(screening: Screening, out: Path, snapshot: snapshots.Snapshot) -> None:
    Screening.objects.filter(is_current=True).update(is_current=False)
    screening.save(force_insert=True)
    _drop_rows_of_others(screening)
    loaded = run.load(screening, out, Household.objects.unscoped("loading a screening"))
    _check_complete(loaded, snapshot)


def _drop_rows_of_others(screening: Screening) -> None:
    """Make room: the files of earlier screenings stay, and in the database what they summed up to, in the large."""
    Result.objects.unscoped("replacing a screening").exclude(screening=screening).delete()
    Shortfall.objects.unscoped("replacing a screening").exclude(screening=screening).delete()
    Fault.objects.unscoped("replacing a screening").exclude(screening=screening).delete()
    Total.objects.exclude(screening=screening).filter(place__depth__gt=DEPTH_KEPT).delete()


def _check_complete(loaded: run.Loaded, snapshot: snapshots.Snapshot) -> None:
    if loaded.results != snapshot.households:
        words = {"found": loaded.results, "expected": snapshot.households}
        raise ScreeningIncomplete(_("Results came for %(found)d of %(expected)d households.") % words)
