"""How often somebody may be wrong before signing in pauses: django-axes, counting as this house needs it.

Axes keeps the failures of the last minutes and refuses when there are too many, for one user name or from one address,
whether such a user exists or not. It hears of passwords through Django's own signals; of wrong codes it is told here.
What was typed as a user name may be a password, so its tables get a keyed hash.
"""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from diguan import vault


class Attempts(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts by name and by address. Behind one address a whole office may sit, so it is given more patience."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        by_name, by_address = self.get_user_attempts(request, credentials)
        return max(_failures(by_name), _failures(by_address) // settings.SIGN_IN_ADDRESS_PATIENCE)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        # Axes would forget all failures from the address, those of others too: whoever has an account could go on
        # guessing at another's by signing in as themselves in between.
        by_name, _by_address = self.filter_user_attempts(request, credentials)
        count: int = by_name.delete()[0]
        return count


def name_key(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return what a typed user name is counted under."""
    typed = (credentials or {}).get("username") or ""
    return _key(typed)


def is_paused(request: HttpRequest, username: str) -> bool:
    """Whether signing in is refused for now, to this user name or from this address."""
    return not AxesProxyHandler.is_allowed(request, {"username": username})


def was_paused(request: HttpRequest) -> bool:
    """Whether the attempt just made was refused unseen, or was the last one before the pause."""
    return bool(getattr(request, "axes_locked_out", False))


def failed(request: HttpRequest, username: str) -> None:
    """Count a wrong code like a wrong password."""
    AxesProxyHandler.user_login_failed(sender=__name__, credentials={"username": username}, request=request)


def is_name_paused(username: str) -> bool:
    """Whether signing in is refused for now to this user name, wherever from."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    mine = AccessAttempt.objects.filter(username=_key(username), attempt_time__gte=since)
    return _failures(mine) >= settings.AXES_FAILURE_LIMIT


def forget(username: str) -> int:
    """Forget the failures of a user name; return how many records there were."""
    count: int = AxesProxyHandler.reset_attempts(username=_key(username))
    return count


def _key(username: str) -> str:
    return vault.opened().mac(username, purpose="access.attempts")


def _failures(rows: QuerySet[AccessAttempt]) -> int:
    return rows.aggregate(total=Sum("failures_since_start"))["total"] or 0
