"""The only writers of imports and layouts; what an import says is written by the registry's own action."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan.access.decision import Decision
from diguan.access.models import User
from diguan.intake import carried, carrying, columns, dictionaries, keeping, policies, queries, reading, work
from diguan.intake.columns import Sheet
from diguan.intake.models import Import, ImportFile, Layout
from diguan.intake.parsing.limits import FileRefused
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.registry.models import Household

Stage = Import.Stage
KEPT_DAYS = 30  # files of an import; then they are removed, and counts stay
MOST_FILES = 2


class NotAllowed(Exception):
    """A policy refused; the message is its reason."""


class ColumnsIncomplete(Exception):
    """The columns settled are not enough to read households; the message says what is missing."""


def receive(
    *,
    files: Sequence[tuple[str, Iterable[bytes]]],
    pack_id: str,
    source: str,
    observed_on: dt.date | None = None,
    place_code: str = "",
    by: User | None,
    at: dt.datetime,
) -> Import:
    """Keep files as they were sent, to be read next. Raises: FileRefused for one that is too large."""
    made = Import(
        pack_id=pack_id,
        source=source,
        observed_on=observed_on,
        place_code=place_code,
        received_at=at,
        received_by=None if by is None else by.pk,
        received_by_name=naming.of(by),
    )
    kept = []
    try:
        for number, (name, pieces) in enumerate(files[:MOST_FILES], start=1):
            size, digest = keeping.keep(made, number, pieces)
            # No database keeps a null character, and a name is only shown.
            shown = name.replace("\0", "\N{REPLACEMENT CHARACTER}")[-200:]
            kept.append(ImportFile(of=made, number=number, name=shown, size=size, digest=digest))
    except FileRefused:
        keeping.remove(made)
        raise
    with transaction.atomic():
        made.save(force_insert=True)
        ImportFile.objects.bulk_create(kept)
        _record("import.received", made, by, at, {"source": source, "bytes": sum(file.size for file in kept)})
    return made


def read_files(*, found: Import, by: User | None, at: dt.datetime, progress: reading.Progress | None = None) -> Import:
    """Read what was sent and propose what its columns mean. Raises: FileRefused."""
    words = dictionaries.words(found.pack_id)
    parsed = {}
    for file in found.files.order_by("number"):
        folder = keeping.emptied(found, f"file-{file.number}")
        told = progress or work.rows_told(found)
        parsed[file.number] = reading.parse(keeping.original(found, file.number), folder, told)
    sheets = _profiled(found, parsed, words, queries.remembered(found.source))
    own = queries.layout(found.source, columns.signature(sheets))
    if own:
        sheets = _profiled(found, parsed, words, own)
    keeping.keep_sheets(found, sheets)
    rows = sum(sheet.rows for sheet in sheets)
    with transaction.atomic():
        _move(found, Stage.MAPPING, lines=rows)
        _record("import.read", found, by, at, {"rows": rows, "sheets": len(sheets)})
    return found


def settle_columns(*, found: Import, sheets: Sequence[Sheet], by: User | None, at: dt.datetime) -> Import:
    """Say what the columns mean, and remember it for files of the same make from the same source; the trial is next.

    Raises: NotAllowed; ColumnsIncomplete.
    """
    _insist(policies.may_become(found, Stage.TRYING))
    _insist_on_columns(sheets)
    keeping.keep_sheets(found, sheets)
    with transaction.atomic():
        signature = columns.signature(sheets)
        Layout.objects.update_or_create(
            source=found.source,
            signature=signature,
            defaults={
                "columns": columns.merged(queries.layout(found.source, signature), columns.remembered(sheets)),
                "settled_at": at,
                "settled_by": None if by is None else by.pk,
            },
        )
        _move(found, Stage.TRYING, slices_done=0, problem={})
        _record("import.columns_settled", found, by, at, {"columns": sum(len(sheet.used) for sheet in sheets)})
    return found


def try_import(*, found: Import, by: User | None, at: dt.datetime) -> Import:
    """Find out what would change: everything is done as it would be, and taken back slice by slice.

    Raises: FileRefused; NotAllowed if the sender may no longer write; work.Stopped if it was cancelled meanwhile.
    """
    out = keeping.emptied(found, "trial")
    counts = _carried(found, out, by, at, is_trial=True)
    with transaction.atomic():
        _move(found, Stage.TRIED, counts=counts)
        _record("import.tried", found, by, at, counts)
    return found


def confirm_import(*, found: Import, by: User | None, at: dt.datetime) -> Import:
    """Let the import be applied as it was tried. Raises: NotAllowed."""
    _insist(policies.may_become(found, Stage.APPLYING))
    with transaction.atomic():
        _move(found, Stage.APPLYING, slices_done=0)
        _record("import.confirmed", found, by, at, {})
    return found


def apply_import(*, found: Import, by: User | None, at: dt.datetime) -> Import:
    """Write what the file says. One that was cut off goes on where it was; every household is written whole or not at all.

    The counts say how many households came out otherwise than the trial said, because the registry changed in between.
    Raises: NotAllowed if the sender may no longer write.
    """
    out = keeping.folder(found) / "applied"
    if found.slices_done == 0:
        out = keeping.emptied(found, "applied")
    counts = _carried(found, out, by, at, is_trial=False)
    if found.counts:
        counts["otherwise"] = carried.differing(keeping.folder(found) / "trial", out)
    with transaction.atomic():
        done_by = None if by is None else by.pk
        _move(found, Stage.APPLIED, applied_counts=counts, applied_at=timezone.now(), applied_by=done_by)
        _record("import.applied", found, by, at, counts)
    return found


def fail_import(*, found: Import, problem: Mapping[str, Any], by: User | None, at: dt.datetime) -> Import:
    """Keep why an import could not go on; its files stay, so that it can be tried again."""
    with transaction.atomic():
        _move(found, Stage.FAILED, problem={**problem, "stage": found.stage})
        _record("import.failed", found, by, at, {"problem": problem["template"]})
    return found


def reopen_columns(*, found: Import, by: User | None, at: dt.datetime) -> Import:
    """Go back to the columns of an import that was tried or failed. Raises: NotAllowed."""
    _insist(policies.may_become(found, Stage.MAPPING))
    with transaction.atomic():
        _move(found, Stage.MAPPING, problem={})
        _record("import.columns_reopened", found, by, at, {})
    return found


def open_import(*, found: Import, what: str, by: User | None, at: dt.datetime) -> Import:
    """Keep that somebody saw what an import says of people: its columns, its outcome, refused rows or report."""
    _record("import.opened", found, by, at, {"what": what})
    return found


def cancel_import(*, found: Import, by: User | None, at: dt.datetime) -> Import:
    """Give an import up before anything is written; its files are removed. Raises: NotAllowed once it is being applied."""
    _insist(policies.may_become(found, Stage.CANCELLED))
    with transaction.atomic():
        _move(found, Stage.CANCELLED, removed_at=at, removed_by=None if by is None else by.pk)
        _record("import.cancelled", found, by, at, {})
    keeping.remove(found)
    return found


def remove_old_files(*, by: User | None, at: dt.datetime) -> int:
    """Remove the files of imports that are KEPT_DAYS old; return of how many. Counts and digests stay; an import that
    nobody confirmed in that time is given up."""
    old = queries.expired(at - dt.timedelta(days=KEPT_DAYS))
    if not old:
        return 0
    with transaction.atomic():
        rows = Import.objects.filter(pk__in=[each.pk for each in old])
        rows.exclude(stage__in=(Stage.APPLIED, Stage.CANCELLED)).update(stage=Stage.CANCELLED)
        rows.update(removed_at=at, removed_by=None if by is None else by.pk)
        journal.record(
            by=by,
            at=at,
            verb="import.files_removed",
            subject_type="import",
            subject_key="old",
            detail={"count": len(old)},
        )
    for each in old:
        keeping.remove(each)
    return len(old)


def _carried(found: Import, out: Path, by: User | None, at: dt.datetime, *, is_trial: bool) -> dict[str, Any]:
    scope = queries.scope_of(found, timezone.localdate(at))
    _insist(policies.may_write(scope))
    carrier = carrying.Carrier(work.order_of(found, scope), out, by, at, is_trial)
    return work.carry(found, carrier, Household.objects.unscoped("import: households on file out of scope"))


def _profiled(found: Import, parsed: Mapping[int, Any], words: Any, known: Mapping[str, Any]) -> list[Sheet]:
    return [
        sheet
        for number, rows in parsed.items()
        for sheet in reading.profiled(keeping.folder(found) / f"file-{number}", number, rows, words, known)
    ]


def _insist_on_columns(sheets: Sequence[Sheet]) -> None:
    read = [sheet for sheet in sheets if sheet.is_read]
    if not read:
        raise ColumnsIncomplete(_("No column has a meaning yet: say what at least the household's number is."))
    for sheet in read:
        targets = [column.target for column in sheet.used]
        if "household_id" not in targets:
            words = {"sheet": sheet.name or "1"}
            raise ColumnsIncomplete(_("Sheet “%(sheet)s”: say which column holds the household's number.") % words)
        twice = {target for target in targets if target != "place" and targets.count(target) > 1}
        if twice:
            words = {"sheet": sheet.name or "1", "target": ", ".join(sorted(twice))}
            raise ColumnsIncomplete(_("Sheet “%(sheet)s”: two columns mean the same: %(target)s.") % words)


def _move(found: Import, stage: str, **values: Any) -> None:
    """Change the stage if nobody else did meanwhile. Raises: NotAllowed."""
    _insist(policies.may_become(found, stage))
    changed = Import.objects.filter(pk=found.pk, stage=found.stage).update(stage=stage, **values)
    found.refresh_from_db()
    if not changed:
        raise NotAllowed(_("This import is %(stage)s: that cannot be done now.") % {"stage": found.get_stage_display()})


def _insist(decision: Decision) -> None:
    if not decision:
        raise NotAllowed(str(decision.reason))


def _record(verb: str, found: Import, by: User | None, at: dt.datetime, detail: Mapping[str, Any]) -> None:
    journal.record(by=by, at=at, verb=verb, subject_type="import", subject_key=found.key, detail=detail)
