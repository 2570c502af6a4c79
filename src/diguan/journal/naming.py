"""Whoever did something, as it is kept and as readers see it."""

from typing import Any, Protocol

from django.utils.translation import gettext as _

SYSTEM = "system"  # nobody may bear it as a user name


class Actor(Protocol):
    """Whoever acts: a signed-in user. None stands for the system itself."""

    @property
    def pk(self) -> Any: ...

    def get_username(self) -> str: ...


def of(by: Actor | None) -> str:
    """The name that is kept with what somebody did."""
    return SYSTEM if by is None else by.get_username()


def said(name: str) -> str:
    """A kept name as readers see it: in words where nobody did it, but the system itself."""
    return _("the system") if name == SYSTEM else name
