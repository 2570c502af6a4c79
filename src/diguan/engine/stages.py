"""What a run has done so far, kept beside its results as they come about: one that is cut off goes on from there.

Kept are facts and files, under a key that says of what they hold: other data, another pack, day or program begins anew. A
file counts once it is whole on the disk, which its digest tells.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from diguan.engine.folders import Unfinished, digest, is_just, synced

_INDEX = "stages.json"


class Stages:
    """The stages of one run. Without a folder nothing is kept, and nothing is ever found."""

    def __init__(self, made: Unfinished | None = None, of: Mapping[str, Any] | None = None) -> None:
        self._made = made
        self._known: dict[str, Any] = {"of": _key(of or {}), "facts": {}, "files": {}}
        self._seen: set[str] = set()  # files whose digest was compared, or that were just written
        if made is not None:
            self._open(made)

    def _open(self, made: Unfinished) -> None:
        try:
            found = json.loads((made.stages / _INDEX).read_text("utf-8"))
        except (OSError, ValueError):
            found = {}
        if found.get("of") == self._known["of"]:
            self._known, made.is_kept = found, True
        else:
            shutil.rmtree(made.stages, ignore_errors=True)
            made.stages.mkdir()

    @property
    def are_kept(self) -> bool:
        return self._made is not None

    @property
    def folder(self) -> Path:
        assert self._made is not None
        return self._made.stages

    def fact(self, name: str) -> Any:
        """What was kept under this name; None if nothing was."""
        return self._known["facts"].get(name)

    def keep_fact(self, name: str, value: Any) -> None:
        self._known["facts"][name] = value
        self._write()

    def file(self, name: str) -> Path | None:
        """The file of this name, if it is there and just what was written."""
        path, expected = (self.folder / name, self._known["files"].get(name)) if self.are_kept else (Path(), None)
        if expected is None or not path.is_file() or (name not in self._seen and not is_just(path, expected)):
            return None
        self._seen.add(name)
        return path

    def keep_file(self, name: str, write: Callable[[Path], None]) -> Path:
        """Have a file written, and keep it; one that is there already is taken as it is."""
        found = self.file(name)
        if found is None:
            found = self.folder / name
            write(found)
            synced(found)
            self._seen.add(name)
            self._known["files"][name] = digest(found)
            self._write()
        return found

    def forget(self, names: Iterable[str]) -> None:
        """Let go of files."""
        if self.are_kept:
            for name in names:
                self._known["files"].pop(name, None)
                (self.folder / name).unlink(missing_ok=True)
            self._write()

    def _write(self) -> None:
        if self._made is None:
            return
        self._made.is_kept = True
        aside = self.folder / f"{_INDEX}.part"
        aside.write_text(json.dumps(self._known), "utf-8")
        synced(aside)
        aside.replace(self.folder / _INDEX)
        synced(self.folder)


def _key(of: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()
