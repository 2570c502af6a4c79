"""A thread of the server that does what waits, whether the page of it is open or not.

What is to be done stands in the database, so that nothing is lost when the process ends; who does it is settled by a hold
on the work's folder (`engine.folders.held`), which ends with the process. Whatever was begun is begun again, or goes on where it was
cut off, as soon as a server runs.
"""

import logging
import threading
from collections.abc import Callable

from django.db import connection

log = logging.getLogger(__name__)


class Worker:
    """One thread at most; it ends when nothing waits. `work_off` does whatever waits and that nobody else does."""

    def __init__(self, name: str, work_off: Callable[[], object]) -> None:
        self._name, self._work_off = name, work_off
        self._guard = threading.Lock()
        self._is_running = self._is_wanted = False

    def wake(self) -> None:
        """See to it that the thread looks for work once more from now on."""
        with self._guard:
            self._is_wanted = True
            if self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._guard:
                if not self._is_wanted:
                    self._is_running = False
                    return
                self._is_wanted = False
            try:
                self._work_off()
            except Exception:
                log.exception("%s: the work was given up until the next call", self._name)
            finally:
                connection.close()
