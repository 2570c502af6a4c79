"""The one answer that a policy gives."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


class NotAllowed(Exception):
    """A policy refused; the message is its reason."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and if not, why, in words for the person who asked."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed

    def insist(self) -> None:
        """Raises: NotAllowed with the reason."""
        if not self.allowed:
            raise NotAllowed(str(self.reason))


ALLOWED = Decision(True)


def refused(reason: str | Promise) -> Decision:
    return Decision(False, reason)
