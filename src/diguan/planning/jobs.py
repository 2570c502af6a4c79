"""What-ifs worked out by a thread of the server, whether their page is open or not.

What is to be done is the what-if's stage in the database; who does it is settled by a lock on a file of the data folder, which
the system lets go when the process dies: one what-if at a time, however many servers there are.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from diguan.planning import actions, queries, working
from diguan.planning.models import WhatIf
from diguan.rulebook.problems import N_

log = logging.getLogger(__name__)

_guard = threading.Lock()
_state = {"is_running": False, "is_wanted": False}


def wake() -> None:
    """See to it that a thread of this process works on whatever waits."""
    with _guard:
        _state["is_wanted"] = True
        if _state["is_running"]:
            return
        _state["is_running"] = True
    threading.Thread(target=_run, name="what-ifs", daemon=True).start()


def work_off() -> int:
    """Work out every what-if that waits, unless another process is at it; return how many."""
    done = 0
    with _alone() as is_alone:
        for found in queries.waiting() if is_alone else ():
            found.refresh_from_db()
            if found.is_working:
                _work_on(found)
                done += 1
    return done


@contextmanager
def _alone() -> Iterator[bool]:
    path = Path(settings.DATA) / "what-ifs.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _run() -> None:
    while True:
        with _guard:
            if not _state["is_wanted"]:
                _state["is_running"] = False
                return
            _state["is_wanted"] = False
        try:
            work_off()
        except Exception:
            log.exception("what-ifs: the work was given up until the next call")
        finally:
            connection.close()


def _work_on(found: WhatIf) -> None:
    """Work one out; what goes wrong with it is kept with it, in words."""
    by = queries.maker(found)
    try:
        actions.work_out(found=found, by=by, at=timezone.now())
    except actions.Stopped:
        return
    except working.TrialRefused as refused:
        problem = refused.problem
    except Exception:
        log.exception("what-if %s failed", found.pk)
        problem = {
            "template": N_("Something failed that should not. It is written in the log; please report it."),
            "values": {},
        }
    else:
        return
    found.refresh_from_db()
    if found.is_working:
        actions.fail_what_if(found=found, problem=problem, by=by, at=timezone.now())
