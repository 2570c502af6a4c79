"""What may be done with a what-if. Pure: rows in, a decision out."""

from django.utils.translation import gettext as _

from diguan.access.decision import ALLOWED, Decision, refused
from diguan.planning.models import TRANSITIONS, WhatIf


def may_become(found: WhatIf, stage: str) -> Decision:
    """Whether a what-if may go on to this stage from where it is."""
    if stage in TRANSITIONS[found.stage]:
        return ALLOWED
    return refused(_("This what-if is %(stage)s: that cannot be done now.") % {"stage": found.get_stage_display()})


def may_remove(found: WhatIf, user_pk: int | None) -> Decision:
    """Whoever began it may remove it, once nobody works on it."""
    if found.made_by != user_pk:
        return refused(_("Only whoever began a what-if removes it."))
    if found.is_working:
        return refused(_("It is being worked on: stop it first."))
    return ALLOWED


def may_stop(found: WhatIf, user_pk: int | None) -> Decision:
    """Whoever began it may stop it."""
    if found.made_by != user_pk:
        return refused(_("Only whoever began a what-if stops it."))
    return may_become(found, WhatIf.Stage.STOPPED)
