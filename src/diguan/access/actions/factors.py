"""Second factors: taken up, renewed, given up, and taken away."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from diguan.access import demand, policies, queries, second_factor
from diguan.access.acts import may_administer, record
from diguan.access.models import Factor, RecoveryCode, User
from diguan.journal import actions as journal


@transaction.atomic
def enrol_factor(*, secret: str, step: int, by: User, at: dt.datetime) -> list[str]:
    """Make this secret the person's second factor in place of any former one; every session of theirs ends.

    `step` is that of the code with which they showed that they hold it; it serves no second time.
    Returns: recovery codes, to be shown once; only their digests are kept. Raises: NotAllowed.
    """
    policies.may_change_factor(by).insist()
    had_one = Factor.objects.filter(user=by).exists()
    Factor.objects.update_or_create(
        user=by,
        defaults={
            "secret": second_factor.sealed(secret, by.pk),
            "last_step": step,
            "enrolled_at": at,
            "enrolled_by": by,
        },
    )
    codes = _fresh_codes(by, at)
    _end_sessions(by)
    record("user.factor_renewed" if had_one else "user.factor_enrolled", by, by=by, at=at)
    return codes


@transaction.atomic
def renew_recovery_codes(*, by: User, at: dt.datetime) -> list[str]:
    """Return new recovery codes, to be shown once; the former ones serve no more. Raises: NotAllowed."""
    policies.may_change_factor(by).insist()
    codes = _fresh_codes(by, at)
    record("user.recovery_codes_renewed", by, by=by, at=at)
    return codes


@transaction.atomic
def remove_factor(*, by: User, at: dt.datetime) -> None:
    """Do without a second factor from now on; every session of theirs ends. Raises: NotAllowed."""
    rights = queries.rights(by, timezone.localdate(at))
    policies.may_remove_factor(by, is_demanded=demand.is_demanded(rights)).insist()
    _drop(by)
    record("user.factor_removed", by, by=by, at=at)


@transaction.atomic
def reset_factor(*, user: User, by: User | None, at: dt.datetime) -> None:
    """Take a lost second factor away; the person's sessions end, and they enrol another when they sign in next.

    Raises: NotAllowed.
    """
    may_administer(user, by, at).insist()
    _drop(user)
    record("user.factor_reset", user, by=by, at=at)


def _drop(user: User) -> None:
    Factor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    _end_sessions(user)


def _fresh_codes(user: User, at: dt.datetime) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = second_factor.fresh_recovery_codes()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=second_factor.digest(code), made_at=at) for code in codes
    )
    return codes


def _end_sessions(user: User) -> None:
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])


def reseal_factors(*, by: User | None, at: dt.datetime) -> int:
    """Seal every second factor anew under the vault's newest key; return how many there are. Part of changing a key."""
    with transaction.atomic():
        factors = list(Factor.objects.select_for_update().order_by("pk"))
        for factor in factors:
            secret = second_factor.unsealed(factor.secret, factor.user_id)
            factor.secret = second_factor.sealed(secret, factor.user_id)
        Factor.objects.bulk_update(factors, ["secret"], batch_size=500)
        journal.record(
            by=by, at=at, verb="keys.factors_resealed", subject_type="keys", subject_key="sealing",
            detail={"factors": len(factors)},
        )  # fmt: skip
    return len(factors)
