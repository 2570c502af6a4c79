"""Whose numbers these are, of the people on file in scope."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from diguan.access.scope import Scope
from diguan.registry import queries


def owners(scope: Scope, scheme: str, numbers: Sequence[str]) -> Mapping[str, list[UUID]]:
    """The people on file in scope who bear each number; numbers of nobody are left out."""
    ask = getattr(queries, "owners", None)
    return ask(scope, scheme, numbers) if ask is not None else {}
