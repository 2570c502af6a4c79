"""The only writers of exports, and of the files that leave the house."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access import queries as access
from diguan.access.models import User
from diguan.access.rights import Rights
from diguan.exports import files, lists, making, policies, queries
from diguan.exports.models import Export, Format, State
from diguan.journal import actions as journal


@transaction.atomic
def ask_for_export(
    *,
    list_id: str,
    params: Mapping[str, str],
    columns: Sequence[str],
    file_format: str,
    purpose: str,
    shows_names: bool = False,
    identifier_reason: str = "",
    by: User,
    at: dt.datetime,
) -> Export:
    """Ask for a list as a file. What is small may be made at once, what is large waits for a second person.

    Raises: NotAllowed; ListUnavailable; ValidationError where no purpose is given.
    """
    if not purpose.strip():
        raise ValidationError(_("Say what the file is for."))
    listed = lists.named(list_id)
    opened = listed.opened(params)
    rights = _rights(by, at)
    scope = opened.within(queries.exportable(rights, listed))
    chosen = [column for column in opened.columns if column.key in columns]
    reason = identifier_reason.strip()
    policies.may_ask(scope, chosen, rights=rights, identifier_reason=reason).insist()
    # The same row is locked for every request of this person, so that two can't pass each other's limit.
    User.objects.select_for_update().get(pk=by.pk)
    rows = opened.count(scope)
    taken, limit = queries.taken_without_approval(by, at), queries.rows_at_once()
    waits = policies.needs_approval(rows, taken_today=taken, limit=limit)
    export = Export.objects.create(
        list_id=list_id,
        params=dict(opened.params),
        ranges=list(scope.ranges),
        place_number=scope.ranges[0][0],
        columns=[column.key for column in chosen],
        file_format=Format(file_format),
        shows_names=shows_names and any(column.protection == "name" for column in chosen),
        identifier_reason=reason if any(column.protection == "identifier" for column in chosen) else "",
        purpose=purpose.strip(),
        expected_rows=rows,
        needs_approval=waits,
        state=State.ASKED if waits else State.APPROVED,
        expires_at=at + settings.EXPORT_REQUEST_LASTS,
        asked_at=at,
        asked_by=by,
    )
    _record("export.asked", export, by=by, at=at, detail=_described(export))
    return export


@transaction.atomic
def approve_export(*, export: Export, by: User, at: dt.datetime) -> Export:
    """Let somebody else take the rows out that they asked for, up to as many. Raises: NotAllowed."""
    export = _decided(export, State.APPROVED, by, at)
    export.expires_at = at + settings.EXPORT_REQUEST_LASTS
    export.save(update_fields=["state", "decided_at", "decided_by", "expires_at"])
    _record("export.approved", export, by=by, at=at, detail={"rows": export.expected_rows})
    return export


@transaction.atomic
def refuse_export(*, export: Export, reason: str, by: User, at: dt.datetime) -> Export:
    """Refuse what somebody else asked for, and say why. Raises: NotAllowed; ValidationError without a reason."""
    if not reason.strip():
        raise ValidationError(_("Say why it is refused: who asked reads it."))
    export = _decided(export, State.REFUSED, by, at)
    export.decision_reason = reason.strip()
    export.save(update_fields=["state", "decided_at", "decided_by", "decision_reason"])
    _record("export.refused", export, by=by, at=at, detail={"reason": export.decision_reason})
    return export


def make_export(*, export: Export, by: User, at: dt.datetime) -> Export:
    """Write the file, of the rows that lie in the person's scope now and lay in it when they asked.

    The rows are read and written outside of any transaction, which would keep all other writers waiting.
    Raises: NotAllowed, also where more rows match than were shown or approved; ListUnavailable; files.FileRefused.
    """
    listed = lists.named(export.list_id)
    rights = _rights(by, at)
    scope = queries.exportable(rights, listed).overlap(export.scope)
    policies.may_make(export, by=by, scope=scope, at=at).insist()
    name = f"{uuid.uuid4().hex}{files.SUFFIXES[Format(export.file_format)]}"
    opened = listed.opened(export.params)
    written = making.write(export, making.folder() / name, opened, making.Reader(by, rights, scope, at))
    try:
        with transaction.atomic():
            export = Export.objects.select_for_update().get(pk=export.pk)
            policies.may_make(export, by=by, scope=scope, at=at).insist()
            export.state, export.made_at, export.file_name = State.MADE, at, name
            export.rows, export.size, export.digest = written.rows, written.size, written.digest
            export.ranges, export.place_number = list(scope.ranges), scope.ranges[0][0]
            export.expires_at = at + settings.EXPORT_FILE_LASTS
            export.save()
            detail = {**_described(export), "rows": written.rows, "digest": written.digest}
            _record("export.made", export, by=by, at=at, detail=detail)
    except BaseException:
        (making.folder() / name).unlink(missing_ok=True)
        raise
    return export


@transaction.atomic
def fetch_export(*, export: Export, by: User, at: dt.datetime) -> Path:
    """Give the file out to who asked for it; return where it lies. Raises: NotAllowed."""
    listed = lists.named(export.list_id)
    scope = queries.exportable(_rights(by, at), listed)
    policies.may_fetch(export, by=by, scope=scope, at=at).insist()
    _record("export.fetched", export, by=by, at=at, detail={"digest": export.digest})
    return making.folder() / export.file_name


@transaction.atomic
def expire_exports(*, by: User | None, at: dt.datetime) -> int:
    """Remove files whose time is over, and close requests that nobody dealt with; return how many."""
    gone = list(queries.lapsed(at).select_for_update())
    Export.objects.filter(pk__in=[export.pk for export in gone]).update(state=State.EXPIRED)
    acts = [journal.Act("export.expired", "export", export.number, export.place_number) for export in gone]
    journal.record_many(by=by, at=at, acts=acts)
    transaction.on_commit(lambda: _remove_files(at))
    return len(gone)


def _remove_files(at: dt.datetime) -> None:
    """Remove every file that no export may give out any more, also what a killed process left behind."""
    kept = set(Export.objects.filter(state=State.MADE).values_list("file_name", flat=True))
    an_hour_ago = at.timestamp() - 60 * 60
    for file in making.folder().glob("*"):
        is_left_over = file.name.startswith(".") or not Export.objects.filter(file_name=file.name).exists()
        if file.name not in kept and (not is_left_over or file.stat().st_mtime < an_hour_ago):
            file.unlink(missing_ok=True)


def _decided(export: Export, state: State, by: User, at: dt.datetime) -> Export:
    export = Export.objects.select_for_update().get(pk=export.pk)
    scope = _rights(by, at).scope(permissions.EXPORTS_APPROVE)
    policies.may_decide(export, by=by, scope=scope, at=at).insist()
    export.state, export.decided_at, export.decided_by = state, at, by
    return export


def _rights(by: User, at: dt.datetime) -> Rights:
    return access.rights(by, timezone.localdate(at))


def _described(export: Export) -> dict[str, object]:
    return {
        "list": export.list_id,
        "filter": export.params,
        "columns": export.columns,
        "format": export.file_format,
        "names": export.shows_names,
        "identifiers": export.identifier_reason,
        "purpose": export.purpose,
        "expected": export.expected_rows,
        "approval": export.needs_approval,
    }


def _record(verb: str, export: Export, *, by: User, at: dt.datetime, detail: Mapping[str, object]) -> None:
    journal.record(
        by=by,
        at=at,
        verb=verb,
        subject_type="export",
        subject_key=export.number,
        place_number=export.place_number,
        detail=detail,
    )
