"""Of whom a second factor is demanded: of whoever holds a role high in the tree, or manages people."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from diguan.access import permissions
from diguan.access.rights import Rights

# How this installation stands to it; `server`, which knows whether the registry is synthetic, says so at the start.
_is_optional: list[Callable[[], bool]] = []


def fill(is_optional: Callable[[], bool]) -> None:
    """Say when nobody is asked for a second factor who has not chosen one."""
    _is_optional[:] = [is_optional]


def is_optional() -> bool:
    return any(each() for each in _is_optional)


def is_demanded(rights: Rights) -> bool:
    """Whether these roles demand a second factor. A grant whose depth is unknown counts as a high one."""
    return _reach_high(rights) and not is_optional()


def _reach_high(rights: Rights) -> bool:
    deepest = settings.SECOND_FACTOR_DEPTH
    high = any(grant.place_depth is None or grant.place_depth <= deepest for grant in rights.grants)
    return high or rights.may(permissions.PEOPLE_MANAGE)
