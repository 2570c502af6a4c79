"""What people have done in the provinces before the walk: exports asked for, files sent, numbers looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.test import override_settings
from django.utils import timezone
from tests.leaks import personas as of
from tests.leaks.canaries import Kind
from tests.leaks.province import EVERYWHERE, HOMES, World

from diguan import vault
from diguan.exports import actions as exports
from diguan.exports.households import HOUSEHOLDS
from diguan.exports.lists import Column, ExportableList, Opened
from diguan.exports.missing import MISSING
from diguan.exports.models import Export
from diguan.intake import actions as intake
from diguan.intake import columns, dictionaries, keeping
from diguan.intake.models import Import
from diguan.journal import actions as journal
from diguan.registry import actions as registry
from diguan.registry.models import Identifier

COLUMNS = ("place_code", "place", "name", "persons", "cohort", "standard_enough", "key")


def _with_numbers(params: Mapping[str, str]) -> Opened:
    """The list of households with their telephones: the house has no list with numbers yet, and a rule for them."""
    opened = HOUSEHOLDS.opened(params)
    column = Column("telephone", "Telephone", _telephone, protection="identifier", permission="identifiers.reveal")
    return replace(opened, columns=[*opened.columns, column])


def _telephone(row: Any) -> str:
    kept = Identifier.objects.within(EVERYWHERE).get(owner=row.household.key, variable="telephone")
    return vault.opened().unseal(kept.sealed, context=str(kept.owner))


LISTS = (HOUSEHOLDS, MISSING, ExportableList("numbers", "Telephones", "households.read", _with_numbers))


def happen(world: World) -> None:
    _look_at_numbers(world)
    _placeless(world)
    _export(world)
    _send(world)


def _look_at_numbers(world: World) -> None:
    """Each member's ID number once, for a reason that only the journal, and the person's own file, may tell."""
    for name in ("v1", "v3", "v6"):
        home = world.homes[name]
        for person in home.people:
            number = Identifier.objects.within(EVERYWHERE).get(owner=person, variable="id_number")
            reason = world.mint.word(Kind.TRACE, "reason to see a number", person=person, at=of.span(HOMES[name])[0])
            registry.reveal_identifier(
                scope=EVERYWHERE, household=home.key, identifier=number.pk, reason=reason, by=None, at=timezone.now()
            )


def _placeless(world: World) -> None:
    """What concerns no place is for those who see all of them."""
    told = world.mint.word(Kind.TRACE, "what concerns no place")
    journal.record(
        by=None,
        at=timezone.now(),
        verb="export.refused",
        subject_type="export",
        subject_key="0",
        detail={"reason": told},
    )


def _export(world: World) -> None:
    _asked(world, "made", "county-c1", is_made=True, shows_names=True)
    # Made of both provinces, and now of somebody who may see one township.
    _asked(world, "kept", "auditor-all", is_made=True, file_format="csv", shows_names=True)
    Export.objects.filter(pk=world.exports["kept"].pk).update(asked_by=world.users["reduced"])
    with override_settings(EXPORT_ROWS=0):
        for name, who in (("waits-t1", "township-t1"), ("waits-p1", "commander-p1"), ("refused", "auditor-c1"),
                          ("approved", "prefecture-f1"), ("grown", "county-c1"), ("waits-c4", "county-c4")):  # fmt: skip
            _asked(world, name, who)
    reason = world.mint.word(Kind.EXPORT, "why an export was refused", owner="auditor-c1")
    now, county = timezone.now(), world.users["county-c1"]
    exports.refuse_export(export=world.exports["refused"], reason=reason, by=county, at=now)
    for name in ("approved", "grown"):
        exports.approve_export(export=world.exports[name], by=world.users["commander-p1"], at=now)
    # More match by now than were approved; and what was made lies there still, past its time.
    Export.objects.filter(pk=world.exports["grown"].pk).update(expected_rows=1)
    _asked(world, "lapsed", "county-c1", is_made=True, shows_names=True)
    Export.objects.filter(pk=world.exports["lapsed"].pk).update(expires_at=now - dt.timedelta(days=1))
    # Made of nothing yet, and now of somebody whose places are fewer, or more, than when it was asked for.
    _asked(world, "shrunk", "auditor-all", file_format="csv", shows_names=True)
    Export.objects.filter(pk=world.exports["shrunk"].pk).update(asked_by=world.users["reduced"])
    _asked(world, "risen", "township-t1", file_format="csv", shows_names=True)
    Export.objects.filter(pk=world.exports["risen"].pk).update(asked_by=world.users["county-c1"])
    for name, export in world.exports.items():
        export.refresh_from_db()
        world.exported_at[name] = [(low, high) for low, high in export.ranges]
        asker = export.asked_by.username
        world.asked_by[name] = asker
        if not export.needs_approval:
            world.taken[asker] = world.taken.get(asker, 0) + (export.rows or export.expected_rows)
        if export.decided_by is not None:
            world.decided_by[name] = export.decided_by.username
        world.journalled_by[name] = world.asked_by[name]


def _asked(world: World, name: str, who: str, *, is_made: bool = False, **more: Any) -> None:
    now, user = timezone.now(), world.users[who]
    owner = {"kept": "reduced", "shrunk": "reduced", "risen": "county-c1"}.get(name, who)
    export = exports.ask_for_export(
        list_id="households", params={}, columns=COLUMNS, by=user, at=now,
        purpose=world.mint.word(Kind.EXPORT, "purpose of an export", owner=owner),
        **{"file_format": "xlsx", **more},
    )  # fmt: skip
    world.exports[name] = exports.make_export(export=export, by=user, at=now) if is_made else export


def _send(world: World) -> None:
    """Files of three senders, of one make: what the second settled, the third's columns are proposed by."""
    v1, v6, v3 = world.homes["v1"], world.homes["v6"], world.homes["v3"]
    tried = _received(world, "tried", "village-v1", [
        (f"{v1.key}", of.V1, {}), ("new", of.V1, {}), (f"{v6.key}", of.V1, {}), (f"{v3.key}", of.V3, {}),
        # Of V6 by its key alone, and by the number of one of its people; of V2 by its place's name.
        (f"{v6.key}", "", {}), ("by number", "", {"id": _number_of(world, "v6")}), ("by name", f"Place {of.V2}", {}),
    ])  # fmt: skip
    _tried(world, tried, {})
    word = world.mint.word(Kind.FILE, "word of a file", owner="worker-v6")
    theirs = _received(world, "theirs", "worker-v6", [("new", of.V6, {"trade": word})])
    _tried(world, theirs, {word: "smith"})
    _received(world, "read", "village-v1", [("other", of.V1, {})])
    # Sent by somebody who recorded in V6 too by then, and may do so no more.
    outlived = _received(world, "outlived", "reduced", [(f"{v6.key}", of.V6, {})], sent_by="two-places")
    _tried(world, outlived, {})
    Import.objects.filter(pk=outlived.pk).update(received_by=world.users["reduced"].pk, received_by_name="reduced")
    outlived.refresh_from_db()


def _received(
    world: World, name: str, who: str, rows: list[tuple[str, str, Mapping[str, str]]], sent_by: str = ""
) -> Import:
    mint, now, user = world.mint, timezone.now(), world.users[sent_by or who]

    def cell(what: str) -> str:
        return mint.word(Kind.FILE, what, owner=who)

    lines = ["household number,place,household name,person name,Remark,Income,Trade,ID number"]
    lines += [
        f"{number},{place},N{cell('name in a file')},N{cell('name in a file')},{cell('remark in a file')},12,"
        f"{more.get('trade', 'farmer')},{more.get('id', '')}"
        for number, place, more in rows
    ]
    lines.append(
        f"bad,{rows[0][1]},N{cell('name in a file')},N,{cell('remark in a file')},{cell('bad income')},farmer,"
    )
    content = "\n".join(lines).encode()
    found = intake.receive(
        files=[(f"{cell('name of a file')}.csv", [content])], pack_id="leaks", source="visit",
        observed_on=timezone.localdate(now), by=user, at=now,
    )  # fmt: skip
    world.imports[name] = intake.read_files(found=found, by=user, at=now)
    world.typed.setdefault(who, set()).update(
        word for number, _place, more in rows for word in (number, *more.values())
    )
    return world.imports[name]


def _number_of(world: World, name: str) -> str:
    """The ID number of a member, as somebody could have it from another list."""
    owner = world.homes[name].people[1]
    kept = Identifier.objects.within(EVERYWHERE).get(owner=owner, variable="id_number")
    return vault.opened().unseal(kept.sealed, context=str(kept.owner))


def _tried(world: World, found: Import, words: Mapping[str, str]) -> None:
    by, now, vocabulary = world.users[found.received_by_name], timezone.now(), dictionaries.words("leaks")
    sheets = [
        columns.chosen(
            sheet,
            {each.place: {"values": {**each.values, **words}} for each in sheet.columns if each.target == "trade"},
            vocabulary,
        )
        for sheet in keeping.sheets(found)
    ]
    intake.settle_columns(found=found, sheets=sheets, by=by, at=now)
    intake.try_import(found=found, by=by, at=now)
