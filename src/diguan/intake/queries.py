"""Reads of imports: each sender sees their own, whoever runs the program on the machine those of the terminal."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from diguan.access import permissions
from diguan.access import queries as access
from diguan.access.models import User
from diguan.access.scope import NOTHING, Scope, unscoped
from diguan.intake.models import WORKING, Import, ImportFile, Layout
from diguan.journal.actions import Actor


def imports(by: Actor | None) -> QuerySet[Import]:
    """What this sender sent, newest first."""
    return Import.objects.filter(received_by=None if by is None else by.pk).prefetch_related("files").order_by("-id")


def import_(by: Actor | None, key: UUID) -> Import:
    """Raises: Import.DoesNotExist; somebody else's import looks like one that is not there."""
    return imports(by).get(key=key)


def waiting() -> list[Import]:
    """The imports that somebody waits for, the oldest first. Of the terminal's, whose program does the work itself,
    only those that were cut off while they were applied."""
    rows = Import.objects.filter(stage__in=WORKING).order_by("id")
    return list(rows.filter(Q(received_by__isnull=False) | Q(stage=Import.Stage.APPLYING)))


def earlier(found: Import) -> Import | None:
    """The last import that applied a file with the same content for the same source, whoever sent it."""
    digests = found.files.values("digest")
    same = ImportFile.objects.filter(digest__in=digests, of__stage=Import.Stage.APPLIED, of__source=found.source)
    last = same.exclude(of=found).select_related("of").order_by("-of_id").first()
    return None if last is None else last.of


def layout(source: str, signature: str) -> Mapping[str, Any]:
    """What was remembered of files of this make from this source; empty if nothing was."""
    found = Layout.objects.filter(source=source, signature=signature).first()
    return {} if found is None else found.columns


def remembered(source: str) -> Mapping[str, Any]:
    """Every heading remembered of any make of file from this source, what was settled last first."""
    known: dict[str, Any] = {}
    for each in Layout.objects.filter(source=source).order_by("settled_at"):
        known |= each.columns
    return known


def expired(before: dt.datetime) -> Sequence[Import]:
    """Imports whose files are older than they need be."""
    return list(Import.objects.filter(removed_at__isnull=True, received_at__lt=before).exclude(stage__in=WORKING))


def sender(found: Import) -> User | None:
    """Who sent it; None for the terminal."""
    return None if found.received_by is None else User.objects.get(pk=found.received_by)


def scope_of(found: Import, on: dt.date) -> Scope:
    """Where the sender may record observations today."""
    user = sender(found)
    if user is None:
        return unscoped("import from the terminal")
    return access.rights(user, on).scope(permissions.REGISTRY_WRITE) or NOTHING
