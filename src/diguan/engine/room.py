"""No more memory, no more room on a disk, no right to write: what is lacking, where, and how it is mended."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from diguan.rulebook.problems import N_, RulesRefused

MEMORY = N_(
    "The memory is not enough: this may take {limit}, on a machine with {machine}. Allow more with --memory or "
    "DIGUAN_MEMORY, or close other programs, and start it again. What stood there before is untouched."
)
DISK = N_(
    "The disk is full: {free} are left in {folder}. Make room there, or name a folder on another disk, and start it "
    "again. What stood there before is untouched."
)
DISK_NEEDS = N_(
    "The disk is full: {free} are left in {folder}, and all in all this takes about {need} there. Make room, or name a "
    "folder on another disk, and start it again. What stood there before is untouched."
)
NO_RIGHT = N_(
    "You may not write to {folder}. Have its rights mended, or name another folder. What stood there before is untouched."
)
READ_ONLY = N_("{folder} lies on a disk that can only be read. Name another folder.")

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SAID_OF_FULL = (
    "no space left on device", "disk quota exceeded", "file too large", "database or disk is full", "max_temp_directory_size",
)  # fmt: skip
_SAID_OF_READ_ONLY = ("read-only file system", "readonly database")


class Exhausted(RulesRefused):
    """The machine lacks something. A run that ends so can be started again, and goes on where it was as far as it can."""


@contextmanager
def in_words(folder: Path, need: int = 0) -> Iterator[None]:
    """Say in a sentence what is lacking for work that writes to a folder; `need` are bytes there all in all, if known.

    Raises: Exhausted.
    """
    try:
        yield
    except (duckdb.Error, OSError, MemoryError) as error:
        found = lacking(error, folder, need)
        if found is None:
            raise
        raise found from error


def lacking(error: BaseException, folder: Path, need: int = 0) -> Exhausted | None:
    """What an error says is lacking; None when it speaks of something else."""
    if is_full(error):
        free = amount(shutil.disk_usage(_there(folder)).free)
        if need:
            return Exhausted(DISK_NEEDS, free=free, folder=folder, need=amount(need))
        return Exhausted(DISK, free=free, folder=folder)
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit = re.search(r"/([\d.]+ \w+) used\)", str(error))
        return Exhausted(MEMORY, limit=limit[1] if limit else amount(machine), machine=amount(machine))
    if isinstance(error, OSError | duckdb.IOException):
        said, number = str(error).lower(), getattr(error, "errno", None)
        where = getattr(error, "filename", None) or folder
        if number == errno.EROFS or any(sign in said for sign in _SAID_OF_READ_ONLY):
            return Exhausted(READ_ONLY, folder=where)
        if number in (errno.EACCES, errno.EPERM) or "permission denied" in said:
            return Exhausted(NO_RIGHT, folder=where)
    return None


def is_full(error: BaseException) -> bool:
    """Whether there is no room left, be it for a file or for what the memory does not hold."""
    return getattr(error, "errno", None) in _FULL or any(sign in str(error).lower() for sign in _SAID_OF_FULL)


def is_of_the_machine(error: BaseException) -> bool:
    """Whether an error says nothing about the data: the machine lacks something, or somebody interrupted."""
    return isinstance(error, duckdb.OutOfMemoryException | duckdb.InterruptException) or is_full(error)


def amount(size: int) -> str:
    """Bytes in words: 900 MB, 1.5 GB."""
    return f"{size / 2**30:,.1f} GB" if size >= 2**30 else f"{size / 2**20:,.0f} MB"


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next(each for each in (folder, *folder.parents) if each.exists())
