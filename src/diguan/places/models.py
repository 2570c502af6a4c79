"""The tree of places. A place keeps its identity when its code changes."""

from __future__ import annotations

from django.db import models


class Place(models.Model):
    """A node of the tree. It and everything below it lie in the half-open range [number, upper).

    A first child may begin where its parent does (a city without counties has one county of its own code and 00), so
    that only the two ends together are one place's own.
    """

    number = models.BigIntegerField()
    upper = models.BigIntegerField()
    depth = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=40)
    # The code in force; PlaceCode keeps those of other dates.
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")

    class Meta:
        ordering = ["number", "depth"]
        constraints = [
            models.UniqueConstraint(fields=["number", "upper"], name="place_range_is_its_own"),
            models.CheckConstraint(condition=models.Q(number__lt=models.F("upper")), name="place_is_a_range"),
            models.CheckConstraint(
                condition=models.Q(depth=0, parent__isnull=True) | models.Q(depth__gt=0, parent__isnull=False),
                name="place_below_the_root_has_a_parent",
            ),
        ]
        indexes = [models.Index(fields=["depth", "number"], name="place_by_depth")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def range(self) -> tuple[int, int]:
        return (self.number, self.upper)


class PlaceCode(models.Model):
    """A code that a place bore from a day to a day; `valid_to` is the first day it no longer holds."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="place_code_begins_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="place_code_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from}–{self.valid_to or ''}"


class Succession(models.Model):
    """A place that was merged into another, and since when."""

    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="succession")
    successor = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="predecessors")
    since = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(place=models.F("successor")), name="place_does_not_succeed_itself"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place_id} → {self.successor_id} ({self.since})"


class Boundary(models.Model):
    """The outline of a place as an SVG path in the integer grid of its tree, y growing downward."""

    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="boundary")
    path = models.TextField()
    min_x = models.IntegerField()
    min_y = models.IntegerField()
    max_x = models.IntegerField()
    max_y = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.place_id} {self.min_x},{self.min_y} {self.max_x},{self.max_y}"
