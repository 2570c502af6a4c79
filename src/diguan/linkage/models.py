"""Lists of other offices, and pairs of entries that may be one person.

A pair stands in `Match` twice, once as each of its two sides sees it, under that side's place: so a reader's scope is
one range of an index, and whoever sees one side sees that there is another one, and nothing of it that lies elsewhere.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from diguan.access import rows
from diguan.access.models import User


class Roll(models.Model):
    """One edition of a list that another office keeps. A later edition takes over the entries; of the earlier ones the
    counts stay, and nobody's data."""

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    source = models.CharField(_("source"), max_length=64)
    title = models.CharField(_("name of the list"), max_length=200, blank=True)
    as_of = models.DateField(_("as of"))
    pack_id = models.CharField(_("pack"), max_length=100)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, null=True, related_name="+")
    digest = models.CharField(_("digest"), max_length=64)
    counts = models.JSONField(_("counts"), default=dict)
    refusals = models.JSONField(_("refused rows by reason"), default=dict)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.BigIntegerField(_("received by"), null=True)
    received_by_name = models.CharField(_("received by (name)"), max_length=200)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaces")

    class Meta:
        verbose_name = _("list of another office")
        verbose_name_plural = _("lists of other offices")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "title"], condition=Q(replaced_by__isnull=True), name="roll_has_one_edition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.title} {self.as_of}".replace("  ", " ")


class Search(models.Model):
    """One search for people who stand twice, in the registry or in the registry and a list. `place` is where it looked."""

    roll = models.ForeignKey(Roll, on_delete=models.PROTECT, null=True, related_name="searches")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, null=True, related_name="+")
    pack_id = models.CharField(_("pack"), max_length=100)
    counts = models.JSONField(_("counts"), default=dict)
    started_at = models.DateTimeField(_("started at"))
    started_by = models.BigIntegerField(_("started by"), null=True)
    started_by_name = models.CharField(_("started by (name)"), max_length=200)
    finished_at = models.DateTimeField(_("finished at"))
    finished_by = models.BigIntegerField(_("finished by"), null=True)

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("searches")

    def __str__(self) -> str:
        return f"{self.pk} {self.started_at:%Y-%m-%d}"


class RollEntry(models.Model):
    """Somebody on a list. `fingerprint` follows from what the list says of them and is the same in its next edition.

    `person` is who they are in the registry, once that is known. Of somebody who is not there, `status` says what became
    of looking into it, `assigned_to` who does, `due_on` by when.
    """

    class State(models.TextChoices):
        UNCOMPARED = "", _("not compared yet")
        FOUND = "found", pgettext_lazy("entry", "in the registry")
        REVIEW = "review", _("to be looked at")
        MISSING = "missing", _("not in the registry")

    class Status(models.TextChoices):
        TO_CHECK = "to_check", _("to check")
        OTHER_NAME = "other_name", _("in the registry under another name")
        ELSEWHERE = "elsewhere", _("lives elsewhere")
        DIED = "died", _("died")
        TO_REGISTER = "to_register", _("to be registered")
        REGISTERED = "registered", _("registered")

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    roll = models.ForeignKey(Roll, on_delete=models.PROTECT, related_name="entries", db_index=False)
    fingerprint = models.UUIDField(_("fingerprint"), editable=False, unique=True)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+", db_index=False)
    place_number = models.BigIntegerField(_("place number"))
    row = models.PositiveIntegerField(_("row in the file"))
    name = models.CharField(_("name"), max_length=200)
    sex = models.CharField(_("sex"), max_length=10, blank=True)  # male, female
    born = models.CharField(_("date of birth"), max_length=20, blank=True)  # as far as the list knows it
    relation = models.CharField(_("relation"), max_length=100, blank=True)
    household = models.CharField(_("household on the list"), max_length=100, blank=True)
    mac = models.CharField(_("keyed hash"), max_length=80, blank=True)
    scheme = models.CharField(_("scheme"), max_length=40, blank=True)
    sealed = models.CharField(_("sealed number"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UNCOMPARED, blank=True)
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    due_on = models.DateField(_("due on"), null=True)
    changed_at = models.DateTimeField(_("changed at"), null=True)
    changed_by = models.BigIntegerField(_("changed by"), null=True)
    changed_by_name = models.CharField(_("changed by (name)"), max_length=200, blank=True)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("entry of a list")
        verbose_name_plural = _("entries of lists")
        indexes = [
            models.Index(fields=["roll", "state", "place_number", "status", "id"], name="roll_entry_by_place"),
            models.Index(fields=["roll", "household"], name="roll_entry_by_household"),
            models.Index(fields=["assigned_to", "due_on"], name="roll_entry_of", condition=Q(state="missing")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(place_number__gte=0), name="roll_entry_place_number"),
            models.CheckConstraint(
                condition=Q(state="found", person__isnull=False) | (~Q(state="found") & Q(person__isnull=True)),
                name="roll_entry_found_is_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def mark(self) -> str:
        """Names the last change, so that whoever changes it next can be told of one in between."""
        return "" if self.changed_at is None else self.changed_at.isoformat()


class Match(models.Model):
    """A pair as one of its sides sees it: `person` or `entry` is the own side, `other_…` the other one.

    `pair` names the pair and follows from its two sides, so that it is the same in every search. `stake` is how many of
    the two households are counted in a cohort. `levels` holds what the comparison said, in its own words and bits, and
    nothing of what anybody is called or when they were born.
    """

    class Decision(models.TextChoices):
        NUMBER = "number", _("same ID number")
        SAME = "same", _("one person, as compared")
        THROUGH = "through", _("one person, through a third entry")
        REVIEW = "review", _("uncertain")

    class Verdict(models.TextChoices):
        SAME = "same", _("same person")
        DIFFERENT = "different", _("different persons")
        UNSURE = "unsure", _("cannot tell yet")

    pair = models.UUIDField(_("pair"), editable=False)
    is_first = models.BooleanField(_("first side"))
    search = models.ForeignKey(Search, on_delete=models.PROTECT, related_name="matches")
    roll = models.ForeignKey(Roll, on_delete=models.PROTECT, null=True, related_name="matches")
    place_number = models.BigIntegerField(_("place number"))
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(RollEntry, on_delete=models.CASCADE, null=True, related_name="+")
    other_place_number = models.BigIntegerField(_("place number of the other side"))
    other_person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, null=True, related_name="+")
    other_entry = models.ForeignKey(RollEntry, on_delete=models.CASCADE, null=True, related_name="+")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    probability = models.FloatField(_("probability"))
    stake = models.PositiveSmallIntegerField(_("what is at stake"), default=0)
    levels = models.JSONField(_("comparison"), default=dict)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices, blank=True)
    verdicts = models.PositiveSmallIntegerField(_("number of verdicts"), default=0)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        indexes = [
            models.Index(fields=["place_number", "verdict"], name="match_by_place"),
            models.Index(fields=["verdict", "-stake", "-probability", "id"], name="match_by_stake"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["pair", "is_first"], name="match_side_once"),
            models.CheckConstraint(
                condition=Q(place_number__gte=0, other_place_number__gte=0), name="match_place_number"
            ),
            models.CheckConstraint(condition=Q(person__isnull=True) ^ Q(entry__isnull=True), name="match_side_is_one"),
        ]

    def __str__(self) -> str:
        return str(self.pair)


class Verdict(models.Model):
    """What somebody said of a pair, and why; never changed, never deleted. The last one counts."""

    VERBS = ("SELECT", "INSERT")

    pair = models.UUIDField(_("pair"), editable=False)
    number = models.PositiveSmallIntegerField(_("number"))  # 1 is the first
    verdict = models.CharField(_("verdict"), max_length=10, choices=Match.Verdict.choices)
    reason = models.CharField(_("reason"), max_length=500)
    given_at = models.DateTimeField(_("given at"))
    given_by = models.BigIntegerField(_("given by"), null=True)
    given_by_name = models.CharField(_("given by (name)"), max_length=200)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [models.UniqueConstraint(fields=["pair", "number"], name="verdict_number")]

    def __str__(self) -> str:
        return f"{self.pair} {self.number} {self.verdict}"
