"""Acts that change or show what is protected are done for a reason that somebody else can follow."""

from django.utils.translation import gettext as _

_SHORTEST = 4


class ReasonMissing(Exception):
    """An act without a reason."""


def insist_on_reason(reason: str) -> None:
    """Refuse an act without a reason. Raises: ReasonMissing."""
    if len(reason.strip()) < _SHORTEST:
        raise ReasonMissing(_("Say why, in words that somebody else can follow."))
