"""Where the files of an import lie: in the data folder, out of reach of the web, for as long as they are needed."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.conf import settings

from diguan.engine import folders
from diguan.intake import columns
from diguan.intake.columns import Sheet
from diguan.intake.models import Import
from diguan.intake.parsing.limits import FileRefused
from diguan.rulebook.problems import N_

LARGEST = 200 << 20  # bytes of one file
_PIECE = 1 << 20


def folder(of: Import) -> Path:
    return Path(settings.DATA) / "imports" / str(of.key)


def original(of: Import, number: int) -> Path:
    return folder(of) / f"original-{number}"


def keep(of: Import, number: int, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Write a file as it comes in; return its size and digest.

    Raises: FileRefused when it is larger than LARGEST.
    """
    path = original(of, number)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        for piece in pieces:
            size += len(piece)
            if size > LARGEST:
                raise FileRefused(
                    N_("The file is larger than {most} MB. Send it in parts, by township or by county."),
                    most=LARGEST >> 20,
                )
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def pieces_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def keep_sheets(of: Import, sheets: Iterable[Sheet]) -> None:
    """Write what the columns mean. It stands beside the file: its headings may hold anything."""
    path = folder(of) / "columns.json"
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(columns.as_json(sheets), ensure_ascii=False), "utf-8")
    aside.replace(path)


def sheets(of: Import) -> list[Sheet]:
    return columns.from_json(json.loads((folder(of) / "columns.json").read_text("utf-8")))


def emptied(of: Import, name: str) -> Path:
    """A sub-folder without anything in it."""
    path = folder(of) / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def remove(of: Import) -> None:
    shutil.rmtree(folder(of), ignore_errors=True)


def held(of: Import) -> AbstractContextManager[bool]:
    """Hold an import while working on it; False if another process or thread does. The hold ends with the process."""
    return folders.held(folder(of))


def described(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
