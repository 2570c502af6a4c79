"""What the registry keeps.

Every personal row carries the 12-digit number of its place, copied down and never joined for, so that a reader's
scope is one range of an index. Facts are one document per household and per person, derived from observations:
`{"<variable>": {"v": value, "o": observation id}}`, with `"c": [observation ids]` beside them while other
observations of the same date and the same precedence say something else. The value of an identifier is the id of its
row in `Identifier`, where it lies sealed.

Nobody and nothing is ever deleted: a household ends, a person leaves, and where they were before is kept, each change
with the life event that made it.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from diguan.access import rows


def _event() -> models.ForeignKey[LifeEvent | None, LifeEvent | None]:
    # Without an index: nearly all are NULL, and nobody asks from the event's side.
    return models.ForeignKey(
        "registry.LifeEvent", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )


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

    VERBS = ("SELECT", "INSERT", "UPDATE")

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(
        "places.Place", on_delete=models.PROTECT, related_name="households", verbose_name=_("place")
    )
    place_number = models.BigIntegerField(_("place number"))
    name = models.CharField(_("name of the head"), max_length=200, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    disputed = models.BooleanField(_("disputed"), default=False, db_default=False)  # some fact has a conflict
    began_on = models.DateField(_("began on"), null=True)  # NULL: before anybody asked
    began_by = _event()
    ended_on = models.DateField(_("ended on"), null=True)  # the first day on which it does not count
    ended_by = _event()
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged_from", db_index=False
    )
    registered_at = models.DateTimeField(_("registered at"))
    registered_by = models.BigIntegerField(_("registered by"), null=True)
    registered_by_name = models.CharField(_("registered by (name)"), max_length=200)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        indexes = [
            models.Index(fields=["place_number", "id"], name="household_by_place"),
            models.Index(fields=["place_number", "id"], name="household_disputed", condition=Q(disputed=True)),
        ]
        constraints = [models.CheckConstraint(condition=Q(place_number__gte=0), name="household_place_number")]

    def __str__(self) -> str:
        return str(self.key)


class Person(models.Model):
    """A member of a household and the facts about that one person. `name` is protected.

    Somebody found twice is kept as `same_as` the other, and what was said of either is said of one.
    """

    VERBS = ("SELECT", "INSERT", "UPDATE")

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="members", verbose_name=_("household")
    )
    place_number = models.BigIntegerField(_("place number"))
    ordinal = models.PositiveIntegerField(_("position in the household"), default=0)
    name = models.CharField(_("name"), max_length=200, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    disputed = models.BooleanField(_("disputed"), default=False, db_default=False)  # some fact has a conflict
    joined_on = models.DateField(_("joined on"), null=True)  # NULL: before anybody asked
    joined_by = _event()
    left_on = models.DateField(_("left on"), null=True)  # the first day on which they do not count
    left_by = _event()
    same_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="doubles", db_index=False)
    registered_at = models.DateTimeField(_("registered at"))
    registered_by = models.BigIntegerField(_("registered by"), null=True)
    registered_by_name = models.CharField(_("registered by (name)"), max_length=200)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["place_number", "id"], name="person_by_place"),
            models.Index(fields=["same_as"], name="person_found_twice", condition=Q(same_as__isnull=False)),
            models.Index(fields=["place_number", "household"], name="person_disputed", condition=Q(disputed=True)),
        ]
        constraints = [models.CheckConstraint(condition=Q(place_number__gte=0), name="person_place_number")]

    def __str__(self) -> str:
        return str(self.key)


class Observation(models.Model):
    """What one source said about a household and its people on one date; never changed, never deleted.

    `body` is `{"household": {variable: value}, "persons": {"<person key>": {variable: value}}}`; `digest` is taken
    over its content whatever the order of its keys, so that a replay is recognised.
    """

    # A household that moves takes its rows along: their place is all of them that ever changes.
    VERBS = ("SELECT", "INSERT", "UPDATE (place_number)")

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
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")  # why a correction was made
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


class Identifier(models.Model):
    """One number that names a person or an account of a household, as somebody stated it.

    `owner` is the key of the person, or of the household. `sealed` opens with the vault's keys and only as this
    owner's; `mac` finds equal numbers of one scheme without opening any. Rows are added and sealed anew, never removed:
    observations name them.
    """

    VERBS = ("SELECT", "INSERT", "UPDATE (household_id, place_number, mac, sealed)")

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="identifiers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="identifiers")
    owner = models.UUIDField(_("owner"), editable=False)
    place_number = models.BigIntegerField(_("place number"))
    variable = models.CharField(_("variable"), max_length=64)
    scheme = models.CharField(_("scheme"), max_length=40)
    state = models.CharField(_("state"), max_length=20)
    told = models.JSONField(_("parts"), default=dict)
    mac = models.CharField(_("keyed hash"), max_length=80)
    sealed = models.CharField(_("sealed number"), max_length=300)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        indexes = [
            models.Index(fields=["mac"], name="identifier_by_mac"),
            models.Index(fields=["place_number", "id"], name="identifier_by_place"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(place_number__gte=0), name="identifier_place_number"),
            models.UniqueConstraint(fields=["owner", "variable", "mac"], name="identifier_stands_once"),
        ]

    def __str__(self) -> str:
        return f"{self.variable} {self.pk}"


class LifeEvent(models.Model):
    """What changed who lives with whom, and where; never changed, never deleted.

    `place_number` follows the household; `other` is where people went, or came from when a household was split off.
    """

    VERBS = ("SELECT", "INSERT", "UPDATE (place_number, other_id)")

    class Kind(models.TextChoices):
        BIRTH = "birth", _("birth")
        ARRIVAL = "arrival", _("arrival")
        DEATH = "death", _("death")
        DEPARTURE = "departure", _("departure")
        TRANSFER = "transfer", _("move to another household")
        RELOCATION = "relocation", _("move to another place")
        SPLIT = "split", _("split of the household")
        MERGE = "merge", _("merge into another household")

    class Cause(models.TextChoices):
        NONE = "", _("not stated")
        MARRIAGE = "marriage", _("marriage")
        DIVORCE = "divorce", _("divorce")
        ADOPTION = "adoption", _("adoption")
        WORK = "work", _("work or study")
        CARE = "care", _("care")
        RETURN = "return", _("return")
        MISTAKE = "mistake", _("an earlier entry was wrong")

    instance_id = models.UUIDField(_("instance id"), unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    cause = models.CharField(_("cause"), max_length=20, choices=Cause.choices, blank=True, default="")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="life_events")
    other = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="life_events_of_others")
    place_number = models.BigIntegerField(_("place number"))
    occurred_on = models.DateField(_("occurred on"))
    reporter = models.CharField(_("reporter"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.BigIntegerField(_("recorded by"), null=True)
    recorded_by_name = models.CharField(_("recorded by (name)"), max_length=200)
    people = models.JSONField(_("people"), default=list)  # keys of those it is about
    digest = models.CharField(_("digest"), max_length=64)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("life event")
        verbose_name_plural = _("life events")
        indexes = [models.Index(fields=["place_number", "id"], name="life_event_by_place")]
        constraints = [models.CheckConstraint(condition=Q(place_number__gte=0), name="life_event_place_number")]

    def __str__(self) -> str:
        return str(self.instance_id)


class FormerStay(models.Model):
    """That a person belonged to a household, until they moved to another one or came back after having left."""

    VERBS = ("SELECT", "INSERT", "UPDATE (place_number)")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="former_stays")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="former_stays")
    place_number = models.BigIntegerField(_("place number"))  # of the household
    joined_on = models.DateField(_("joined on"), null=True)
    joined_by = _event()
    left_on = models.DateField(_("left on"))
    left_by = models.ForeignKey(LifeEvent, on_delete=models.PROTECT, related_name="+")

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("former stay")
        verbose_name_plural = _("former stays")
        indexes = [models.Index(fields=["place_number", "id"], name="former_stay_by_place")]
        constraints = [models.CheckConstraint(condition=Q(place_number__gte=0), name="former_stay_place_number")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.household_id}"


class FormerPlace(models.Model):
    """That a household lived in a place, until it moved. Whoever sees the household sees where it lived."""

    VERBS = ("SELECT", "INSERT", "UPDATE (place_number)")

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="former_places")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    place_number = models.BigIntegerField(_("place number"))  # of the household now
    left_on = models.DateField(_("left on"))
    left_by = models.ForeignKey(LifeEvent, on_delete=models.PROTECT, related_name="+")

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("former place")
        verbose_name_plural = _("former places")
        indexes = [models.Index(fields=["place_number", "id"], name="former_place_by_place")]
        constraints = [models.CheckConstraint(condition=Q(place_number__gte=0), name="former_place_place_number")]

    def __str__(self) -> str:
        return f"{self.household_id} in {self.place_id}"
