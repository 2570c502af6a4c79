"""Imports and the layouts that were remembered. Nothing that a file says about people stands here: that lies in the
import's folder, and is removed after a time."""

import uuid
from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One sending of one file or two, and how far it has come. `counts` are the last trial's, `applied_counts` the
    registry's."""

    class Stage(models.TextChoices):
        READING = "reading", _("being read")
        MAPPING = "mapping", _("columns to be settled")
        TRYING = "trying", _("being tried")
        TRIED = "tried", _("tried, to be confirmed")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        FAILED = "failed", _("not possible")
        CANCELLED = "cancelled", _("cancelled")

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.READING)
    pack_id = models.CharField(_("pack"), max_length=100)
    source = models.CharField(_("source"), max_length=64)
    observed_on = models.DateField(_("observed on"), null=True)
    place_code = models.CharField(_("place of households that name none"), max_length=40, blank=True)
    households = models.BigIntegerField(_("households"), default=0)
    lines = models.BigIntegerField(_("rows"), default=0)
    slices = models.IntegerField(_("slices"), default=0)
    slices_done = models.IntegerField(_("slices done"), default=0)
    counts = models.JSONField(_("counts of the trial"), default=dict)
    applied_counts = models.JSONField(_("counts of the application"), default=dict)
    problem = models.JSONField(_("problem"), default=dict)  # template and values
    received_at = models.DateTimeField(_("received at"))
    received_by = models.BigIntegerField(_("received by"), null=True)
    received_by_name = models.CharField(_("received by (name)"), max_length=200)
    applied_at = models.DateTimeField(_("applied at"), null=True)
    applied_by = models.BigIntegerField(_("applied by"), null=True)
    removed_at = models.DateTimeField(_("files removed at"), null=True)
    removed_by = models.BigIntegerField(_("files removed by"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["received_by", "-id"], name="import_of_sender"),
            models.Index(fields=["stage", "id"], name="import_by_stage"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def is_working(self) -> bool:
        return self.stage in WORKING


# What an import may become from where it is. Something that failed may be tried again once its cause is mended.
_S = Import.Stage
TRANSITIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        _S.READING: frozenset({_S.MAPPING, _S.FAILED, _S.CANCELLED}),
        _S.MAPPING: frozenset({_S.TRYING, _S.APPLYING, _S.CANCELLED}),
        _S.TRYING: frozenset({_S.TRIED, _S.APPLYING, _S.FAILED, _S.CANCELLED}),
        _S.TRIED: frozenset({_S.MAPPING, _S.TRYING, _S.APPLYING, _S.CANCELLED}),
        _S.APPLYING: frozenset({_S.APPLIED, _S.FAILED}),
        _S.APPLIED: frozenset(),
        _S.FAILED: frozenset({_S.MAPPING, _S.TRYING, _S.CANCELLED}),
        _S.CANCELLED: frozenset(),
    }
)
WORKING = (_S.READING, _S.TRYING, _S.APPLYING)


class ImportFile(models.Model):
    """A file as it was sent. Its content lies in the import's folder; the digest is kept for good."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="files", verbose_name=_("import"))
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size"))
    digest = models.CharField(_("digest"), max_length=64, db_index=True)

    class Meta:
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_file_number")]

    def __str__(self) -> str:
        return self.name


class Layout(models.Model):
    """What the columns of a make of file mean, as somebody settled it for a source. Headings are kept as digests."""

    source = models.CharField(_("source"), max_length=64)
    signature = models.CharField(_("signature of its headings"), max_length=64)
    columns = models.JSONField(_("columns"), default=dict)
    settled_at = models.DateTimeField(_("settled at"))
    settled_by = models.BigIntegerField(_("settled by"), null=True)

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        constraints = [models.UniqueConstraint(fields=["source", "signature"], name="layout_of_source")]

    def __str__(self) -> str:
        return f"{self.source} {self.signature[:8]}"
