"""Folders of results, which take the place of earlier ones as a whole, and folders that go when the work is done."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
def swapped_in(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its place when all went well."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield folder
        folder.chmod(0o755)
        if out.exists():
            old = folder.with_name(folder.name + "-old")
            out.rename(old)
            folder.rename(out)
            shutil.rmtree(old, ignore_errors=True)
        else:
            folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
