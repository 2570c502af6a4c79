"""Imports worked on by a thread of the server (diguan.jobs): what is to be done stands in the database as the import's stage."""

import logging
from collections.abc import Callable, Mapping

from django.utils import timezone

from diguan.intake import actions, keeping, queries, work
from diguan.intake.models import Import
from diguan.intake.parsing.limits import FileRefused
from diguan.jobs.worker import Worker
from diguan.rulebook.problems import N_

log = logging.getLogger(__name__)


def work_off() -> int:
    """Work on every import that waits and that nobody else works on; return how many."""
    done = 0
    for found in queries.waiting():
        with keeping.held(found) as is_mine:
            found.refresh_from_db()
            if is_mine and found.is_working:
                _work_on(found)
                done += 1
    actions.remove_old_files(by=None, at=timezone.now())
    return done


WORKER = Worker("imports", work_off)
wake = WORKER.wake


_NEXT: Mapping[str, Callable[..., Import]] = {
    Import.Stage.READING: actions.read_files,
    Import.Stage.TRYING: actions.try_import,
    Import.Stage.APPLYING: actions.apply_import,
}


def _work_on(found: Import) -> None:
    """Take one import one stage further; what goes wrong with it is kept with it, in words."""
    by, at = queries.sender(found), timezone.now()
    try:
        _NEXT[found.stage](found=found, by=by, at=at)
    except work.Stopped:
        return
    except FileRefused as refused:
        problem = {"template": refused.template, "values": refused.values}
    except actions.NotAllowed as refused:
        problem = {"template": "{what}", "values": {"what": str(refused)}}
    except Exception:
        log.exception("import %s: %s failed", found.key, found.stage)
        problem = {
            "template": N_("Something failed that should not. It is written in the log; please report it."),
            "values": {},
        }
    else:
        return
    found.refresh_from_db()
    if found.is_working:
        actions.fail_import(found=found, problem=problem, by=by, at=at)
