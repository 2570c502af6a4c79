"""The journal's one table. It has no foreign keys, so that history never blocks a change elsewhere."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class JournalIsAppendOnly(Exception):
    """Somebody tried to change or remove a line of the journal."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise JournalIsAppendOnly("entries are never changed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise JournalIsAppendOnly("entries are never changed")

    def delete(self) -> NoReturn:
        raise JournalIsAppendOnly("entries are never removed")


class Entry(models.Model):
    """One act: who, when, what, on which subject, where."""

    VERBS = ("SELECT", "INSERT")  # all that the application's role may do to the table, where the database keeps roles

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=150)
    place_number = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        # The primary key is the order of writing; every index ends with it so that keyset pages need no sort.
        indexes = [
            models.Index(fields=["subject_key", "-id"], name="journal_by_subject"),
            models.Index(fields=["place_number", "-id"], name="journal_by_place"),
            models.Index(fields=["actor_name", "-id"], name="journal_by_actor"),
            models.Index(fields=["verb", "-id"], name="journal_by_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb} {self.subject_type} {self.subject_key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise JournalIsAppendOnly("entries are never changed")
        super().save(*args, **kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> NoReturn:
        raise JournalIsAppendOnly("entries are never removed")
