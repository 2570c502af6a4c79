"""Lists compared by a thread of the server, whether their page is open or not.

What is to be done stands in the database: a list that was never compared. Whoever dies over it leaves nothing behind, and the
next who looks begins again.
"""

from __future__ import annotations

import logging
import threading

from django.db import connection
from django.utils import timezone

from diguan.intake import dictionaries
from diguan.linkage import actions, queries, workroom

log = logging.getLogger(__name__)

_guard = threading.Lock()
_state = {"is_running": False}


def wake() -> None:
    """See to it that a thread of this process compares whatever waits."""
    with _guard:
        if _state["is_running"]:
            return
        _state["is_running"] = True
    threading.Thread(target=_run, name="lists", daemon=True).start()


def work_off() -> int:
    """Compare every list that was never compared; return how many there were. Lists another process works on are left."""
    done = 0
    for roll in queries.never_compared():
        try:
            actions.search_roll(roll=roll, pack=dictionaries.pack(roll.pack_id), by=None, at=timezone.now())
        except workroom.Occupied:
            return done
        done += 1
    return done


def _run() -> None:
    try:
        while work_off():
            pass
    except Exception:
        log.exception("lists: the comparison was given up until the next call")
    finally:
        with _guard:
            _state["is_running"] = False
        connection.close()
