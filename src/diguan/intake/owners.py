"""Whose numbers these are, of the people on file in scope."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from diguan import vault
from diguan.access.scope import Scope
from diguan.registry import relations
from diguan.registry.models import Identifier


def owners(scope: Scope, scheme: str, numbers: Sequence[str]) -> Mapping[str, list[UUID]]:
    """The people on file in scope who bear each number; numbers of nobody are left out."""
    ring = vault.opened()
    by_mac = {ring.mac(number, purpose=scheme): number for number in numbers}
    rows = Identifier.objects.within(scope).filter(scheme=scheme, person__isnull=False)
    held: dict[str, set[UUID]] = {}
    for mac, owner in relations.found(rows, "mac", sorted(by_mac), ("mac", "owner")):
        held.setdefault(by_mac[mac], set()).add(UUID(owner))
    return {number: sorted(people) for number, people in held.items()}
