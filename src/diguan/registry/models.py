"""What the registry keeps.

Every personal row carries the 12-digit number of its place, copied down and never joined for, so that a reader's
scope is one range of an index. Facts are one document per household and per person, derived from observations:
`{"<variable>": {"v": value, "o": observation id}}`, with `"c": [observation ids]` beside them while other
observations of the same date and the same precedence say something else.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from diguan.access import rows


class Registry(models.Model):
    """What this registry is; one row."""

    name = models.CharField(_("name"), max_length=200)
    synthetic = models.BooleanField(_("synthetic"), default=False)
    seed = models.BigIntegerField(_("seed"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("registry")
        verbose_name_plural = _("registries")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="registry_is_one")]

    def __str__(self) -> str:
        return self.name


class Household(models.Model):
    """A household and its facts. `name` is the head's name and protected."""

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(
        "places.Place", on_delete=models.PROTECT, related_name="households", verbose_name=_("place")
    )
    place_number = models.BigIntegerField(_("place number"))
    name = models.CharField(_("name of the head"), max_length=200, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    registered_at = models.DateTimeField(_("registered at"))
    registered_by = models.BigIntegerField(_("registered by"), null=True)
    registered_by_name = models.CharField(_("registered by (name)"), max_length=200)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        indexes = [models.Index(fields=["place_number", "id"], name="household_by_place")]
        constraints = [models.CheckConstraint(condition=Q(place_number__gte=0), name="household_place_number")]

    def __str__(self) -> str:
        return str(self.key)


class Person(models.Model):
    """A member of a household and the facts about that one person. `name` is protected."""

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="members", verbose_name=_("household")
    )
    place_number = models.BigIntegerField(_("place number"))
    ordinal = models.PositiveIntegerField(_("position in the household"), default=0)
    name = models.CharField(_("name"), max_length=200, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    registered_at = models.DateTimeField(_("registered at"))
    registered_by = models.BigIntegerField(_("registered by"), null=True)
    registered_by_name = models.CharField(_("registered by (name)"), max_length=200)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=["place_number", "id"], name="person_by_place")]
        constraints = [models.CheckConstraint(condition=Q(place_number__gte=0), name="person_place_number")]

    def __str__(self) -> str:
        return str(self.key)


class Observation(models.Model):
    """What one source said about a household and its people on one date; never changed, never deleted.

    `body` is `{"household": {variable: value}, "persons": {"<person key>": {variable: value}}}`; `digest` is taken
    over its content whatever the order of its keys, so that a replay is recognised.
    """

    VERBS = ("SELECT", "INSERT")

    instance_id = models.UUIDField(_("instance id"), unique=True, editable=False)
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        related_name="observations",
        verbose_name=_("household"),
        db_index=False,  # the index by household and date serves it
    )
    place_number = models.BigIntegerField(_("place number"))
    source = models.CharField(_("source"), max_length=64)
    reporter = models.CharField(_("reporter"), max_length=200, blank=True)
    observed_on = models.DateField(_("observed on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.BigIntegerField(_("recorded by"), null=True)
    recorded_by_name = models.CharField(_("recorded by (name)"), max_length=200)
    body = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        indexes = [
            models.Index(fields=["place_number", "id"], name="observation_by_place"),
            models.Index(fields=["household", "-observed_on"], name="observation_of_household"),
            # a snapshot of a past date asks which households in scope were observed after it
            models.Index(fields=["place_number", "observed_on", "household"], name="observation_by_date"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(place_number__gte=0), name="observation_place_number"),
            models.CheckConstraint(condition=~Q(source=""), name="observation_has_source"),
        ]

    def __str__(self) -> str:
        return str(self.instance_id)
