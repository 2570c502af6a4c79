"""Two hundred files that mean harm: each ends in a clear sentence or in counted refusals, within memory and time."""

import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from tests import stores
from tests.cast import Cast
from tests.intake import hostile
from tests.intake.desk import PACK, Desk

from diguan.intake import actions, dictionaries, jobs, keeping, pages
from diguan.intake.models import Import
from diguan.intake.parsing import limits

MEGABYTES = 256
LONGEST = 120  # seconds on a machine that does other things too


def test_there_are_enough_of_them_and_none_stands_twice() -> None:
    names = [name for name, _sent, _content in hostile._texts()] + [name for name, _s, _c in hostile._documents()]
    assert len(names) == len(set(names))


# Most of these never come near the store, and are as harmless on the one as on the other.
READ_ONLY = (
    hostile._archives, hostile._damaged, hostile._not_workbooks, hostile._documents, hostile._sheets, hostile._heavy,
    hostile._texts,
)  # fmt: skip
RECORDED = (hostile._cells, hostile._bytes, hostile._values)


@pytest.mark.parametrize(
    "family",
    [*RECORDED, *(pytest.param(family, marks=stores.on_sqlite) for family in READ_ONLY)],
    ids=lambda family: family.__name__.strip("_"),
)
def test_every_file_ends_in_a_sentence_or_in_counted_refusals(desk: Desk, cast: Cast, family: object) -> None:
    desk.by, desk.at = cast.people["wang"], timezone.now()
    wrong = {name: said for name, sent, content in family() if (said := _what_is_wrong(desk, sent, content))}
    assert wrong == {}
    assert most_memory() < MEGABYTES


def most_memory() -> float:
    """Megabytes that reading any of the files of the data folder took at most."""
    told = [int(path.read_text()) for path in (Path(settings.DATA) / "imports").glob("*/file-*/memory")]
    return max(told, default=0) / 1024


def _what_is_wrong(desk: Desk, sent: str, content: bytes) -> str:
    """Nothing, if the file was dealt with as it should be."""
    begun = time.monotonic()
    found = desk.receive(content, names=[sent])
    jobs.work_off()
    found.refresh_from_db()
    if found.stage == Import.Stage.MAPPING:
        try:
            actions.settle_columns(found=found, sheets=keeping.sheets(found), by=desk.by, at=desk.at)
        except actions.ColumnsIncomplete as incomplete:
            return "" if str(incomplete) else "no sentence"
        jobs.work_off()
        found.refresh_from_db()
    if time.monotonic() - begun > LONGEST:
        return f"took {time.monotonic() - begun:.0f} s"
    if found.stage == Import.Stage.FAILED:
        said = pages.problem(found)[0].what
        return said if "should not" in said or "Traceback" in said or not said.endswith((".", "”.")) else ""
    if found.stage != Import.Stage.TRIED:
        return f"is {found.stage}"
    read = sum(found.counts[verdict] for verdict in ("new", "changed", "confirmed", "unchanged", "refused"))
    pages.household_table(found, "trial", _nothing())
    return "" if read == found.households else f"{read} of {found.households} counted"


def _nothing() -> object:
    from django.http import QueryDict

    return QueryDict()


def test_the_limits_are_in_force_in_the_process_that_reads() -> None:
    assert limits.MEMORY == MEGABYTES << 20
    assert dictionaries.pack(PACK).id == PACK
