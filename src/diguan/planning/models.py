"""What-ifs and the trials they consist of. Here stands what was asked and how far it is; what came out, counts by place and
keys of households without names, lies in a folder of each trial, beside the screening it was tried upon."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _

from diguan.screening.models import Screening


class WhatIf(models.Model):
    """Numbers set otherwise, or another pack, to be tried over the snapshots of one or more screenings.

    `name` is empty where nobody gave one: it is then called by what is otherwise. `pack_id` is empty where each screening's own pack is tried with other numbers. `values` are what somebody wrote, by
    parameter; `near` is how far they are moved further, in percent, to find who stands near the edge.
    """

    class Stage(models.TextChoices):
        WAITING = "waiting", _("waiting")
        WORKING = "working", _("being worked out")
        DONE = "done", _("done")
        FAILED = "failed", _("not possible")
        STOPPED = "stopped", _("stopped")

    name = models.CharField(_("name"), max_length=120, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    pack_id = models.CharField(_("pack"), max_length=100, blank=True)
    numbers_of = models.DateField(_("numbers of"), null=True)
    values = models.JSONField(_("numbers set"), default=dict)
    near = models.DecimalField(_("width of the edge, in percent"), max_digits=5, decimal_places=2)
    groups = models.JSONField(_("groups"), default=list)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.WAITING)
    progress = models.CharField(_("step"), max_length=40, blank=True)
    problem = models.JSONField(_("problem"), default=dict)  # template and values
    made_at = models.DateTimeField(_("made at"))
    made_by = models.BigIntegerField(_("made by"), null=True)
    made_by_name = models.CharField(_("made by (name)"), max_length=200)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    finished_by = models.BigIntegerField(_("finished by"), null=True)

    class Meta:
        verbose_name = _("what-if")
        verbose_name_plural = _("what-ifs")
        indexes = [models.Index(fields=["stage", "id"], name="what_if_by_stage")]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def is_working(self) -> bool:
        return self.stage in WORKING


_S = WhatIf.Stage
WORKING = (_S.WAITING, _S.WORKING)
TRANSITIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # What was begun by a process that died is begun again.
        _S.WAITING: frozenset({_S.WORKING, _S.STOPPED, _S.FAILED}),
        _S.WORKING: frozenset({_S.WORKING, _S.DONE, _S.FAILED, _S.STOPPED}),
        _S.DONE: frozenset(),
        _S.FAILED: frozenset(),
        _S.STOPPED: frozenset(),
    }
)


class Trial(models.Model):
    """A what-if over the snapshot of one screening; number 0 is the one that its page shows, the others make the series.

    `told` is what the engine says of it: the numbers with what they stand for, counts of the whole, what is lacking.
    """

    what_if = models.ForeignKey(WhatIf, on_delete=models.CASCADE, related_name="trials", verbose_name=_("what-if"))
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="+", verbose_name=_("screening"))
    number = models.PositiveSmallIntegerField(_("number"))
    is_done = models.BooleanField(_("done"), default=False)
    told = models.JSONField(_("what is told of it"), default=dict)
    problem = models.JSONField(_("problem"), default=dict)

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        constraints = [
            models.UniqueConstraint(fields=["what_if", "number"], name="trial_number"),
            models.UniqueConstraint(fields=["what_if", "screening"], name="trial_once"),
        ]

    def __str__(self) -> str:
        return f"{self.what_if_id}.{self.number}"
