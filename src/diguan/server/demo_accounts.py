"""The accounts listed on the sign-in page, of a synthetic registry only."""

from __future__ import annotations

from collections.abc import Sequence

from diguan.access.demo_accounts import Account


def accounts() -> Sequence[Account]:
    return ()
