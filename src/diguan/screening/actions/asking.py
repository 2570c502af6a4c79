"""Screenings asked for, stopped, gone on with, and given up."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from diguan import rulebook
from diguan.access import permissions
from diguan.access import queries as access
from diguan.access.decision import Decision
from diguan.access.models import User
from diguan.jobs import beats
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.places import queries as places
from diguan.registry import carrying
from diguan.registry import queries as registry
from diguan.rulebook.problems import N_
from diguan.screening import keeping, policies, queries
from diguan.screening.models import AT_WORK, Run

State = Run.State
CUT_OFF = N_("It was cut off: the program, or the machine, ended in the middle of it.")


class PackNotInForce(Exception):
    """A draft, or a pack withdrawn, must not judge real households."""


class NotAllowed(Exception):
    """A policy refused; the message is its reason."""


class Occupied(Exception):
    """Another screening waits or runs; the number is its own."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.pk)
        self.run = run


def ask_screening(
    *,
    pack: rulebook.Pack,
    as_of: dt.date,
    by: User | None,
    at: dt.datetime,
    folder: Path | None = None,
    known_on: dt.date | None = None,
    draft: bool = False,
    is_current: bool = True,
) -> Run:
    """Ask for a screening of everybody on file; whoever holds it carries it out (`carry_screening`), for a user the server.

    One that was cut off, and is not gone on with, is given up for it.
    Raises: NotAllowed; PackNotInForce; rulebook.PeriodNotCovered; Occupied while another one waits or runs.
    """
    insist_on_right(by=by, at=at)
    _insist_in_force(pack, draft)
    rulebook.at(pack, as_of)
    with transaction.atomic():
        carrying.one_at_a_time("asking for a screening")
        _give_up_what_was_cut_off(at)
        _insist_on_turn()
        run = Run(
            pack_id=pack.id,
            pack_version=pack.version,
            pack_digest=pack.digest,
            as_of=as_of,
            known_on=known_on,
            is_draft=draft,
            is_current=is_current,
            is_in_background=by is not None,
            wanted_by=None if by is None else by.pk,
            asked_at=at,
            asked_by=None if by is None else by.pk,
            asked_by_name=naming.of(by),
        )
        run.folder = str((folder or Path(settings.DATA)) / "screenings" / run.key.hex)
        run.save(force_insert=True)
        about = {"pack": pack.id, "version": pack.version, "status": pack.status, "as_of": as_of.isoformat()}
        _record("screening.asked", run, by, at, about)
    return run


def resume_screening(*, run: Run, by: User | None, at: dt.datetime) -> Run:
    """Let a screening that failed, was cancelled or was cut off go on from where it was. Raises: NotAllowed; Occupied."""
    insist_on_right(by=by, at=at)
    with transaction.atomic():
        carrying.one_at_a_time("asking for a screening")
        run.refresh_from_db()
        _insist(policies.may_go_on(run, newer=queries.done_since(run)))
        _insist_on_turn(but=run)
        if run.state == State.RUNNING and not keeping.is_cut_off(run):
            raise Occupied(run)
        beats.forget(keeping.folder(run))
        wanted = {"is_in_background": by is not None, "wanted_by": None if by is None else by.pk}
        _move(run, State.WAITING, problem={}, attempts=0, ended_at=None, ended_by=None, **wanted)
        _record("screening.resumed", run, by, at, {})
    return run


def cancel_screening(*, run: Run, by: User | None, at: dt.datetime) -> Run:
    """Stop a screening that waits or runs, at once. What was done so far is kept until a later one is done.

    Raises: NotAllowed, also when it was done meanwhile.
    """
    insist_on_right(by=by, at=at)
    _insist(policies.may_become(run, State.CANCELLED))
    # First of all: whoever works on it may be in a transaction that lets nobody else write.
    beats.ask_to_stop(keeping.folder(run))
    with transaction.atomic():
        _move(run, State.CANCELLED, **_ended(by, at))
        _record("screening.cancelled", run, by, at, {"step": run.step})
    return run


def fail_screening(*, run: Run, problem: Mapping[str, Any], by: User | None, at: dt.datetime) -> Run:
    """Keep why a screening could not go on; what was done so far stays, so that it can go on."""
    with transaction.atomic():
        _move(run, State.FAILED, problem=dict(problem), **_ended(by, at))
        _record("screening.failed", run, by, at, {"step": run.step, "problem": problem["template"]})
    return run


def insist_on_right(*, by: User | None, at: dt.datetime) -> None:
    """Raises: NotAllowed unless somebody may run screenings of everybody; None, the system itself, may."""
    if by is not None:
        scope = access.rights(by, timezone.localdate(at)).scope(permissions.SCREENING_RUN)
        _insist(policies.may_run(is_everything=places.is_everything(scope)))


def _insist(decision: Decision) -> None:
    if not decision:
        raise NotAllowed(decision.reason)


def _insist_in_force(pack: rulebook.Pack, draft: bool) -> None:
    described = registry.described()
    allowed = policies.may_screen(pack, synthetic=described is not None and described.synthetic, draft=draft)
    if not allowed:
        raise PackNotInForce(allowed.reason)


def _insist_on_turn(but: Run | None = None) -> None:
    for other in queries.at_work():
        if other != but:
            raise Occupied(other)


def _give_up_what_was_cut_off(at: dt.datetime) -> None:
    for run in queries.at_work():
        if keeping.is_cut_off(run):
            fail_screening(run=run, problem={"template": CUT_OFF, "values": {}}, by=None, at=at)


def _ended(by: User | None, at: dt.datetime) -> dict[str, Any]:
    return {"ended_at": at, "ended_by": None if by is None else by.pk}


def _move(run: Run, state: str, **changes: Any) -> None:
    """Set the state, unless somebody else has changed it since it was read."""
    was = AT_WORK if state in (State.CANCELLED, State.FAILED) else (run.state,)
    if not Run.objects.filter(pk=run.pk, state__in=was).update(state=state, **changes):
        run.refresh_from_db()
        raise NotAllowed(policies.may_become(run, state).reason)
    run.refresh_from_db()


def _record(verb: str, run: Run, by: User | None, at: dt.datetime, detail: dict[str, Any]) -> None:
    journal.record(by=by, at=at, verb=verb, subject_type="screening", subject_key=run.pk, detail=detail)
