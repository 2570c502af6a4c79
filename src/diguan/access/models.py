"""People who sign in, and what was granted to them, where, from when to when."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from diguan.access import roles


class User(AbstractUser):
    """Somebody who signs in. A user may do nothing until a role is granted for a place."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def __str__(self) -> str:
        return self.get_full_name()


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self, on: dt.date) -> GrantQuerySet:
        """Keep the grants that give something on this day: begun, not past their last day, not ended."""
        return self.filter(
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=on), starts_on__lte=on, ended_at__isnull=True
        )


class Grant(models.Model):
    """One role for one place and everything below it.

    The place is copied in as its range of numbers and its code: access stands above places and knows no tree.
    `ends_on` is the last day, included. `ended_at` is a revocation and works at once.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=roles.choices)
    place_number = models.BigIntegerField()
    place_upper = models.BigIntegerField()
    place_code = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
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
