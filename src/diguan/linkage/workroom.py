"""A private folder for files with names and dates of people, which is gone when the work is done, whatever happens.

One work at a time: the lock goes with the process that holds it, and what a killed process left is removed by the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _


class Occupied(Exception):
    """Another search is running in this installation."""


@contextmanager
def opened() -> Iterator[Path]:
    """An empty folder that only this process's user may enter. Raises: Occupied."""
    root = Path(settings.DATA) / "linkage"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.chmod(0o700)
    descriptor = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Occupied(_("Another search is running. Try again when it has ended.")) from None
        _clear(root)
        folder = Path(tempfile.mkdtemp(prefix="work-", dir=root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _clear(root: Path) -> None:
    for left in root.glob("work-*"):
        shutil.rmtree(left, ignore_errors=True)
