"""What screenings keep in the database: the current one household by household, of earlier ones what they summed up to.

The files a screening wrote stay for ever; the rows of results are replaced with each run, so that lists and pages
read one small set of tables.
"""

import uuid
from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diguan.access import rows

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
OUTCOMES = {"m": MET, "n": NOT_MET, "u": UNKNOWN}
LETTERS = {outcome: letter for letter, outcome in OUTCOMES.items()}


class Screening(models.Model):
    """One run of a pack over a snapshot; never changed but for `is_current`.

    `counts` is what the engine counted (households, persons, refused …); `computed` the parameters it worked out over
    the snapshot; `history` the snapshots it looked back at, by months before; `standards`, `cohorts` and `checks` the pack's, in its order.
    """

    VERBS = ("SELECT", "INSERT", "UPDATE (is_current)")

    pack_id = models.CharField(_("pack"), max_length=100)
    pack_version = models.CharField(_("version of the pack"), max_length=40)
    pack_digest = models.CharField(_("digest of the pack"), max_length=64)
    as_of = models.DateField(_("as of"))
    snapshot_id = models.CharField(_("snapshot"), max_length=64)
    folder = models.CharField(_("folder of the results"), max_length=500)
    standards = models.JSONField(_("standards"), default=list)
    cohorts = models.JSONField(_("cohorts"), default=list)
    checks = models.JSONField(_("data checks"), default=list)
    counts = models.JSONField(_("counts"), default=dict)
    computed = models.JSONField(_("computed parameters"), default=dict)
    history = models.JSONField(_("earlier snapshots"), default=dict)
    is_current = models.BooleanField(_("current"), default=False)
    started_at = models.DateTimeField(_("started at"))
    started_by = models.BigIntegerField(_("started by"), null=True)
    started_by_name = models.CharField(_("started by (name)"), max_length=200)
    finished_at = models.DateTimeField(_("finished at"))
    finished_by = models.BigIntegerField(_("finished by"), null=True)

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="screening_one_current"),
            models.CheckConstraint(condition=Q(finished_at__gte=F("started_at")), name="screening_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.as_of}"


class Run(models.Model):
    """A screening of the registry from being asked for to its end; its number is that of the screening it leads to.

    What changes every second, and what came about on the way, lies in files (`screening.keeping`). `history` are the
    snapshots of earlier days, by months before; `seconds` how long each step took.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")
        DONE = "done", _("done")

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.WAITING)
    pack_id = models.CharField(_("pack"), max_length=100)
    pack_version = models.CharField(_("version of the pack"), max_length=40)
    pack_digest = models.CharField(_("digest of the pack"), max_length=64)
    as_of = models.DateField(_("as of"))
    known_on = models.DateField(_("by what was on file on"), null=True)
    is_draft = models.BooleanField(_("trial"), default=False)
    is_current = models.BooleanField(_("takes the place of the current screening"), default=True)
    folder = models.CharField(_("folder of the results"), max_length=500)
    snapshot_id = models.CharField(_("snapshot"), max_length=64, blank=True)
    history = models.JSONField(_("earlier snapshots"), default=dict)
    step = models.CharField(_("step"), max_length=20, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    is_in_background = models.BooleanField(_("carried out by the server"), default=False)
    wanted_by = models.BigIntegerField(_("wanted by"), null=True)  # who asked last, be it to begin or to go on
    seconds = models.JSONField(_("seconds by step"), default=dict)
    problem = models.JSONField(_("problem"), default=dict)  # template and values
    screening = models.OneToOneField(
        Screening, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("screening")
    )
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.BigIntegerField(_("asked by"), null=True)
    asked_by_name = models.CharField(_("asked by (name)"), max_length=200)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.BigIntegerField(_("ended by"), null=True)

    class Meta:
        verbose_name = _("run of a screening")
        verbose_name_plural = _("runs of screenings")
        indexes = [models.Index(fields=["state", "id"], name="run_by_state")]

    def __str__(self) -> str:
        return f"{self.pk} {self.pack_id} {self.as_of} {self.state}"

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK


# What a run may become from where it is. One that was cut off is still called running, and nobody holds it.
_R = Run.State
AT_WORK = (_R.WAITING, _R.RUNNING)
TRANSITIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        _R.WAITING: frozenset({_R.RUNNING, _R.CANCELLED, _R.FAILED}),
        _R.RUNNING: frozenset({_R.DONE, _R.CANCELLED, _R.FAILED, _R.WAITING, _R.RUNNING}),
        _R.CANCELLED: frozenset({_R.WAITING}),
        _R.FAILED: frozenset({_R.WAITING}),
        _R.DONE: frozenset(),
    }
)


class Result(models.Model):
    """What the current screening found for one household.

    `outcomes` has one letter per standard in the screening's order: m met, n not met, u unknown; a capital letter
    where the standard applies to the household, a small one where it is met because it does not apply.
    """

    screening = models.ForeignKey(
        Screening, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("screening")
    )
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="+", verbose_name=_("household"), db_index=False
    )
    place_number = models.BigIntegerField(_("place number"))
    persons = models.PositiveIntegerField(_("persons"))
    cohort = models.CharField(_("cohort"), max_length=100)
    outcomes = models.CharField(_("outcomes"), max_length=200)
    faults = models.PositiveSmallIntegerField(_("data checks raised"), default=0)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        indexes = [
            models.Index(fields=["screening", "place_number", "household"], name="result_by_place"),
            models.Index(fields=["screening", "cohort", "place_number", "household"], name="result_by_cohort"),
            models.Index(
                fields=["screening", "place_number", "household", "cohort"],
                condition=Q(faults__gt=0),
                name="result_with_faults",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["household", "screening"], name="result_once"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.cohort} {self.outcomes}"

    @property
    def standards(self) -> Mapping[str, str]:
        """Outcome by standard: met, not_met or unknown."""
        letters = zip(self.screening.standards, self.outcomes, strict=True)
        return {standard: OUTCOMES[letter.lower()] for standard, letter in letters}

    @property
    def not_applicable(self) -> frozenset[str]:
        """Standards that the household meets because they do not apply to it."""
        letters = zip(self.screening.standards, self.outcomes, strict=True)
        return frozenset(standard for standard, letter in letters if letter.islower())


class Shortfall(models.Model):
    """A standard that a household of the current screening does not meet, or of which nobody knows."""

    screening = models.ForeignKey(
        Screening, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("screening")
    )
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="+", verbose_name=_("household"), db_index=False
    )
    place_number = models.BigIntegerField(_("place number"))
    standard = models.CharField(_("standard"), max_length=100)
    outcome = models.CharField(_("outcome"), max_length=10)
    persons = models.PositiveIntegerField(_("persons"))
    cohort = models.CharField(_("cohort"), max_length=100)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("shortfall")
        verbose_name_plural = _("shortfalls")
        indexes = [
            # the cohort at its end lets a list of both be filtered without touching the rows
            models.Index(
                fields=["screening", "standard", "outcome", "place_number", "household", "cohort"],
                name="shortfall_by_standard",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=[NOT_MET, UNKNOWN]), name="shortfall_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.standard} {self.outcome}"


class Fault(models.Model):
    """A check of the data that is raised for a household of the current screening.

    `persons` are the keys of the members in whom it found a fault; none where the check is about the household.
    """

    screening = models.ForeignKey(
        Screening, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("screening")
    )
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="+", verbose_name=_("household"), db_index=False
    )
    place_number = models.BigIntegerField(_("place number"))
    rule = models.CharField(_("data check"), max_length=100)
    persons = models.JSONField(_("persons"), default=list)
    cohort = models.CharField(_("cohort"), max_length=100)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("fault in the data")
        verbose_name_plural = _("faults in the data")
        indexes = [
            models.Index(fields=["screening", "rule", "place_number", "household", "cohort"], name="fault_by_rule"),
        ]
        constraints = [models.UniqueConstraint(fields=["household", "rule", "screening"], name="fault_once")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.rule}"


class Total(models.Model):
    """Households and persons of one place under one heading; kept for every screening.

    kind `all` (subject all), `standard` (met, not_met, unknown), `cohort` (member, or subject unknown), `to_check`
    (households with anything unknown), `check` (raised, unknown; subject all: any raised), `severity` (raised). No place: the whole, with the households whose place is in no tree.
    """

    screening = models.ForeignKey(
        Screening, on_delete=models.CASCADE, related_name="totals", db_index=False, verbose_name=_("screening")
    )
    place = models.ForeignKey(
        "places.Place", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("place")
    )
    kind = models.CharField(_("kind"), max_length=20)
    subject = models.CharField(_("subject"), max_length=100)
    outcome = models.CharField(_("outcome"), max_length=10)
    households = models.PositiveIntegerField(_("households"))
    persons = models.PositiveIntegerField(_("persons"))
    weighted_persons = models.DecimalField(_("weighted persons"), max_digits=24, decimal_places=6, null=True)

    class Meta:
        verbose_name = _("total")
        verbose_name_plural = _("totals")
        constraints = [
            models.UniqueConstraint(fields=["screening", "place", "kind", "subject", "outcome"], name="total_once"),
            models.UniqueConstraint(
                fields=["screening", "kind", "subject", "outcome"],
                condition=Q(place__isnull=True),
                name="total_of_all_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.kind} {self.subject} {self.outcome}"


class Comparison(models.Model):
    """Two screenings held against each other; `counts` is what the engine counted."""

    before = models.ForeignKey(
        Screening, on_delete=models.CASCADE, related_name="+", verbose_name=_("screening before")
    )
    after = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="+", verbose_name=_("screening after"))
    counts = models.JSONField(_("counts"), default=dict)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.BigIntegerField(_("made by"), null=True)

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        constraints = [models.UniqueConstraint(fields=["before", "after"], name="comparison_once")]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class Flow(models.Model):
    """Households and persons of one place that went from one cohort or outcome to another, or stayed.

    kind `cohort` (name cohort) or `standard`; reason empty for those who stay. No place: the whole. Of a standard, those who
    met it both times are not kept.
    """

    comparison = models.ForeignKey(
        Comparison, on_delete=models.CASCADE, related_name="flows", db_index=False, verbose_name=_("comparison")
    )
    place = models.ForeignKey(
        "places.Place", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("place")
    )
    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    before = models.CharField(_("before"), max_length=100)
    after = models.CharField(_("after"), max_length=100)
    reason = models.CharField(_("reason"), max_length=20)
    households = models.PositiveIntegerField(_("households"))
    persons_before = models.PositiveIntegerField(_("persons before"))
    persons_after = models.PositiveIntegerField(_("persons after"))

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        constraints = [
            models.UniqueConstraint(
                fields=["comparison", "place", "kind", "name", "before", "after", "reason"], name="flow_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.name} {self.before} → {self.after} {self.reason}"


class Change(models.Model):
    """A cohort or an outcome of one household that is not what it was, and why; where the household lived before.

    `place_number` is where it is on file now, `was_number` where the earlier screening found it; none where it did not.
    """

    comparison = models.ForeignKey(
        Comparison, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("comparison")
    )
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="+", verbose_name=_("household"), db_index=False
    )
    place_number = models.BigIntegerField(_("place number"))
    was_number = models.BigIntegerField(_("place number before"), null=True)
    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    before = models.CharField(_("before"), max_length=100)
    after = models.CharField(_("after"), max_length=100)
    reason = models.CharField(_("reason"), max_length=20)
    causes = models.JSONField(_("causes"), default=list)

    objects = rows.ScopedManager()

    class Meta:
        verbose_name = _("change of a household")
        verbose_name_plural = _("changes of households")
        indexes = [
            models.Index(fields=["comparison", "kind", "name", "place_number", "household"], name="change_by_place"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["household", "comparison", "kind", "name"], name="change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.name} {self.before} → {self.after}"
