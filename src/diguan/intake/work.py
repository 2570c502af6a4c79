"""An import carried from its files into the registry, slice by slice, with its progress kept where a page can read it."""

import time
from typing import Any

from django.db.models import QuerySet

from diguan.access.scope import Scope
from diguan.intake import carried, carrying, dictionaries, keeping, ready
from diguan.intake.lines import Bench
from diguan.intake.models import Import
from diguan.intake.reading import Progress
from diguan.registry import relations
from diguan.registry.models import Household

_TOLD = 1.0  # seconds between two writings of progress


class Stopped(Exception):
    """The import was cancelled while it was worked on."""


def rows_told(found: Import) -> Progress:
    """Progress of reading that is kept with the import; reading stops once it was cancelled."""
    told = time.monotonic()

    def tell(rows: int) -> bool:
        nonlocal told
        if time.monotonic() - told < _TOLD:
            return True
        told = time.monotonic()
        return Import.objects.filter(pk=found.pk, stage=found.stage).update(lines=rows) > 0

    return tell


def carry(found: Import, carrier: carrying.Carrier, on_file: QuerySet[Household]) -> dict[str, Any]:
    """Try or apply what the file says; return the counts. `on_file` are all households, opened by the action.

    Raises: Stopped if the import was cancelled meanwhile.
    """
    bench = carried.opened(carrier.out)
    try:
        made = ready.prepare(bench, carrier.order)
        _turn_strangers_away(bench, on_file)
        Import.objects.filter(pk=found.pk).update(households=made.households, lines=made.lines, slices=made.slices)
        for number in range(0 if carrier.is_trial else found.slices_done, made.slices):
            _carry_one(bench, carrier, found, number)
        carried.note_refused(bench, carrier.out)
    finally:
        bench.close()
    found.refresh_from_db()
    return carried.counts(carrier.out)


def order_of(found: Import, scope: Scope) -> ready.Order:
    """What is to be done with an import, within its sender's scope."""
    return ready.Order(
        folder=keeping.folder(found),
        sheets=tuple(keeping.sheets(found)),
        pack=dictionaries.pack(found.pack_id),
        words=dictionaries.words(found.pack_id),
        source=found.source,
        observed_on=found.observed_on,
        default_place=found.place_code,
        scope=scope,
    )


def _turn_strangers_away(bench: Bench, on_file: QuerySet[Household]) -> None:
    """A household that is on file out of scope looks like one that nobody knows, and is not written to."""
    asked = [row[0] for row in bench.execute("SELECT key::VARCHAR FROM ready WHERE NOT is_known ORDER BY 1").fetchall()]
    found = relations.found(on_file, "key", asked, ("key",))
    relations.fill(bench, "strangers", {"key": "UUID"}, found)
    bench.execute("""
        INSERT INTO faults SELECT g, first_n, NULL, 'household_id', number, 'household_unknown', NULL
        FROM homes WHERE key IN (SELECT key FROM strangers);
        DELETE FROM ready WHERE key IN (SELECT key FROM strangers)""")


def _carry_one(bench: Bench, carrier: carrying.Carrier, found: Import, number: int) -> None:
    """One slice; in an application the count of slices is part of the slice's own transaction."""
    rows = Import.objects.filter(pk=found.pk, stage=found.stage)

    def done() -> None:
        if not rows.update(slices_done=number + 1):
            raise Stopped

    carrying.carry_slice(bench, carrier, number, done)
    if carrier.is_trial:
        done()
