"""The journal's tables. They have no foreign keys, so that history never blocks a change elsewhere.

Triggers made by the migrations refuse UPDATE and DELETE below these models too.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from diguan.journal.fields import VerbatimJSONField


class JournalIsAppendOnly(Exception):
    """Somebody tried to change or remove a line of the journal."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise JournalIsAppendOnly("entries are never changed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise JournalIsAppendOnly("entries are never changed")

    def delete(self) -> NoReturn:
        raise JournalIsAppendOnly("entries are never removed")


class AppendOnly(models.Model):
    VERBS = ("SELECT", "INSERT")  # all that the application's role may do to the table, where the database keeps roles

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise JournalIsAppendOnly("entries are never changed")
        super().save(*args, **kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> NoReturn:
        raise JournalIsAppendOnly("entries are never removed")


class Entry(AppendOnly):
    """One act: who, when, what, on which subject, where."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=150)
    place_number = models.BigIntegerField(null=True)
    detail = VerbatimJSONField(default=dict)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        # The primary key is the order of writing; every index ends with it so that keyset pages need no sort.
        indexes = [
            models.Index(fields=["subject_key", "-id"], name="journal_by_subject"),
            models.Index(fields=["place_number", "-id"], name="journal_by_place"),
            models.Index(fields=["actor_name", "-id"], name="journal_by_actor"),
            models.Index(fields=["verb", "-id"], name="journal_by_verb"),
            models.Index(fields=["-at", "-id"], name="journal_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb} {self.subject_type} {self.subject_key}"


class Batch(AppendOnly):
    """Entries sealed together: all there are from the first to the last number. `seals.Seal` says what is signed."""

    number = models.BigIntegerField(primary_key=True)
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    count = models.PositiveIntegerField()
    unused = models.TextField(blank=True)
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    signature = models.CharField(max_length=200)
    # Hashes of the entries, in their order. The root alone proves; these say which entry it was.
    leaves = models.BinaryField()

    objects = AppendOnlyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.number}: {self.first_entry}–{self.last_entry}"
