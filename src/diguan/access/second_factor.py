"""Codes of a second factor, as RFC 6238 has them, and codes to recover with.

Pure but for the vault, which seals each secret for one user. Six digits every 30 seconds; a code of the step before or
after is taken too, for clocks that differ. A code of a step already used is not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import unicodedata

import pyotp
import segno
from django.utils.safestring import SafeString, mark_safe

from diguan import vault

ISSUER = "Diguan"
DRIFT_STEPS = 1
RECOVERY_CODES = 10
# 16 signs of 32 are 80 bits: nobody tries them all, so that a plain digest is enough to keep them by.
_RECOVERY_SIGNS, _RECOVERY_LENGTH, _RECOVERY_GROUP = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 16, 4


def fresh_secret() -> str:
    return pyotp.random_base32()


def sealed(secret: str, user_id: int) -> str:
    """Return the secret closed by the vault; it opens for this user only."""
    return vault.opened().seal(secret, context=_context(user_id))


def unsealed(closed: str, user_id: int) -> str:
    """Raises: vault.KeyUnknown; vault.SealBroken."""
    return vault.opened().unseal(closed, context=_context(user_id))


def step_of(secret: str, typed: str, at: dt.datetime, *, after: int = -1) -> int | None:
    """Return the time step that a typed code belongs to, if it is one now and later than `after`."""
    code = plain(typed)
    totp = pyotp.TOTP(secret)
    now = totp.timecode(at)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if step > after and hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def plain(typed: str) -> str:
    """Return a code as it is compared: half-width, without blanks and hyphens, in capitals."""
    text = unicodedata.normalize("NFKC", typed).upper()
    return "".join(sign for sign in text if sign.isalnum())


def grouped(code: str, by: int = _RECOVERY_GROUP) -> str:
    """Return a long code so that people can read it aloud."""
    return "-".join(code[start : start + by] for start in range(0, len(code), by))


def fresh_recovery_codes() -> list[str]:
    return [
        grouped("".join(secrets.choice(_RECOVERY_SIGNS) for _ in range(_RECOVERY_LENGTH)))
        for _ in range(RECOVERY_CODES)
    ]


def digest(typed: str) -> str:
    """Return what a recovery code is kept and found by, with the algorithm named before it."""
    return f"sha256:{hashlib.sha256(plain(typed).encode()).hexdigest()}"


def drawn(secret: str, username: str) -> SafeString:
    """Return the QR code that an authenticator app reads, as SVG without styles or scripts."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
    picture = segno.make(uri, error="m", micro=False)
    # Drawn from numbers only: the text is inside as modules, not as words.
    return mark_safe(picture.svg_inline(border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=True))  # noqa: S308


def _context(user_id: int) -> str:
    return f"access.factor:{user_id}"
