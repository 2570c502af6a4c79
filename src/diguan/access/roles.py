"""The roles a person can be granted for a place, and what each allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diguan.access import permissions
from diguan.access.permissions import (
    BOARD_READ,
    EXPORTS_APPROVE,
    EXPORTS_REQUEST,
    HOUSEHOLDS_READ,
    IDENTIFIERS_REVEAL,
    JOURNAL_READ,
    LINKAGE_DECIDE,
    LINKAGE_READ,
    NAMES_READ,
    PEOPLE_MANAGE,
    POLICY_READ,
    REGISTRY_WRITE,
    ROLLS_SEND,
    SCREENING_RUN,
    SUBJECT_ACCESS,
    WHAT_IF_MAKE,
    WHAT_IF_READ,
)

# Whoever decides about access must not see the households, and the other way round.
INCOMPATIBLE = (PEOPLE_MANAGE, HOUSEHOLDS_READ)


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions."""

    id: str
    label: str | Promise
    allows: frozenset[str]


class RoleUnknown(Exception):
    """No role has this id."""


def _role(role_id: str, label: str | Promise, *allowed: str) -> tuple[str, Role]:
    return role_id, Role(role_id, label, frozenset(permissions.checked(permission) for permission in allowed))


_FIELD = (BOARD_READ, HOUSEHOLDS_READ, NAMES_READ, POLICY_READ, LINKAGE_READ)
# Two entries may lie in two counties or two prefectures: whoever answers for both decides, up to the province.
_LINKAGE = (LINKAGE_DECIDE, ROLLS_SEND)
# Who decides about others' exports also decides about the households in them; an auditor approves nothing.
_EXPORTS = (EXPORTS_REQUEST, EXPORTS_APPROVE)
_WHAT_IFS = (WHAT_IF_READ, WHAT_IF_MAKE)

ROLES: Mapping[str, Role] = MappingProxyType(
    dict(
        [
            _role("village_worker", _("Village worker"), *_FIELD, REGISTRY_WRITE),
            _role(
                "township_officer",
                _("Township officer"),
                *_FIELD,
                REGISTRY_WRITE,
                IDENTIFIERS_REVEAL,
                LINKAGE_DECIDE,
                EXPORTS_REQUEST,
            ),
            _role(
                "county_officer",
                _("County officer"),
                *_FIELD,
                REGISTRY_WRITE,
                IDENTIFIERS_REVEAL,
                SUBJECT_ACCESS,
                *_LINKAGE,
                *_EXPORTS,
                WHAT_IF_READ,
            ),
            _role("prefecture_officer", _("Prefecture officer"), *_FIELD, *_LINKAGE, *_EXPORTS, *_WHAT_IFS),
            _role(
                "provincial_commander",
                _("Provincial commander"),
                *_FIELD,
                SCREENING_RUN,
                *_LINKAGE,
                *_EXPORTS,
                *_WHAT_IFS,
            ),
            _role("analyst", _("Analyst"), BOARD_READ, POLICY_READ, SCREENING_RUN, *_WHAT_IFS),
            _role("auditor", _("Auditor"), *_FIELD, JOURNAL_READ, EXPORTS_REQUEST, WHAT_IF_READ),
            _role("administrator", _("Administrator"), PEOPLE_MANAGE),
        ]
    )
)


def role(role_id: str) -> Role:
    """Return the role with this id. Raises: RoleUnknown."""
    try:
        return ROLES[role_id]
    except KeyError:
        raise RoleUnknown(f"{role_id!r} is not one of {', '.join(ROLES)}") from None


def choices() -> list[tuple[str, str | Promise]]:
    return [(each.id, each.label) for each in ROLES.values()]


def allowing(permission: str) -> frozenset[str]:
    """Return the ids of the roles that allow this. Raises: PermissionUnknown."""
    permissions.checked(permission)
    return frozenset(each.id for each in ROLES.values() if permission in each.allows)


def are_compatible(role_ids: Iterable[str]) -> bool:
    """Whether one person may hold all these roles: managing people and reading households are kept apart."""
    allowed = frozenset[str]().union(*(role(each).allows for each in role_ids))
    return not allowed.issuperset(INCOMPATIBLE)
