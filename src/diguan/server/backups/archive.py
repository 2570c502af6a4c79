"""The file of a backup: a tar archive that begins with its manifest, sealed if a secret is given."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

from diguan.server.backups import BackupRefused, sealing

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: of which store and version, its rows by table, its files with size and digest."""

    store: str
    version: str
    made_at: str
    has_keys: bool
    rows: Mapping[str, int]
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def text(self) -> bytes:
        return json.dumps({"format": FORMAT, **vars(self)}, ensure_ascii=False, indent=1).encode()


def write(target: Path, about: Manifest, members: Mapping[str, Path], secret: bytes | None) -> Manifest:
    """Write the archive beside its place and put it there whole, for its owner only."""
    files = {name: (path.stat().st_size, digest(path)) for name, path in members.items()}
    manifest = Manifest(**{**vars(about), "files": files})
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            with _closed(file, secret) as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
                head = tarfile.TarInfo(MANIFEST)
                head.size = len(manifest.text())
                tar.addfile(head, io.BytesIO(manifest.text()))
                for name, path in members.items():
                    tar.add(path, name, recursive=False)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return manifest


def unpack(source: Path, folder: Path, secret: bytes | None) -> Manifest:
    """Take the archive apart into a folder and compare every digest. Raises: BackupRefused; nothing else was touched."""
    with source.open("rb") as file, _opened(file, secret) as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|") as tar:
                manifest = _manifest(tar)
                taken = {_take(tar, member, manifest, folder) for member in tar if member.name != MANIFEST}
        except (tarfile.TarError, EOFError, ValueError, KeyError) as error:
            raise BackupRefused(
                _("%(file)s is no backup of Diguan, or it is damaged: %(error)s.")
                % {"file": source.name, "error": error}
            ) from None
    missing = manifest.files.keys() - taken
    if missing:
        raise BackupRefused(_("The backup lacks %(file)s, which its manifest names.") % {"file": min(missing)})
    return manifest


def is_sealed(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(len(sealing.MAGIC)) == sealing.MAGIC


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _closed(file: IO[bytes], secret: bytes | None) -> Iterator[Any]:
    if secret is None:
        yield file
        return
    with sealing.Sealer(file, secret) as sealer:
        yield sealer


@contextlib.contextmanager
def _opened(file: IO[bytes], secret: bytes | None) -> Iterator[Any]:
    is_sealed = file.read(len(sealing.MAGIC)) == sealing.MAGIC
    if is_sealed and secret is None:
        raise BackupRefused(_("This backup is sealed: give its key with --key-file or --passphrase."))
    if not is_sealed:
        file.seek(0)
    yield sealing.Unsealer(file, secret) if is_sealed and secret is not None else file


def _manifest(tar: tarfile.TarFile) -> Manifest:
    head = tar.next()
    content = tar.extractfile(head) if head is not None and head.name == MANIFEST else None
    if content is None:
        raise ValueError(_("it does not begin with a manifest"))
    found = json.loads(content.read())
    if found.pop("format") != FORMAT:
        raise ValueError(_("it was written by another version of the program"))
    found["files"] = {name: tuple(entry) for name, entry in found["files"].items()}
    return Manifest(**found)


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, manifest: Manifest, folder: Path) -> str:
    """Write one file below the folder and compare it with the manifest; return its name."""
    parts = PurePosixPath(member.name).parts
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or ".." in parts or member.name.startswith("/") or member.name not in manifest.files:
        raise BackupRefused(_("The backup holds %(file)s, which its manifest does not name.") % {"file": member.name})
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        while piece := content.read(1 << 20):
            file.write(piece)
    if (path.stat().st_size, digest(path)) != manifest.files[member.name]:
        raise BackupRefused(
            _("%(file)s in the backup is not what the manifest says: it is damaged.") % {"file": member.name}
        )
    return member.name
