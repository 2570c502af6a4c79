"""Sessions: how they begin, how they end, and what is kept of those that did not begin."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth import login, logout
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from diguan.access import arrival, attempts, second_factor
from diguan.access.acts import may_administer, record
from diguan.access.models import Factor, RecoveryCode, User
from diguan.journal import actions as journal

_BACKEND = "django.contrib.auth.backends.ModelBackend"


class CodeRefused(Exception):
    """The code is none of the second factor's, or was used before."""


@transaction.atomic
def sign_in(*, request: HttpRequest, by: User, at: dt.datetime, factor: str = "") -> None:
    """Begin a session for somebody who has proved who they are; `factor` says by what, beside the password."""
    arrival.end(request)
    login(request, by, backend=_BACKEND)
    if factor:
        arrival.prove(request)
    record("user.signed_in", by, by=by, at=at, detail={"factor": factor} if factor else None)


@transaction.atomic
def pass_factor(*, code: str, by: User, at: dt.datetime) -> str:
    """Take a code of the person's second factor, or a recovery code, and return which it was. Either serves once.

    Raises: CodeRefused.
    """
    # The row is locked, so that of two requests with one code only one is let in.
    factor = Factor.objects.select_for_update().filter(user=by).first()
    if factor is None:
        raise CodeRefused
    secret = second_factor.unsealed(factor.secret, by.pk)
    step = second_factor.step_of(secret, code, at, after=factor.last_step)
    if step is not None:
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return "code"
    unused = RecoveryCode.objects.filter(user=by, digest=second_factor.digest(code), used_at=None)
    if not unused.update(used_at=at):
        raise CodeRefused
    left = RecoveryCode.objects.filter(user=by, used_at=None).count()
    record("user.recovery_code_used", by, by=by, at=at, detail={"left": left})
    return "recovery code"


@transaction.atomic
def sign_out(*, request: HttpRequest, by: User, at: dt.datetime) -> None:
    """End the session."""
    logout(request)
    record("user.signed_out", by, by=by, at=at)


@transaction.atomic
def sign_out_everywhere(*, user: User, by: User | None, at: dt.datetime) -> None:
    """End every session of a user, in whatever browser. Raises: NotAllowed."""
    if by is None or by.pk != user.pk:
        may_administer(user, by, at).insist()
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    record("user.signed_out_everywhere", user, by=by, at=at)


@transaction.atomic
def refuse_sign_in(*, username: str, by: None, at: dt.datetime, address: str = "", is_paused: bool = False) -> None:
    """Keep that somebody failed to sign in, and whether that paused it or met a pause.

    What was typed is kept only if it is a user's name: it may be a password.
    """
    known = User.objects.filter(username=username).exists()
    journal.record(
        by=by,
        at=at,
        verb="user.sign_in_paused" if is_paused else "user.sign_in_refused",
        subject_type="user",
        subject_key=username if known else "unknown",
        detail={"address": address} if address else None,
    )


@transaction.atomic
def refuse_proof(*, user: User, by: None, at: dt.datetime, address: str = "", is_paused: bool = False) -> None:
    """Keep that somebody whose user name is known gave a wrong code, or a wrong password when asked again."""
    verb = "user.sign_in_paused" if is_paused else "user.proof_refused"
    record(verb, user, by=by, at=at, detail={"address": address} if address else None)


@transaction.atomic
def unlock(*, user: User, by: User | None, at: dt.datetime) -> None:
    """Let somebody try again whose signing in was paused. Raises: NotAllowed."""
    may_administer(user, by, at).insist()
    attempts.forget(user.username)
    record("user.unlocked", user, by=by, at=at)
