"""What a role may allow. The catalogue is closed: a page names one of these or is refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BOARD_READ = "board.read"
HOUSEHOLDS_READ = "households.read"
NAMES_READ = "names.read"
POLICY_READ = "policy.read"
JOURNAL_READ = "journal.read"
PEOPLE_MANAGE = "people.manage"
SCREENING_RUN = "screening.run"
REGISTRY_WRITE = "registry.write"
IDENTIFIERS_REVEAL = "identifiers.reveal"
SUBJECT_ACCESS = "subject.access"
LINKAGE_READ = "linkage.read"
LINKAGE_DECIDE = "linkage.decide"
ROLLS_SEND = "rolls.send"
EXPORTS_REQUEST = "exports.request"
EXPORTS_APPROVE = "exports.approve"
WHAT_IF_READ = "what_if.read"
WHAT_IF_MAKE = "what_if.make"

PERMISSIONS: Mapping[str, str | Promise] = MappingProxyType(
    {
        BOARD_READ: _("See the board"),
        HOUSEHOLDS_READ: _("Open lists of households and their pages"),
        NAMES_READ: _("See people's names"),
        POLICY_READ: _("Read the policy"),
        JOURNAL_READ: _("Read the journal"),
        PEOPLE_MANAGE: _("Manage users and grants"),
        SCREENING_RUN: _("Run a screening"),
        REGISTRY_WRITE: _("Record observations, corrections and life events"),
        IDENTIFIERS_REVEAL: _("See ID numbers in clear, with a reason"),
        SUBJECT_ACCESS: _("Give somebody everything on file about them"),
        LINKAGE_READ: _("See who may stand on file twice, and who is missing"),
        LINKAGE_DECIDE: _("Say whether two entries are one person"),
        ROLLS_SEND: _("Hold lists of other offices against the registry"),
        EXPORTS_REQUEST: _("Export lists"),
        EXPORTS_APPROVE: _("Approve other people's exports"),
        WHAT_IF_READ: _("See what-ifs"),
        WHAT_IF_MAKE: _("Try other numbers, or another pack, over snapshots"),
    }
)


class PermissionUnknown(Exception):
    """A page or a role names a permission that the catalogue does not hold."""


def checked(permission: str) -> str:
    """Return the permission, refusing a name outside the catalogue. Raises: PermissionUnknown."""
    if permission not in PERMISSIONS:
        raise PermissionUnknown(f"{permission!r} is not one of {', '.join(PERMISSIONS)}")
    return permission
