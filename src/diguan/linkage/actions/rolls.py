"""Lists of other offices come in, edition by edition."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from diguan import rulebook, vault
from diguan.access import walls
from diguan.access.decision import NotAllowed
from diguan.access.scope import Scope
from diguan.intake import columns
from diguan.intake.models import Layout
from diguan.journal import actions as journal
from diguan.journal import naming
from diguan.linkage import listing, policies, queries, workroom
from diguan.linkage.models import Match, Roll, RollEntry
from diguan.places.models import Place
from diguan.registry import relations
from diguan.rulebook import identifiers

_WHY = "linkage: a later edition of a list takes over its entries"


@dataclass(frozen=True)
class Received:
    """A list as it came in. `faults` are (sheet, row, reason, whether the row was refused), in the order of the file."""

    roll: Roll
    is_unchanged: bool
    faults: Sequence[tuple[int, int, str, bool]] = ()


@dataclass(frozen=True)
class Sent:
    """A list as it is sent: whose, of which day, and what its columns mean where their headings do not say it."""

    source: str
    as_of: dt.date
    title: str = ""
    place: Place | None = None
    maps: tuple[tuple[str, str], ...] = ()


def receive_roll(
    *, file: Path, sent: Sent, pack: rulebook.Pack, scope: Scope, by: journal.Actor | None, at: dt.datetime,
    progress: Callable[[int], bool] = lambda _rows: True,
) -> Received:  # fmt: skip
    """Read a list (xlsx or text) and keep who is on it, in place of its earlier edition; `scope` is where rows may lie.

    Rows: every row is an entry or refused with its reason; values that cannot be read count as unknown and are noted.
    Who stood in the earlier edition keeps what was said of them; who no longer does is forgotten. The same file again is
    unchanged. Raises: FileRefused; listing.ColumnsUnknown; workroom.Occupied; NotAllowed for a place out of scope, for an
    edition that is older, and for one in place of another that reaches beyond the scope.
    """
    digest = _digest(file)
    current = queries.edition(sent.source, sent.title)
    if current is not None and (current.digest, current.as_of) == (digest, sent.as_of):
        return Received(current, is_unchanged=True)
    policies.may_send(sent.place, scope=scope).insist()
    policies.may_replace(current, sent.as_of, reaches_beyond=_reaches_beyond(current, scope)).insist()
    if sent.source not in pack.sources:
        raise NotAllowed(sent.source)
    asked = listing.Asked(pack, sent.source, sent.title, sent.place, dict(sent.maps), scope)
    with workroom.opened() as folder, relations.workbench() as bench:
        sheets = listing.profiled(file, folder, asked, progress)
        listing.bring(bench, folder, sheets, asked)
        faults = _faults(bench, sheets)
        with transaction.atomic(), walls.acting(_WHY):
            roll = _edition(current, sent, digest, pack, by, at)
            roll.counts = {**_counts(bench), **_keep_entries(bench, roll, current)}
            roll.refusals = _by_reason(faults)
            roll.save(update_fields=["counts", "refusals"])
            _remember(sheets, sent.source, by, at)
            _record(roll, by, at)
    return Received(roll, is_unchanged=False, faults=faults)


def _reaches_beyond(current: Roll | None, scope: Scope) -> bool:
    """Whether the edition on file has entries out of scope, which a later one would take away."""
    if current is None:
        return False
    with walls.acting(_WHY):
        return RollEntry.objects.unscoped(_WHY).filter(roll=current).exclude(scope.q("place_number")).exists()


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _edition(
    current: Roll | None, sent: Sent, digest: str, pack: rulebook.Pack, by: journal.Actor | None, at: dt.datetime
) -> Roll:
    # There is one current edition at any moment: the earlier one gives way first.
    if current is not None:
        Roll.objects.filter(pk=current.pk).update(replaced_by=current)
    made = Roll.objects.create(
        source=sent.source,
        title=sent.title,
        as_of=sent.as_of,
        pack_id=pack.id,
        place=sent.place,
        digest=digest,
        received_at=at,
        received_by=None if by is None else by.pk,
        received_by_name=naming.of(by),
    )
    if current is not None:
        Roll.objects.filter(pk=current.pk).update(replaced_by=made)
    return made


def _counts(bench: relations.Bench) -> dict[str, int]:
    accepted, refused, aside = bench.execute("""
        SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM faults WHERE is_refused),
               (SELECT count(*) FROM faults WHERE NOT is_refused)""").fetchall()[0]
    return {"read": accepted + refused, "accepted": accepted, "refused": refused, "set_aside": aside}


def _faults(bench: relations.Bench, sheets: Sequence[columns.Sheet]) -> list[tuple[int, int, str, bool]]:
    rows = bench.execute("SELECT n, reason, is_refused FROM faults ORDER BY n, reason").fetchall()
    size = listing.ROWS_OF_SHEET
    return [(sheets[n // size].number, n % size, reason, is_refused) for n, reason, is_refused in rows]


def _by_reason(faults: Iterable[tuple[int, int, str, bool]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for _sheet, _row, reason, _is_refused in faults:
        counted[reason] = counted.get(reason, 0) + 1
    return dict(sorted(counted.items()))


def _keep_entries(bench: relations.Bench, roll: Roll, current: Roll | None) -> dict[str, int]:
    """Put everybody on file; those who stood in the earlier edition stay who they were, with what was said of them."""
    rows = RollEntry.objects.unscoped(_WHY)
    # The same fingerprint is the same entry, whatever edition it stood in.
    known = rows.filter(roll=current).values_list("id", Cast("key", TextField()), Cast("fingerprint", TextField()))
    relations.fill(bench, "known", {"id": "BIGINT", "key": "VARCHAR", "fingerprint": "UUID"}, known if current else ())
    bench.execute("CREATE OR REPLACE TEMP TABLE gone AS SELECT id FROM known ANTI JOIN entries USING (fingerprint)")
    gone = [row[0] for row in bench.execute("SELECT id FROM gone ORDER BY id").fetchall()]
    for some in relations.chunks(gone):
        Match.objects.unscoped(_WHY).filter(Q(entry__among=some) | Q(other_entry__among=some)).delete()
        rows.filter(pk__among=some).delete()
    ring, kept, new = vault.opened(), 0, 0
    for rows_of_bench in relations.fetched(bench, _ENTRIES):
        fresh = [_fresh(row, roll, ring) for row in rows_of_bench if row[0] is None]
        again = [_again(row, roll, ring) for row in rows_of_bench if row[0] is not None]
        relations.insert_rows(RollEntry, _INSERTED, [fresh])
        relations.update_rows(RollEntry, _UPDATED, [again])
        kept, new = kept + len(again), new + len(fresh)
    if current is not None:
        Match.objects.unscoped(_WHY).filter(roll=current).update(roll=roll)
    return {"new": new, "known": kept, "gone": len(gone)}


_VALUES = ("place", "place_number", "row", "name", "sex", "born", "relation", "household")
_SEALED = ("mac", "scheme", "sealed")
_UPDATED = ("roll", *_VALUES, *_SEALED)
_INSERTED = (*_UPDATED, "key", "fingerprint", "state", "status", "reason", "changed_by_name")
_ENTRIES = f"""
SELECT k.id, k.key, e.fingerprint::VARCHAR, e.id_number, e.scheme, e.place_id, e.place_number,
       e.n % {listing.ROWS_OF_SHEET}, e.name, coalesce(e.sex, ''), coalesce(e.born, ''), coalesce(e.relation, ''),
       coalesce(e.household, '')
FROM entries e LEFT JOIN known k USING (fingerprint) ORDER BY e.n"""


def _fresh(row: Sequence[Any], roll: Roll, ring: vault.KeyRing) -> list[Any]:
    key = str(uuid.uuid4())
    values, sealed = _read(row, key, ring)
    return [roll.pk, *values, *sealed, key.replace("-", ""), row[2].replace("-", ""), "", "", "", ""]


def _again(row: Sequence[Any], roll: Roll, ring: vault.KeyRing) -> list[Any]:
    values, sealed = _read(row, str(uuid.UUID(row[1])), ring)
    return [roll.pk, *values, *sealed, row[0]]


def _read(row: Sequence[Any], key: str, ring: vault.KeyRing) -> tuple[list[Any], tuple[str, str, str]]:
    """The values of an entry and its number, sealed for this entry alone. What the number tells fills what is not stated."""
    values = list(row[5:])
    if row[3] is None:
        return values, ("", "", "")
    number, scheme = identifiers.normal(row[3]), row[4]
    told = identifiers.SCHEMES[scheme].tell(number).parts
    sex, born = _VALUES.index("sex"), _VALUES.index("born")
    values[sex] = values[sex] or told.get("gender", "")
    values[born] = values[born] or str(told.get("born_on", ""))
    return values, (ring.mac(number, purpose=scheme), scheme, ring.seal(number, context=key))


def _remember(sheets: Sequence[columns.Sheet], source: str, by: journal.Actor | None, at: dt.datetime) -> None:
    """Keep what the columns meant, for lists of the same make from the same source."""
    Layout.objects.update_or_create(
        source=listing.layouts_of(source),
        signature=columns.signature(sheets),
        defaults={
            "columns": columns.remembered(sheets),
            "settled_at": at,
            "settled_by": None if by is None else by.pk,
        },
    )


def _record(roll: Roll, by: journal.Actor | None, at: dt.datetime) -> None:
    journal.record(
        by=by,
        at=at,
        verb="roll.received",
        subject_type="roll",
        subject_key=roll.key,
        place_number=roll.place.number if roll.place else None,
        detail={"source": roll.source, "as_of": roll.as_of.isoformat(), **roll.counts},
    )
