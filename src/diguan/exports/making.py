"""From a list to a file: which columns, which names, and what the file says about itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from diguan.access import permissions
from diguan.access.decision import NotAllowed
from diguan.access.models import User
from diguan.access.rights import Rights
from diguan.access.scope import NOTHING, Scope
from diguan.exports import files
from diguan.exports.lists import Column, Opened
from diguan.exports.models import Export, Format
from diguan.registry.masking import shown
from diguan.ui import formats

_HIDDEN = "***"


@dataclass(frozen=True)
class Reader:
    """For whom the file is made, with what they may do now, and where its rows may lie."""

    user: User
    rights: Rights
    scope: Scope
    at: dt.datetime


def write(export: Export, path: Path, opened: Opened, reader: Reader) -> files.Written:
    """Write the file of an export. Raises: NotAllowed; files.FileRefused."""
    columns = _columns(export, opened)
    rows = _rows(export, opened, columns, reader)
    heads = [column.label for column in columns]
    return files.write(path, Format(export.file_format), watermark(export, opened, reader), heads, rows)


def watermark(export: Export, opened: Opened, reader: Reader) -> files.Watermark:
    """Return what the file says about who took it, when and what for."""
    who = f"{reader.user.get_full_name()} ({reader.user.username})"
    when = formats.minute(reader.at)
    words = {"number": export.number, "who": who, "when": when, "purpose": export.purpose}
    approved = "" if export.decided_by is None else f"{export.decided_by} ({export.decided_by.username})"
    pairs = [
        (_("Export"), export.number),
        (_("List"), opened.heading),
        (_("Taken out by"), who),
        (_("When"), when),
        (_("Purpose"), export.purpose),
        (_("Approved by"), approved or _("nobody: within what may be made at once")),
        (_("Filter"), " · ".join(f"{name}: {value}" for name, value in export.params.items()) or "–"),
        (_("Columns"), " · ".join(column.label for column in _columns(export, opened))),
        (_("To be deleted"), _("as soon as the purpose is served; do not pass it on")),
    ]
    return files.Watermark(
        number=export.number,
        line=_("Export %(number)s · taken out by %(who)s · %(when)s · purpose: %(purpose)s") % words,
        who=who,
        title=opened.heading,
        purpose=export.purpose,
        pairs=pairs,
    )


def _columns(export: Export, opened: Opened) -> Sequence[Column]:
    """Return the columns chosen. Raises: NotAllowed if the list no longer has one of them."""
    by_key = {column.key: column for column in opened.columns}
    if not by_key.keys() >= set(export.columns):
        raise NotAllowed(_("The list has other columns by now: ask for the file again."))
    return [by_key[key] for key in export.columns]


def _rows(export: Export, opened: Opened, columns: Sequence[Column], reader: Reader) -> Iterator[list[files.Cell]]:
    readers = [_cell_of(column, export, reader.rights) for column in columns]
    for count, (place_number, row) in enumerate(opened.rows(reader.scope), start=1):
        if count > export.expected_rows:
            raise NotAllowed(
                _("The list has grown beyond the %(count)s rows that were asked for: ask for the file again.")
                % {"count": formats.number(export.expected_rows)}
            )
        yield [cell(place_number, row) for cell in readers]


def _cell_of(column: Column, export: Export, rights: Rights) -> Callable[[int, object], files.Cell]:
    """Return what reads a column's cell, with what its reader may not see hidden."""
    if column.protection == "open":
        return lambda place_number, row: column.value(row)
    if column.protection == "name":
        named = rights.scope(permissions.NAMES_READ) if export.shows_names else NOTHING
        return lambda place_number, row: shown(column.value(row), named.contains(place_number))
    revealed = rights.scope(column.permission)
    return lambda place_number, row: column.value(row) if revealed.contains(place_number) else _HIDDEN


def folder() -> Path:
    """Where files lie until they are fetched: beside the database, under no address of the server."""
    return Path(settings.DATA) / "exports"
