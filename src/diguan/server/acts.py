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
        "export.asked": _("Asked for an export"),
        "export.approved": _("Approved an export"),
        "export.refused": _("Refused an export"),
        "export.made": _("Made a file of a list"),
        "export.fetched": _("Fetched an exported file"),
        "export.expired": _("An export expired"),
        "screening.run": _("Ran a screening"),
        "journal.read": _("Read the journal"),
        "journal.verified": _("Verified the journal"),
        "registry.observations_recorded": _("Recorded observations"),
        "household.life_event": _("Recorded a life event"),
        "conflicts.listed": _("Opened the list of conflicts"),
        "fact.corrected": _("Corrected a fact"),
        "identifier.revealed": _("Saw a number in clear"),
        "subject.handed_over": _("Handed over what is on file about a person"),
        "person.united": _("Said that two are one person"),
        "person.parted": _("Took back that two are one person"),
        "keys.rotated": _("Changed a key"),
        "keys.factors_resealed": _("Sealed second factors anew"),
        "registry.described": _("Described the registry"),
        "import.received": _("Sent a file"),
        "import.read": _("Read a file"),
        "import.columns_settled": _("Settled the columns of a file"),
        "import.columns_reopened": _("Went back to the columns of a file"),
        "import.tried": _("Tried an import"),
        "import.confirmed": _("Confirmed an import"),
        "import.applied": _("Applied an import"),
        "import.failed": _("An import failed"),
        "import.opened": _("Looked at an import"),
        "import.cancelled": _("Cancelled an import"),
        "import.files_removed": _("Removed files of imports"),
        "user.signed_in": _("Signed in"),
        "user.signed_out": _("Signed out"),
        "user.sign_in_refused": _("Failed to sign in"),
        "user.sign_in_paused": _("Failed to sign in too often"),
        "user.proof_refused": _("Gave a wrong code or password"),
        "user.signed_out_everywhere": _("Ended all sessions"),
        "user.factor_enrolled": _("Took up a second factor"),
        "user.factor_renewed": _("Renewed a second factor"),
        "user.factor_removed": _("Gave up a second factor"),
        "user.factor_reset": _("Reset a second factor"),
        "user.recovery_code_used": _("Used a recovery code"),
        "user.recovery_codes_renewed": _("Renewed recovery codes"),
        "user.unlocked": _("Unlocked a user"),
        "user.deactivated": _("Deactivated a user"),
        "user.reactivated": _("Reactivated a user"),
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
