"""Folders of results, which take the place of earlier ones as a whole, and folders that go when the work is done."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from diguan.engine.problems import DataRefused
from diguan.rulebook.problems import N_


@contextmanager
def scratch_folder(within: Path | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="diguan-", dir=within))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_out(data: Path | str, out: Path, mark: str, strange: str) -> None:
    """Results take the place of earlier results, which hold the file `mark`, never of anything else: `strange` says so."""
    if isinstance(data, Path) and data.resolve().is_relative_to(out.resolve()):
        raise DataRefused(
            N_("The results cannot take the place of the data in {folder}; name another folder."), folder=out
        )
    if out.exists() and not out.is_dir():
        raise DataRefused(N_("{folder} is not a folder."), folder=out)
    if out.is_dir() and any(out.iterdir()) and not (out / mark).exists():
        raise DataRefused(strange, folder=out)


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold a folder, made for its owner only if it is not there; False if another process or thread holds it.

    The system lets go when the process that holds it dies.
    """
    while True:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            is_mine = _locked(descriptor)
            if is_mine and not os.fstat(descriptor).st_nlink:
                continue  # whoever held it has removed the folder
            yield is_mine
            return
        finally:
            os.close(descriptor)


def is_held(folder: Path) -> bool:
    """Whether some process or thread holds a folder at this moment."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _locked(descriptor: int) -> bool:
    for _ in range(5):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.01)  # whoever only asks whether it is held holds it for a moment
        else:
            return True
    return False


def unfinished(out: Path) -> Path:
    """Where what is to take the place of `out` comes about."""
    return out.with_name(f".{out.name}.unfinished")


@dataclass
class Unfinished:
    """A folder beside the results in which they come about. `results` takes their place; `scratch` is for what goes."""

    folder: Path
    is_kept: bool = False  # when the run ends without results

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    @property
    def stages(self) -> Path:
        return self.folder / "stages"

    @property
    def former(self) -> Path:
        return self.folder / "former"


@contextmanager
def in_place_of(out: Path) -> Iterator[Unfinished]:
    """What comes about takes the place of `out` when all went well. It is held by one run at a time.

    A run that is cut off leaves it lying, and the next one of the same `out` finds it.
    Raises: DataRefused when another run holds it.
    """
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Unfinished(unfinished(out))
    with held(made.folder) as is_mine:
        if not is_mine:
            raise DataRefused(
                N_("Another run is writing to {folder}. Wait until it has ended, or stop it."), folder=out
            )
        try:
            if made.former.exists() and not out.exists():  # cut off between two renamings
                made.former.rename(out)
            for inner in (made.former, made.results, made.scratch):
                shutil.rmtree(inner, ignore_errors=True)
            for inner in (made.results, made.scratch):
                inner.mkdir()
            yield made
            _swap(made, out)
            made.is_kept = False
        finally:
            for gone in (made.former, made.results, made.scratch) if made.is_kept else (made.folder,):
                shutil.rmtree(gone, ignore_errors=True)


def _swap(made: Unfinished, out: Path) -> None:
    """Put the results in the place of former ones, or of none, once they would outlast a power cut."""
    made.results.chmod(0o755)
    with ThreadPoolExecutor(thread_name_prefix="synced") as together:  # the disk settles many in the time of one
        list(together.map(synced, (*made.results.rglob("*"), made.results)))
    if out.exists():
        out.rename(made.former)
    made.results.rename(out)
    synced(out.parent)


def digest(file: Path) -> str:
    """SHA-256 of a file where the processor helps with it, else BLAKE2b, which is as hard to forge and takes half the time."""
    return _hashed(file, _quicker())


def is_just(file: Path, then: str) -> bool:
    """Whether a file is just what it was when its digest was taken, by whichever version of this program."""
    return _hashed(file, "sha256" if len(then) == _OF_SHA256 else "blake2b") == then


_OF_SHA256 = 64  # hexadecimal digits


@cache
def _quicker() -> str:
    """Which way of making digests takes less time here; one takes more than twice the time of the other, whichever it is."""
    sample = bytes(1 << 18)

    def seconds(way: str) -> float:
        started = time.perf_counter()
        hashlib.new(way, sample).digest()
        return time.perf_counter() - started

    return min(("sha256", "blake2b"), key=lambda way: min(seconds(way) for _ in range(3)))


def _hashed(file: Path, way: str) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, way).hexdigest()


def synced(path: Path) -> None:
    """See to it that a file, or what a folder lists, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def swapped_in(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its place when all went well."""
    with in_place_of(out) as made:
        yield made.results
