"""Making a backup and going back to one."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _

import diguan
from diguan.intake import keeping
from diguan.intake.models import Import
from diguan.journal import actions as journal
from diguan.journal import checkpoints
from diguan.screening.models import Run, Screening
from diguan.server import database
from diguan.server.backups import BackupRefused, archive

# What an empty database holds once it is prepared.
_FURNITURE = frozenset({"django_migrations", "django_content_type", "auth_permission"})


@dataclass(frozen=True)
class Made:
    """A backup; `missing` are folders of screenings that the database names and nobody finds."""

    file: Path
    manifest: archive.Manifest
    missing: tuple[str, ...]


def back_up(*, target: Path, secret: bytes | None, with_keys: bool, by: journal.Actor | None, at: dt.datetime) -> Made:
    """Write the database and the folders that belong to it into one file; `target` is the file, or a folder for it.

    The database is taken as it is at one moment, while others go on writing. Exported files are left out: their time is
    short, and a backup would keep them beyond it. Raises: BackupRefused.
    """
    file = target / f"diguan-{at.astimezone():%Y%m%d-%H%M%S}.backup" if target.is_dir() else target
    if file.exists():
        raise BackupRefused(_("%(file)s is there already and stays as it is.") % {"file": file})
    store = _store()
    with _aside(file.resolve().parent) as aside, database.as_owner():
        dumped, rows = store.dump(aside)
        folders, missing = _folders(aside)
        members = {dumped.name: dumped, **{name: path for root, into in folders for name, path in _files(root, into)}}
        if with_keys and (keys := _keys()).exists():
            members["keys.json"] = keys
        about = archive.Manifest(
            store=connection.vendor,
            version=diguan.__version__,
            made_at=at.isoformat(timespec="seconds"),
            has_keys="keys.json" in members,
            rows=rows,
        )
        manifest = archive.write(file, about, members, secret)
    _record("backup.made", file, manifest, by=by, at=at)
    return Made(file, manifest, missing)


def restore(
    *, source: Path, secret: bytes | None, replace: bool, by: journal.Actor | None, at: dt.datetime
) -> archive.Manifest:
    """Put a backup in place of this installation's database, and its folders beside those that are there.

    Every digest is compared before anything is touched. Raises: BackupRefused, also for a database that is not empty
    and is not to be replaced, and for a backup of the other store.
    """
    store = _store()
    with _aside(Path(settings.DATA)) as aside, database.as_owner():
        manifest = archive.unpack(source, aside, secret)
        if manifest.store != connection.vendor:
            raise BackupRefused(
                _("This is a backup of %(theirs)s, and this installation runs on %(ours)s.")
                % {"theirs": manifest.store, "ours": connection.vendor}
            )
        if not replace and any(count for table, count in store.rows_there().items() if table not in _FURNITURE):
            raise BackupRefused(_("The database is not empty. To give it up for the backup, add --replace."))
        store.restore(aside / store.NAME, manifest.rows)
        _put_back(aside)
        call_command("migrate", verbosity=0, interactive=False)
        _rename_folders()
        # Whoever was signed out, or deactivated, since then must not be in again.
        Session.objects.all().delete()
    _record("backup.restored", source, manifest, by=by, at=at)
    return manifest


def _store() -> ModuleType:
    if connection.vendor == "postgresql":
        from diguan.server.backups import postgresql

        return postgresql
    from diguan.server.backups import sqlite

    return sqlite


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A private folder on the same disk, gone afterwards."""
    if not folder.is_dir():
        raise BackupRefused(_("There is no folder %(folder)s.") % {"folder": folder})
    aside = Path(tempfile.mkdtemp(prefix=".backup-", dir=folder))
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _keys() -> Path:
    return Path(settings.KEYS or Path(settings.DATA) / "keys.json")


def _folders(aside: Path) -> tuple[list[tuple[Path, str]], tuple[str, ...]]:
    """The folders that belong to the database, and those of screenings that are not there.

    Of what may change meanwhile, files of imports and checkpoints, a copy is taken.
    """
    data = Path(settings.DATA)
    named: dict[Path, str] = {}
    for snapshot, history, folder in Screening.objects.values_list("snapshot_id", "history", "folder"):
        named |= {data / "snapshots" / each: f"snapshots/{each}" for each in (snapshot, *history.values())}
        named[Path(folder)] = f"screenings/{Path(folder).name}"
    missing = tuple(sorted(str(folder) for folder in named if not folder.is_dir()))
    if (data / "packs").is_dir():
        named[data / "packs"] = "packs"
    for each in Import.objects.filter(removed_at=None):
        _copy(keeping.folder(each), f"imports/{each.key}", aside, named)
    _copy(checkpoints.folder(), "checkpoints", aside, named)
    return [(folder, into) for folder, into in named.items() if folder.is_dir()], missing


def _copy(folder: Path, into: str, aside: Path, named: dict[Path, str]) -> None:
    if folder.is_dir():
        named[shutil.copytree(folder, aside / into)] = into


def _files(root: Path, into: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"{into}/{path.relative_to(root).as_posix()}", path


def _put_back(aside: Path) -> None:
    """Move the folders where they belong. Snapshots, screenings and checkpoints never change: one that is there stays.

    So checkpoints made since the backup go on saying that the journal once held more.
    """
    data = Path(settings.DATA)
    kinds = {kind: data / kind for kind in ("snapshots", "screenings", "packs", "imports")}
    for kind, into in {**kinds, "checkpoints": checkpoints.folder()}.items():
        for found in (aside / kind).iterdir() if (aside / kind).is_dir() else ():
            there = into / found.name
            into.mkdir(mode=0o700, parents=True, exist_ok=True)
            if kind in ("packs", "imports"):
                shutil.rmtree(there, ignore_errors=True)
            if not there.exists():
                shutil.move(found, there)
    if (aside / "keys.json").exists():
        _keys().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (aside / "keys.json").chmod(0o600)
        shutil.move(aside / "keys.json", _keys())


def _rename_folders() -> None:
    """Screenings name the folder of their results: it is in this installation now."""
    for screening in Screening.objects.all():
        here = str(Path(settings.DATA) / "screenings" / Path(screening.folder).name)
        Screening.objects.filter(pk=screening.pk).update(folder=here)
    for run in Run.objects.all():
        here = str(Path(settings.DATA) / "screenings" / Path(run.folder).name)
        Run.objects.filter(pk=run.pk).update(folder=here)


def _record(verb: str, file: Path, manifest: archive.Manifest, *, by: journal.Actor | None, at: dt.datetime) -> None:
    detail: Mapping[str, object] = {
        "rows": sum(manifest.rows.values()),
        "files": len(manifest.files),
        "keys": manifest.has_keys,
    }
    journal.record(by=by, at=at, verb=verb, subject_type="backup", subject_key=file.name[:150], detail=detail)
