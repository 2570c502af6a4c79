"""The accounts listed on the sign-in page, of a synthetic registry only."""

from __future__ import annotations

from collections.abc import Sequence

from diguan.access.demo_accounts import Account
from diguan.demo import accounts as demo
from diguan.registry import queries


def accounts() -> Sequence[Account]:
    """Return none where the registry holds real people, whatever accounts it has."""
    described = queries.described()
    return demo.listed() if described is not None and described.synthetic else ()
