"""Lists compared by a thread of the server (diguan.jobs): what is to be done stands in the database, a list that was never compared.

Whoever dies over it leaves nothing behind, and the next who looks begins again.
"""

from __future__ import annotations

import threading

from django.utils import timezone

from diguan.intake import dictionaries
from diguan.jobs.worker import Worker
from diguan.linkage import actions, queries, workroom

_guard = threading.Lock()
_again: set[int] = set()  # lists that somebody wants compared anew; lost with the process, and asked for again


def wake(*again: int) -> None:
    """See to it that a thread of this process compares whatever waits, and these lists (by id) once more."""
    with _guard:
        _again.update(again)
    WORKER.wake()


def work_off() -> int:
    """Compare every list that waits; return how many there were. While another search is running they are left alone."""
    done = 0
    with _guard:
        wanted = set(_again)
    for roll in queries.to_compare(wanted):
        try:
            actions.search_roll(roll=roll, pack=dictionaries.pack(roll.pack_id), by=None, at=timezone.now())
        except workroom.Occupied:
            return done
        with _guard:
            _again.discard(roll.pk)
        done += 1
    return done


def _work_all_off() -> None:
    while work_off():
        pass


WORKER = Worker("lists", _work_all_off)
