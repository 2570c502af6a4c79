"""Keys that follow from a file's own numbers, so that the same file again finds the same households and people.

A key is drawn from the installation's own secret: a plain hash of a number that may be an ID number could be undone by
trying them all. The secret is that of the first key for hashing, which stays when keys are rotated.
"""

import hmac

from diguan.engine.sql import text
from diguan.vault import keyring


def secret() -> str:
    """The secret of this installation's keys, as hex digits. It stays within a process and a private database."""
    keys = keyring.opened().keys.values()
    first = min((key for key in keys if key.kind == "hashing"), key=lambda key: key.made_at)
    return hmac.digest(first.secret, b"keys of imported rows", "sha256").hex()


def sql(salt: str, *parts: str) -> str:
    """SQL of a UUID (version 8, of our own making) that follows from these parts."""
    digest = f"sha256(concat_ws(chr(31), {text(salt)}, {', '.join(parts)}))"
    return f"CAST(concat(substr({digest}, 1, 12), '8', substr({digest}, 14, 3), 'a', substr({digest}, 18, 15)) AS UUID)"
