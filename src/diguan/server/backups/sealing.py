"""A file closed with a key while it is written, and opened while it is read; neither is ever held as a whole.

AES-256-GCM over pieces of one MiB. The nonce of a piece counts it and marks the last, so that pieces that were changed,
swapped or cut off do not open. The key is derived by scrypt from what a key file or a passphrase says, with a salt of
the file's own.
"""

from __future__ import annotations

import io
import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext as _

from diguan.server.backups import BackupRefused

MAGIC = b"DIGUAN SEALED 1\n"
_PIECE, _TAG, _SALT, _PREFIX = 1 << 20, 16, 16, 7


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(secret))


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


class Sealer(io.RawIOBase):
    """Closes what is written to it into a file; `close` writes the last piece, not the file's end."""

    def __init__(self, file: IO[bytes], secret: bytes) -> None:
        self._file, self._held, self._number = file, bytearray(), 0
        salt, self._prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        self._cipher = _cipher(secret, salt)
        file.write(MAGIC + salt + self._prefix)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held += data
        while len(self._held) > _PIECE:
            self._piece(bytes(self._held[:_PIECE]), is_last=False)
            del self._held[:_PIECE]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._piece(bytes(self._held), is_last=True)
        super().close()

    def _piece(self, content: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._prefix, self._number, is_last), content, MAGIC))
        self._number += 1


class Unsealer(io.RawIOBase):
    """Opens what a Sealer closed, from behind the magic. Raises: BackupRefused where the key or the content is wrong."""

    def __init__(self, file: IO[bytes], secret: bytes) -> None:
        self._file, self._number, self._is_over = file, 0, False
        self._cipher = _cipher(secret, file.read(_SALT))
        self._prefix = file.read(_PREFIX)
        self._next, self._open = file.read(_PIECE + _TAG), bytearray()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._is_over and (size < 0 or len(self._open) < size):
            self._open_piece()
        taken = bytes(self._open) if size < 0 else bytes(self._open[:size])
        del self._open[: len(taken)]
        return taken

    def _open_piece(self) -> None:
        piece, self._next = self._next, self._file.read(_PIECE + _TAG)
        self._is_over = not self._next
        try:
            self._open += self._cipher.decrypt(_nonce(self._prefix, self._number, self._is_over), piece, MAGIC)
        except InvalidTag:
            raise BackupRefused(_wrong_key() if self._number == 0 else _damaged()) from None
        self._number += 1


def _wrong_key() -> str:
    return _("The key does not open this backup, or its beginning is damaged.")


def _damaged() -> str:
    return _("The backup is damaged or was cut off. Take another copy of it.")
