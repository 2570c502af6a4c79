"""The one folder that holds what this installation keeps: database, snapshots, keys, logs."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_PRIVATE_FOLDER = 0o700


def opened(path: Path) -> Path:
    """Return the folder, made when missing, with its sub-folders. Raises: ImproperlyConfigured."""
    try:
        path.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        for name in ("log", "static"):
            (path / name).mkdir(exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {path} can't be used: {error.strerror}. Set DIGUAN_DATA to a folder you may write to."
        ) from error
    return path


def secret_key(folder: Path) -> str:
    """Return the key kept in the folder, made on first use and readable by its owner only.

    Raises: ImproperlyConfigured if the file can't be written, or is empty.
    """
    path = folder / "secret-key"
    try:
        if not path.exists():
            _keep(path, secrets.token_urlsafe(64))
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key {path} can't be used: {error.strerror}. Mend the file's rights or set DIGUAN_SECRET_KEY."
        ) from error
    if not key:
        raise ImproperlyConfigured(
            f"The secret key {path} is empty. Remove the file: a new key is made (and everybody signs in again)."
        )
    return key


def _keep(path: Path, key: str) -> None:
    # Written aside and linked into place, so that of two processes starting at once both read one whole key.
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".secret-key-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        os.unlink(aside)
