"""Writers wait in line.

SQLite lets waiting writers retry at random, so that an unlucky one starves: under load the slowest in twenty waited
four times as long as with a queue before BEGIN IMMEDIATE. Threads of this process queue first come, first served;
the first of them then holds a lock file against other processes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections import deque
from pathlib import Path

_POLL_SECONDS = 0.002


class WaitedTooLong(Exception):
    """The queue did not move within the time allowed."""


class WriteQueue:
    """The line of writers before one database file."""

    def __init__(self, lock_file: Path) -> None:
        self._lock_file = lock_file
        self._forget()
        # A child process inherits neither the line of its parent nor its hold on the file.
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False
        self._descriptor: int | None = None

    def enter(self, timeout: float) -> None:
        """Wait for the turn of the calling thread. Raises: WaitedTooLong."""
        deadline = time.monotonic() + timeout
        self._wait_for_threads(timeout)
        try:
            self._descriptor = self._wait_for_processes(deadline)
        except BaseException:
            self._next_thread()
            raise

    def leave(self) -> None:
        """Let the next writer go. Whoever entered leaves, once."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
        self._next_thread()

    def _wait_for_threads(self, timeout: float) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=timeout):
            return
        with self._guard:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                raise WaitedTooLong
        # The turn came between giving up and leaving the line: it is ours after all.

    def _next_thread(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _wait_for_processes(self, deadline: float) -> int:
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _locked(descriptor):
                if time.monotonic() >= deadline:
                    raise WaitedTooLong
                time.sleep(_POLL_SECONDS)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


_queues: dict[Path, WriteQueue] = {}
_queues_guard = threading.Lock()


def before(database: Path) -> WriteQueue:
    """Return the queue of this database file, one per process."""
    lock_file = database.with_name(database.name + "-queue")
    with _queues_guard:
        if lock_file not in _queues:
            _queues[lock_file] = WriteQueue(lock_file)
        return _queues[lock_file]
