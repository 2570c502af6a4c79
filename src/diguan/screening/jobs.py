"""Screenings that were asked for on a page, carried out by a thread of the server (diguan.jobs), whether it is open or not.

One that was cut off with its server goes on with the next; but not for ever, because it may be what ends the server.
"""

import logging

from django.utils import timezone

from diguan import engine, rulebook
from diguan.jobs.worker import Worker
from diguan.rulebook.problems import N_
from diguan.screening import actions, keeping, packs, queries, work
from diguan.screening.models import Run

log = logging.getLogger(__name__)

ATTEMPTS = 3
TOO_OFTEN = N_(
    "It was cut off {count} times: the program, or the machine, ended in the middle of it. Perhaps its memory is not enough "
    "(the setting DIGUAN_MEMORY keeps the work within a limit)."
)


def work_off() -> int:
    """Carry out what waits, and what was cut off; return how many."""
    done = 0
    for run in queries.for_the_server():
        with keeping.held(run) as is_mine:
            run.refresh_from_db()
            if is_mine and run.is_at_work and run.is_in_background:
                _carry(run)
                done += 1
    return done


def _carry(run: Run) -> None:
    """Why it ended is kept with it by the action; here it only must not end the thread."""
    by, at = queries.wanted_by(run), timezone.now()
    if run.attempts >= ATTEMPTS:
        problem = {"template": TOO_OFTEN, "values": {"count": str(run.attempts)}}
        actions.fail_screening(run=run, problem=problem, by=None, at=at)
        return
    try:
        actions.carry_screening(run=run, pack=packs.pack(run.pack_id), by=by, at=at)
    except engine.Stopped:
        log.info("screening %s was stopped", run.pk)
    except (packs.PackUnknown, rulebook.PackProblems) as error:
        actions.fail_screening(run=run, problem=work.problem_of(error, run), by=None, at=at)
    except Exception as error:  # noqa: BLE001 - kept with the run, in words or in the log
        log.info("screening %s failed: %s", run.pk, type(error).__name__)


WORKER = Worker("screenings", work_off)
wake = WORKER.wake
