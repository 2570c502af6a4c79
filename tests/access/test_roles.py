"""The role table says what each role allows, and keeps apart what must be apart."""

from __future__ import annotations

import pytest
from django.utils import translation

from diguan.access import permissions, roles


def test_no_role_may_both_manage_people_and_read_households() -> None:
    apart = {permissions.PEOPLE_MANAGE, permissions.HOUSEHOLDS_READ}
    assert [role.id for role in roles.ROLES.values() if apart <= role.allows] == []


def test_two_roles_that_together_do_both_are_incompatible() -> None:
    assert not roles.are_compatible(["administrator", "village_worker"])
    assert roles.are_compatible(["administrator", "analyst"])
    assert roles.are_compatible(["village_worker", "auditor"])


def test_an_analyst_sees_no_household() -> None:
    assert roles.role("analyst").allows == {
        permissions.BOARD_READ,
        permissions.POLICY_READ,
        permissions.SCREENING_RUN,
        permissions.WHAT_IF_READ,
        permissions.WHAT_IF_MAKE,
    }


def test_every_permission_is_allowed_by_some_role_and_every_role_allows_something() -> None:
    assert set(permissions.PERMISSIONS) == frozenset().union(*(role.allows for role in roles.ROLES.values()))
    assert all(role.allows for role in roles.ROLES.values())


def test_an_unknown_role_or_permission_is_refused() -> None:
    with pytest.raises(roles.RoleUnknown):
        roles.role("emperor")
    with pytest.raises(permissions.PermissionUnknown):
        roles.allowing("everything.do")


def test_roles_have_labels_in_english() -> None:
    with translation.override("en"):
        assert str(roles.role("township_officer").label) == "Township officer"
