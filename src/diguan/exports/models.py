"""What somebody asked to take out of the house, and what became of it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from diguan.access.models import User
from diguan.access.scope import Scope


class State(models.TextChoices):
    ASKED = "asked", _("waits for approval")
    APPROVED = "approved", _("may be made")
    REFUSED = "refused", _("refused")
    MADE = "made", _("ready")
    EXPIRED = "expired", _("expired")


FOLLOWS = {
    State.ASKED: {State.APPROVED, State.REFUSED, State.EXPIRED},
    State.APPROVED: {State.MADE, State.EXPIRED},
    State.MADE: {State.EXPIRED},
    State.REFUSED: set(),
    State.EXPIRED: set(),
}


class Format(models.TextChoices):
    XLSX = "xlsx", _("Excel (xlsx)")
    CSV = "csv", _("CSV, UTF-8")
    CSV_GB = "csv-gb18030", _("CSV, GB18030")


class Export(models.Model):
    """One file, from the request to its removal.

    `ranges` is where its rows may lie: as asked for, and once made, as made. `expected_rows` is what was shown when it
    was asked for and, where somebody approves, what is approved; a file never holds more. `expires_at` is the end of
    whatever it waits for: the approval, the making, the fetching.
    """

    list_id = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    ranges = models.JSONField(default=list)
    place_number = models.BigIntegerField()
    columns = models.JSONField(default=list)
    file_format = models.CharField(max_length=20, choices=Format.choices)
    shows_names = models.BooleanField(default=False)
    identifier_reason = models.CharField(max_length=300, blank=True, default="")
    purpose = models.CharField(max_length=300)
    expected_rows = models.PositiveIntegerField()
    needs_approval = models.BooleanField()
    state = models.CharField(max_length=20, choices=State.choices)
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    made_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(null=True)
    size = models.PositiveBigIntegerField(null=True)
    digest = models.CharField(max_length=80, blank=True, default="")
    file_name = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["asked_by", "-id"], name="export_by_asker"),
            models.Index(fields=["state", "expires_at"], name="export_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="export_decided_by_another",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How people call it; it stands in the file."""
        return f"E{self.pk:06}"

    @property
    def scope(self) -> Scope:
        return Scope(tuple((low, high) for low, high in self.ranges))

    def state_at(self, at: dt.datetime) -> State:
        """Return its state, with what lapsed before anybody came to note it."""
        state = State(self.state)
        return State.EXPIRED if State.EXPIRED in FOLLOWS[state] and at >= self.expires_at else state
