"""The keys of this installation: what is sealed with them, hashed with them, signed with them."""

from diguan.vault.keyring import KeyRing, KeyUnknown, SealBroken, opened, rotate

__all__ = ["KeyRing", "KeyUnknown", "SealBroken", "opened", "rotate"]
