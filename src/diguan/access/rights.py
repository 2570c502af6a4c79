"""What a person may do on a day, and where, as their grants say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from diguan.access import roles
from diguan.access.models import Grant
from diguan.access.scope import Scope


@dataclass(frozen=True, slots=True)
class Rights:
    """The grants in force for one person on one day."""

    grants: tuple[Grant, ...] = ()

    @property
    def are_none(self) -> bool:
        return not self.grants

    @property
    def role_ids(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def reach(self) -> Scope:
        """Everywhere that anything at all is allowed."""
        return Scope(tuple((grant.place_number, grant.place_upper) for grant in self.grants))

    def may(self, permission: str) -> bool:
        """Whether any grant allows this anywhere. Raises: PermissionUnknown."""
        return not self.scope(permission).is_empty

    def scope(self, permission: str) -> Scope:
        """Return where this is allowed. Raises: PermissionUnknown."""
        return scope_of(self.grants, roles.allowing(permission))


def scope_of(grants: Iterable[Grant], role_ids: frozenset[str]) -> Scope:
    """Return the places of those grants that are of these roles."""
    return Scope(tuple((grant.place_number, grant.place_upper) for grant in grants if grant.role in role_ids))
