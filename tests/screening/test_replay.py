"""A screening of the registry comes out again from its snapshot, whatever happened on file since."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tests import cast as of
from tests.screening import village

from diguan import rulebook
from diguan.journal.models import Entry
from diguan.registry import actions as registry
from diguan.registry.batch import Batch, ObservationRow
from diguan.screening import actions
from diguan.screening.models import Screening

LATER = of.NOW + dt.timedelta(days=1)


def test_a_screening_comes_out_again_though_facts_changed_since_and_the_journal_says_so(
    screened: Callable[[], Screening], small_pack: rulebook.Pack
) -> None:
    screening = screened()
    body = {"household": {"income": "1"}}
    said = ObservationRow(village.person(village.LI, 7), village.LI, "visit", "2020-05-20", body)
    registry.record_observations(
        batch=Batch(households=[], persons=[], observations=[said]), pack=small_pack, by=None, at=LATER
    )
    found = actions.replay_screening(number=screening.pk, memory="", by=None, at=LATER)
    assert found.is_equal, found.differences
    assert [each.table for each in found.same] == ["outcomes.parquet", "derived.parquet", "totals.parquet"]
    entry = Entry.objects.get(verb="screening.replayed")
    assert (entry.subject_key, entry.detail) == (str(screening.pk), {"equal": True, "differences": 0})


def test_a_changed_snapshot_is_found(screened: Callable[[], Screening], tmp_path: Path) -> None:
    screening = screened()
    file = tmp_path / "snapshots" / screening.snapshot_id / "households.parquet"
    changed = f"SELECT * REPLACE (CASE WHEN income < 4000 THEN 4000 ELSE income END AS income) FROM '{file}'"
    duckdb.sql(f"COPY ({changed}) TO '{file}.new' (FORMAT parquet)")
    Path(f"{file}.new").rename(file)
    found = actions.replay_screening(number=screening.pk, memory="", by=None, at=LATER)
    said = [each.template.format_map(each.values) for each in found.differences]
    assert said[0].startswith(f"data: the file {file} is not what it was")
    assert f"outcomes.parquet, enough: 1 rows have another value, such as {village.WANG}." in said
    assert f"outcomes.parquet, cohort: 1 rows have another value, such as {village.WANG}." in said


def test_the_number_of_no_screening_is_none(screened: Callable[[], Screening]) -> None:
    number = screened().pk + 1
    with pytest.raises(Screening.DoesNotExist):
        actions.replay_screening(number=number, memory="", by=None, at=LATER)
