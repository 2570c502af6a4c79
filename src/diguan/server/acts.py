"""What the journal calls each act, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "household.read": _("Opened a household"),
        "households.read": _("Opened a list of households"),
        "household.listed": _("Opened a list of households"),
        "screening.run": _("Ran a screening"),
        "journal.read": _("Read the journal"),
        "registry.observations_recorded": _("Recorded observations"),
        "registry.described": _("Described the registry"),
        "user.signed_in": _("Signed in"),
        "user.signed_out": _("Signed out"),
        "user.sign_in_refused": _("Failed to sign in"),
        "user.created": _("Added a user"),
        "user.password_set": _("Set a password"),
        "user.language_set": _("Chose a language"),
        "grant.made": _("Granted a role"),
        "grant.ended": _("Ended a grant"),
        "places.imported": _("Imported places"),
        "boundaries.imported": _("Imported outlines"),
        "place.succeeded": _("Recorded a successor of a place"),
        "backup.made": _("Made a backup"),
        "backup.restored": _("Went back to a backup"),
        "scope.unscoped": _("Worked without a scope"),
    }
)
