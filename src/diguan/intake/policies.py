"""What may be done with an import. Pure: rows in, a decision out."""

from django.utils.translation import gettext as _

from diguan.access.decision import ALLOWED, Decision, refused
from diguan.access.scope import Scope
from diguan.intake.models import TRANSITIONS, Import


def may_become(found: Import, stage: str) -> Decision:
    """Whether an import may go on to this stage from where it is."""
    if stage in TRANSITIONS[found.stage]:
        return ALLOWED
    words = {"stage": found.get_stage_display()}
    return refused(_("This import is %(stage)s: that cannot be done now.") % words)


def may_write(scope: Scope) -> Decision:
    """Whether the sender may still record observations anywhere."""
    if scope.is_empty:
        return refused(_("Whoever sent this import may no longer record observations anywhere."))
    return ALLOWED
