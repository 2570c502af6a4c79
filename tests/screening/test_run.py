"""A screening replaces the former one whole, or not at all."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests import cast as of
from tests.screening import village

from diguan import rulebook
from diguan.access.scope import unscoped
from diguan.journal.models import Entry
from diguan.registry import actions as registry
from diguan.registry import snapshots
from diguan.screening import actions, queries, run
from diguan.screening.models import Result, Screening, Shortfall, Total

Screen = Callable[[], Screening]


def _result(key: object) -> Result:
    return Result.objects.within(village.EVERYWHERE).select_related("screening").get(household__key=key)


def test_every_household_has_one_result_with_each_standard_met_not_met_or_unknown(screened: Screen) -> None:
    screening = screened()
    assert screening.standards == ["enough", "water", "school"]
    assert _result(village.LI).standards == {"enough": "met", "water": "met", "school": "met"}
    assert _result(village.WANG).standards == {"enough": "not_met", "water": "met", "school": "met"}
    assert _result(village.ZHOU).standards == {"enough": "met", "water": "not_met", "school": "unknown"}
    assert _result(village.WU).standards == {"enough": "unknown", "water": "unknown", "school": "met"}
    assert _result(village.ZHENG).standards["enough"] == "met"
    assert Result.objects.within(village.EVERYWHERE).count() == 5


def test_a_standard_met_because_it_does_not_apply_is_told_apart(screened: Screen) -> None:
    screened()
    assert _result(village.WANG).not_applicable == {"school"}
    assert _result(village.LI).not_applicable == frozenset()


def test_cohorts_and_sizes_are_kept_with_the_result(screened: Screen) -> None:
    screened()
    found = {row.household.key: (row.cohort, row.persons) for row in _all()}
    assert found == {
        village.LI: ("none", 2),
        village.WANG: ("poor", 1),
        village.ZHOU: ("none", 2),
        village.WU: ("unknown", 1),
        village.ZHENG: ("none", 1),
    }


def _all() -> list[Result]:
    return list(Result.objects.within(village.EVERYWHERE).select_related("household"))


def test_shortfalls_are_what_is_not_met_or_unknown(screened: Screen) -> None:
    screened()
    rows = Shortfall.objects.within(village.EVERYWHERE).values_list("household__key", "standard", "outcome")
    assert set(rows) == {
        (village.WANG, "enough", "not_met"),
        (village.ZHOU, "water", "not_met"),
        (village.ZHOU, "school", "unknown"),
        (village.WU, "enough", "unknown"),
        (village.WU, "water", "unknown"),
    }


def test_a_screening_names_pack_version_digest_date_and_snapshot(screened: Screen, small_pack: rulebook.Pack) -> None:
    screening = screened()
    assert (screening.pack_id, screening.pack_version) == ("small", "1.0.0")
    assert screening.pack_digest == small_pack.digest
    assert screening.as_of == dt.date(2020, 5, 31)
    assert screening.counts["households"] == 5
    assert (Path(screening.folder) / "outcomes.parquet").exists()
    assert screening.finished_at >= screening.started_at == of.NOW


def test_a_screening_is_one_entry_of_the_journal(screened: Screen) -> None:
    screened()
    entry = Entry.objects.get(verb="screening.run")
    assert entry.detail["pack"] == "small"


def test_a_second_screening_replaces_the_rows_and_leaves_the_files(screened: Screen) -> None:
    first, second = screened(), screened()
    assert queries.current_screening() == second
    assert set(Result.objects.within(village.EVERYWHERE).values_list("screening", flat=True)) == {second.pk}
    assert set(Shortfall.objects.within(village.EVERYWHERE).values_list("screening", flat=True)) == {second.pk}
    assert first.snapshot_id == second.snapshot_id
    assert (Path(first.folder) / "outcomes.parquet").exists()


def test_totals_of_an_earlier_screening_stay_down_to_the_county(screened: Screen) -> None:
    first, _second = screened(), screened()
    depths = set(Total.objects.filter(screening=first).values_list("place__depth", flat=True))
    assert depths == {None, 0, 1, 2}


@pytest.mark.parametrize("where", ["screen", "load"])
def test_a_failure_leaves_the_former_screening_in_place(
    screened: Screen, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    first = screened()
    totals = Total.objects.count()

    def broken(*_given: object, **_named: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(run, where, broken)
    with pytest.raises(OSError, match="disk full"):
        screened()
    assert queries.current_screening() == first
    assert Result.objects.within(village.EVERYWHERE).count() == 5
    assert Total.objects.count() == totals
    assert Screening.objects.count() == 1


def test_results_that_miss_a_household_are_not_taken(screened: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "load", lambda *_given: run.Loaded(results=4, shortfalls=0, totals=0))
    with pytest.raises(actions.ScreeningIncomplete):
        screened()
    assert queries.current_screening() is None


def test_a_date_outside_the_packs_validity_is_refused_before_anything_is_written(
    screened: Screen, small_pack: rulebook.Pack, tmp_path: Path
) -> None:
    with pytest.raises(rulebook.PeriodNotCovered):
        actions.run_screening(pack=small_pack, as_of=dt.date(2021, 1, 1), by=None, at=of.NOW, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_real_households_are_not_screened_under_a_pack_that_is_not_in_force(
    screened: Screen, small_pack: rulebook.Pack, tmp_path: Path, status: str
) -> None:
    pack = replace(small_pack, status=status)
    with pytest.raises(actions.PackNotInForce, match="--draft"):
        actions.run_screening(pack=pack, as_of=dt.date(2020, 5, 31), by=None, at=of.NOW, folder=tmp_path)
    assert queries.current_screening() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_as_a_trial_they_are_and_the_journal_says_what_the_pack_was(
    screened: Screen, small_pack: rulebook.Pack, tmp_path: Path, status: str
) -> None:
    pack = replace(small_pack, status=status)
    actions.run_screening(pack=pack, as_of=dt.date(2020, 5, 31), by=None, at=of.NOW, folder=tmp_path, draft=True)
    assert Entry.objects.get(verb="screening.run").detail["status"] == status


def test_a_synthetic_registry_is_screened_under_any_pack(
    screened: Screen, small_pack: rulebook.Pack, tmp_path: Path
) -> None:
    registry.describe_registry(name="Made up", synthetic=True, by=None, at=of.NOW)
    pack = replace(small_pack, status="draft")
    assert actions.run_screening(pack=pack, as_of=dt.date(2020, 5, 31), by=None, at=of.NOW, folder=tmp_path).is_current


def test_a_snapshot_that_was_written_beforehand_is_taken_as_it_is(
    screened: Callable[[], Screening], small_pack: rulebook.Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = dt.date(2020, 5, 31)
    everybody = unscoped("a test")
    written = snapshots.write(pack=small_pack, as_of=day, folder=tmp_path / "snapshots", scope=everybody)
    monkeypatch.delattr(snapshots, "write")
    screening = actions.run_screening(pack=small_pack, as_of=day, by=None, at=of.NOW, folder=tmp_path, snapshot=written)
    assert screening.snapshot_id == written.id
    assert screening.counts["households"] == written.households > 0
