"""One file of keys, readable by its owner only, and what can be done with them.

Sealing is AES-256-GCM under a key that the sealed text names, bound to its context so that it opens nowhere else.
Hashing is HMAC-SHA-256: the 10^11 possible ID numbers can be tried against a plain hash in minutes, against this one
only by whoever holds the key. Signing is Ed25519. Every result names its key and by it the algorithm, so that keys
are rotated, and other algorithms added, without guessing.
"""

import base64
import contextlib
import datetime as dt
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

Kind = Literal["sealing", "hashing", "signing"]
ALGORITHMS: Mapping[Kind, str] = {"sealing": "AES-256-GCM", "hashing": "HMAC-SHA-256", "signing": "Ed25519"}
_LETTERS: Mapping[Kind, str] = {"sealing": "k", "hashing": "h", "signing": "s"}
_NONCE = 12


class KeyUnknown(Exception):
    """Something names a key that this installation does not hold, or no longer holds."""


class SealBroken(Exception):
    """A sealed text was altered, or stands in a place it was not sealed for."""


@dataclass(frozen=True)
class Key:
    id: str
    kind: Kind
    algorithm: str
    secret: bytes
    made_at: str


class KeyRing:
    """The keys of one file. The newest of each kind is used; older ones still open what they closed."""

    def __init__(self, keys: Mapping[str, Key]) -> None:
        self.keys = keys
        self._ciphers = {key.id: AESGCM(key.secret) for key in keys.values() if key.kind == "sealing"}

    def current(self, kind: Kind) -> Key:
        return [key for key in self.keys.values() if key.kind == kind][-1]

    def seal(self, text: str, *, context: str) -> str:
        """Return the text as `<key id>:<base64>`; it opens only with the same context."""
        key, nonce = self.current("sealing"), os.urandom(_NONCE)
        closed = self._ciphers[key.id].encrypt(nonce, text.encode(), context.encode())
        return f"{key.id}:{base64.urlsafe_b64encode(nonce + closed).decode()}"

    def unseal(self, sealed: str, *, context: str) -> str:
        """Return what was sealed. Raises: KeyUnknown; SealBroken."""
        key_id, _, body = sealed.partition(":")
        if key_id not in self._ciphers:
            raise KeyUnknown(key_id)
        try:
            raw = base64.urlsafe_b64decode(body)
            return self._ciphers[key_id].decrypt(raw[:_NONCE], raw[_NONCE:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(key_id) from error

    def mac(self, text: str, *, purpose: str) -> str:
        """Return the keyed hash as `<key id>:<hex>`; the same text for another purpose has another hash."""
        key = self.current("hashing")
        content = f"{purpose}\x1f{text}".encode()
        return f"{key.id}:{hmac.digest(key.secret, content, 'sha256').hex()}"

    def sign(self, content: bytes) -> str:
        """Return the signature as `<key id>:<base64>`."""
        key = self.current("signing")
        signature = Ed25519PrivateKey.from_private_bytes(key.secret).sign(content)
        return f"{key.id}:{base64.urlsafe_b64encode(signature).decode()}"

    def public_key(self, key_id: str = "") -> str:
        """Return the public half of a signing key, for those who verify elsewhere. Raises: KeyUnknown."""
        key = self.keys.get(key_id) if key_id else self.current("signing")
        if key is None or key.kind != "signing":
            raise KeyUnknown(key_id)
        public = Ed25519PrivateKey.from_private_bytes(key.secret).public_key()
        return f"{key.id}:{base64.urlsafe_b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()}"


def is_signed(content: bytes, signature: str, public_key: str) -> bool:
    """Whether the signature was made over the content with the private half of this public key."""
    key_id, _, body = signature.partition(":")
    public_id, _, public = public_key.partition(":")
    if key_id != public_id:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(public))
        key.verify(base64.urlsafe_b64decode(body), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def opened(file: Path | None = None) -> KeyRing:
    """Return the keys of this installation; made on first use."""
    path = file or Path(settings.KEYS or Path(settings.DATA) / "keys.json")
    if not path.exists():
        _write(path, {key.id: key for key in (_made(kind, {}) for kind in ALGORITHMS)}, replace=False)
    return _read(path, path.stat().st_mtime_ns)


def rotate(kind: Kind, *, drop: bool = False, file: Path | None = None) -> Key:
    """Add a new key that is used from now on; with `drop`, forget the older ones, which then open nothing.

    Whoever drops keys must have sealed or hashed everything anew before.
    """
    path = file or Path(settings.KEYS or Path(settings.DATA) / "keys.json")
    keys = dict(opened(path).keys)
    key = keys[opened(path).current(kind).id] if drop else _made(kind, keys)
    if drop:
        keys = {name: held for name, held in keys.items() if held.kind != kind}
    _write(path, {**keys, key.id: key}, replace=True)
    return key


@lru_cache(maxsize=8)
def _read(path: Path, _age: int) -> KeyRing:
    rows = json.loads(path.read_text("utf-8"))["keys"]
    return KeyRing({row["id"]: Key(**{**row, "secret": base64.b64decode(row["secret"])}) for row in rows})


def _made(kind: Kind, among: Mapping[str, Key]) -> Key:
    number = 1 + max((int(key.id[1:]) for key in among.values() if key.kind == kind), default=0)
    return Key(
        f"{_LETTERS[kind]}{number}",
        kind,
        ALGORITHMS[kind],
        secrets.token_bytes(32),
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


def _write(path: Path, keys: Mapping[str, Key], *, replace: bool) -> None:
    """Put the file in place whole. Of two processes that make the first keys at once, both keep one and the same."""
    rows = [{**vars(key), "secret": base64.b64encode(key.secret).decode()} for key in keys.values()]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"keys": rows}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(aside, path)
            return
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        if os.path.exists(aside):
            os.unlink(aside)
