"""People who sign in, and what was granted to them, where, from when to when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from diguan.access import roles


class User(AbstractUser):
    """Somebody who signs in. A user may do nothing until a role is granted for a place.

    Every session carries a seal over password and `session_epoch`, looked at with each request: when either changes,
    all sessions of the user end.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def __str__(self) -> str:
        return self.get_full_name()

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        # Django's own seal covers the password alone; its public methods and the fallback keys go through this one.
        content = f"{self.session_epoch}|{self.password}"
        return salted_hmac("diguan.access.session", content, secret=secret, algorithm="sha256").hexdigest()


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self, on: dt.date) -> GrantQuerySet:
        """Keep the grants that give something on this day: begun, not past their last day, not ended."""
        return self.filter(
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on), starts_on__lte=on, ended_at__isnull=True
        )


class Grant(models.Model):
    """One role for one place and everything below it.

    The place is copied in as its range of numbers, its code and its depth in the tree (0 is the top; unknown in
    grants of former versions): access stands above places and knows no tree. `purpose` says what it is for.
    `ends_on` is the last day, included. `ended_at` is a revocation and works at once.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=roles.choices)
    place_number = models.BigIntegerField()
    place_upper = models.BigIntegerField()
    place_code = models.CharField(max_length=40)
    place_depth = models.PositiveSmallIntegerField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    purpose = models.CharField(max_length=300, blank=True, default="")
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(place_number__lt=models.F("place_upper")), name="grant_place_is_a_range"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="grant_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["place_number", "place_upper"], name="grant_by_place")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.place_code}"


class Factor(models.Model):
    """Somebody's second factor: what their telephone or token makes its codes from.

    `secret` is sealed by the vault for this user alone. `last_step` is the time step of the last code accepted: no
    code of it, or of an earlier one, is accepted again.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="factor")
    secret = models.TextField()
    last_step = models.BigIntegerField()
    enrolled_at = models.DateTimeField()
    enrolled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id} {self.enrolled_at:%Y-%m-%d}"


class RecoveryCode(models.Model):
    """A code that stands in once for a second factor that is not at hand; kept as its digest only."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"
