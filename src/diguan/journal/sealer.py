"""Seals in the background of a server, and hands checkpoints outside."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from django.db import connection
from django.utils import timezone

from diguan.journal import checkpoints, sealing
from diguan.journal.frontier import Frontier

# Sealed at the latest every five minutes: the rest is for sealing itself.
EVERY_SECONDS = 240.0
_AWAITING_SECONDS = 5.0

_log = logging.getLogger("diguan.journal")


class Sealer:
    """A thread that seals what there is to seal while the server runs, and once more when it stops."""

    def __init__(self, every: float = EVERY_SECONDS) -> None:
        self._every = every
        self._frontier = Frontier()
        self._is_kept = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)

    def __enter__(self) -> Sealer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while True:
            self._round()
            awaiting = self._frontier.is_waiting
            if self._stopped.wait(min(_AWAITING_SECONDS, self._every) if awaiting else self._every):
                self._round()
                return

    def _round(self) -> None:
        """One round; whatever goes wrong with it is logged, and the next one tries again."""
        try:
            now = timezone.now()
            done = sealing.seal(at=now, frontier=self._frontier)
            self._is_kept = self._is_kept and not done.batches
            if not self._is_kept:
                checkpoints.keep(at=now)
                self._is_kept = True
        except OSError:
            _log.exception("sealed, but no checkpoint could be kept in %s", checkpoints.folder())
        except Exception:  # noqa: BLE001 - the last door of the thread: without it sealing would end unseen
            _log.exception("the journal could not be sealed")
        finally:
            connection.close()
