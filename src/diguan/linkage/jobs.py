"""Searches by a thread of the server (diguan.jobs): of lists what is to be done stands in the database, a list that was never
compared; a search of the registry itself is done because somebody asked for it.

Whoever dies over it leaves nothing behind, and the next who looks begins again.
"""

from __future__ import annotations

import threading

from django.utils import timezone

from diguan.intake import dictionaries
from diguan.jobs.worker import Worker
from diguan.journal import actions as journal
from diguan.linkage import actions, queries, workroom

_guard = threading.Lock()
# What somebody wants done anew; lost with the process, and asked for again.
_again: set[int] = set()  # lists
_askers: list[journal.Actor] = []  # of a search of the registry; one search serves them all


def wake(*again: int) -> None:
    """See to it that a thread of this process compares whatever waits, and these lists (by id) once more."""
    with _guard:
        _again.update(again)
    WORKER.wake()


def wake_registry(by: journal.Actor) -> None:
    """See to it that a thread of this process looks for people who stand twice in the registry."""
    with _guard:
        _askers.append(by)
    WORKER.wake()


def is_searching() -> bool:
    """Whether a search is running, by whichever process, or one of the registry is about to in this one."""
    is_occupied = workroom.is_occupied()
    if _askers and not is_occupied:
        WORKER.wake()  # it had waited for another one to end
    return bool(_askers) or is_occupied


def work_off() -> int:
    """Do every search that waits; return how many there were. While another search is running they are left alone."""
    return _registry() + _lists()


def _registry() -> int:
    with _guard:
        askers = list(_askers)
    if not askers:
        return 0
    pack = dictionaries.pack(dictionaries.in_use())
    try:
        actions.search_register(pack=pack, by=askers[0], at=timezone.now())
    except workroom.Occupied:
        return 0
    except Exception:
        _served(len(askers))  # not tried for ever: it is asked for again
        raise
    _served(len(askers))
    return 1


def _served(count: int) -> None:
    """So many have been served; whoever asked in the meantime has not."""
    with _guard:
        del _askers[:count]


def _lists() -> int:
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
