"""Whoever did something, as it is kept and as readers see it."""

from django.utils.translation import gettext as _

SYSTEM = "system"


def said(name: str) -> str:
    """A name as it stands with what somebody did; in words where nobody did, but the system itself."""
    return _("the system") if name == SYSTEM else name
