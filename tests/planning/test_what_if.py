"""What-ifs of the registry: whom they move, what they leave alone, who sees what of them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Ended
from django.utils import timezone
from tests import cast as of
from tests.cast import Cast
from tests.planning.steps import ask, page, try_it
from tests.screening import village

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.cli.tour import diguan
from diguan.journal.models import Entry
from diguan.places import queries as places
from diguan.planning import actions, figures, jobs, queries
from diguan.planning.models import Trial, WhatIf
from diguan.registry.models import Household, Observation
from diguan.screening import actions as screening
from diguan.screening.models import Change, Comparison, Flow, Result, Screening, Shortfall, Total

COHORT = ("cohort", "cohort")


def _read(found: WhatIf, scope: Scope = village.EVERYWHERE) -> figures.Figures:
    return figures.Figures(queries.folder(found.trials.get(number=0)), scope)


def _listed(found: WhatIf, code: str, scope: Scope = village.EVERYWHERE, **way: str) -> figures.Listed:
    wanted = figures.Wanted(places.by_code(code), *COHORT, **way)
    return _read(found, scope).households(wanted, 0, 50)


def _live() -> dict[str, list[Any]]:
    """Everything that holds: screenings, their totals and results, facts and what was said."""
    everywhere = village.EVERYWHERE
    scoped = {
        model: list(model.objects.within(everywhere).order_by("pk").values())
        for model in (Household, Observation, Result, Shortfall, Change)
    }
    rest = {model: list(model.objects.order_by("pk").values()) for model in (Screening, Total, Comparison, Flow)}
    return {model.__name__: rows for model, rows in {**scoped, **rest}.items()}


def test_another_line_moves_just_the_households_between_the_two(tried: WhatIf) -> None:
    rows = _listed(tried, of.PROVINCE, after="poor").rows
    # Wang was poor before, nobody knows anything of Wu, and all others have less than 9,000.01 yuan.
    assert {row.household.key for row in rows} == {village.LI, village.ZHOU, village.ZHENG}
    assert {(row.before, row.after, tuple(row.causes)) for row in rows} == {("none", "poor", (":line",))}


def test_nothing_that_holds_is_another_before_and_after(screened: Screening, cast: Cast, tmp_path: Path) -> None:
    live = _live()
    files = {file: file.read_bytes() for file in Path(screened.folder).rglob("*") if file.is_file()}
    board = page(cast, "zhao", f"/board/{of.COUNTY_A}/")
    found = try_it(ask(cast, screened, line="9000.01"))
    assert found.stage == WhatIf.Stage.DONE
    assert _live() == live
    assert {file: file.read_bytes() for file in files} == files
    assert page(cast, "zhao", f"/board/{of.COUNTY_A}/") == board


def test_a_pack_that_is_only_tried_never_screens_the_registry(tried: WhatIf, screened: Screening) -> None:
    kept = next(queries.folder(tried.trials.get(number=0)).glob("trial/pack/*-what-if"))
    for draft in (False, True):
        with pytest.raises(screening.PackNotInForce, match="only tried"):
            screening.run_screening(
                pack=rulebook.load(kept), as_of=screened.as_of, by=None, at=timezone.now(), draft=draft
            )
    assert Screening.objects.get(is_current=True) == screened


def test_counts_by_place_add_up_and_are_told_within_the_scope_only(tried: WhatIf) -> None:
    def short(code: str) -> int:
        place = places.by_code(code)
        rows = _read(tried).counts([place], grouped=False)[place.pk]
        return sum(
            row.households for row in rows if (row.kind, row.name, row.after) == ("standard", "enough", "not_met")
        )

    assert (short(of.PROVINCE), short(of.COUNTY_A), short(of.COUNTY_B)) == (3, 2, 1)
    assert (short(of.LIUJIA), short(of.WANGJIA), short(of.CHENJIA)) == (1, 1, 0)
    for ask_for in (
        lambda read, place: read.flows([place], *COHORT),
        lambda read, place: read.counts([place], grouped=True),
        lambda read, place: read.near(place),
        lambda read, place: read.money([place]),
        lambda read, place: read.causes(place),
        lambda read, place: read.households(figures.Wanted(place, *COHORT), 0, 50),
    ):
        with pytest.raises(figures.OutOfScope):
            ask_for(_read(tried, village.DONGSHAN), places.by_code(of.COUNTY_A))


def test_the_money_lacking_is_that_of_all_members_up_to_the_line(tried: WhatIf) -> None:
    place = places.by_code(of.COUNTY_B)
    before, after = _read(tried).money([place])[place.pk]
    # Zheng alone lives there, and earns 4,000 yuan.
    assert (before.households, before.money) == (0, 0)
    assert (after.households, after.persons, str(after.money)) == (1, 1, "5000.010000")


def test_who_stands_near_the_edge_is_listed_with_the_number_that_would_move_them(
    screened: Screening, cast: Cast
) -> None:
    found = try_it(ask(cast, screened, line="4200"))
    assert found.trials.get(number=0).told["nudges"] == [["line", "3990.00"], ["line", "4410.00"]]
    wanted = figures.Wanted(places.by_code(of.PROVINCE), *COHORT, parameter="line", value="3990.00")
    rows = _read(found).households(wanted, 0, 50).rows
    assert {(row.household.key, row.before, row.after) for row in rows} == {
        (village.ZHENG, "poor", "none"), (village.WANG, "poor", "none"),
    }  # fmt: skip


def test_a_household_that_has_moved_out_of_reach_is_counted_and_not_listed(tried: WhatIf) -> None:
    everybody = Household.objects.unscoped("a test moves a household")
    everybody.filter(key=village.LI).update(place_number=places.by_code(of.SUNJIA).number)
    listed = _listed(tried, of.LIUJIA, village.DONGSHAN, after="poor")
    assert (listed.rows, listed.total, listed.elsewhere) == ([], 1, 1)


def test_groups_count_apart_what_the_dictionary_offers(tried: WhatIf) -> None:
    place = places.by_code(of.PROVINCE)
    rows = _read(tried).counts([place], grouped=True)[place.pk]
    by_water = {
        row.value: row.households
        for row in rows
        if (row.grouping, row.kind, row.name, row.after) == ("has_water", "cohort", "*", "listed")
    }
    assert by_water == {"true": 2, "false": 1}


def test_the_same_over_earlier_snapshots_makes_a_series_and_one_that_is_not_possible_says_why(
    screened: Screening, cast: Cast, earlier: Callable[[dt.date], Screening]
) -> None:
    before = earlier(dt.date(2020, 4, 1))  # before anybody said anything
    found = try_it(ask(cast, screened, before, line="9000.01"))
    text = page(cast, "zhao", f"/what-if/{found.pk}/")
    assert "Over several screenings" in text
    assert "2020-04-01" in text
    Path(before.folder, "outcomes.parquet").unlink()
    Path(before.folder, "made_from.json").unlink()
    again = try_it(ask(cast, screened, before, line="9000.01"))
    assert again.stage == WhatIf.Stage.DONE
    assert [trial.is_done for trial in again.trials.order_by("number")] == [True, False]
    assert "did not keep what it was made from" in page(cast, "zhao", f"/what-if/{again.pk}/")


def test_another_pack_is_tried_in_place_of_the_screenings_own(screened: Screening, cast: Cast, tmp_path: Path) -> None:
    other = tmp_path / "packs/strict"
    other.mkdir()
    for file in (tmp_path / "packs/small").iterdir():
        text = file.read_text("utf-8").replace("id: small", "id: strict").replace("value: 4000", "value: 5000.01")
        (other / file.name).write_text(text, "utf-8")
    found = try_it(ask(cast, screened, pack_id="strict"))
    assert {row.household.key for row in _listed(found, of.PROVINCE, after="poor").rows} == {
        village.ZHOU,
        village.ZHENG,
    }
    # Without a number that was set, the line is what moves.
    assert {name for name, _ in found.trials.get(number=0).told["nudges"]} == {"line"}


def test_what_is_not_possible_fails_in_words_and_leaves_no_figures(screened: Screening, cast: Cast) -> None:
    found = try_it(ask(cast, screened, pack_id="cn-2021"))
    assert found.stage == WhatIf.Stage.FAILED
    said = page(cast, "feng", f"/what-if/{found.pk}/")
    assert "The pack cn-2021 is in force from 2021-01-01 to 2025-12-31; 2020-05-31 lies outside." in said
    assert not queries.folder(found.trials.get(number=0)).exists()


def test_asking_working_out_and_opening_households_are_journalled(tried: WhatIf, cast: Cast) -> None:
    assert Entry.objects.get(verb="what_if.proposed").detail["values"] == {"line": "9000.01"}
    assert Entry.objects.get(verb="what_if.worked_out").detail == {"trials": 1, "done": 1}
    page(cast, "zhao", f"/what-if/{tried.pk}/households/?place={of.COUNTY_A}&to=poor")
    entry = Entry.objects.get(verb="household.listed")
    assert entry.detail == {
        "what_if": tried.pk, "kind": "cohort", "name": "cohort", "after": "poor", "place": of.COUNTY_A, "count": 2,
    }  # fmt: skip


def test_only_whoever_began_it_stops_it_and_stopped_it_is_never_worked_out(screened: Screening, cast: Cast) -> None:
    found = ask(cast, screened, line="5000")
    with pytest.raises(actions.NotAllowed):
        actions.stop_what_if(found=found, by=cast.people["zhao"], at=of.NOW)
    assert cast.client("feng").post(f"/what-if/{found.pk}/stopping/").status_code == 302
    assert jobs.work_off() == 0
    assert Trial.objects.filter(what_if=found, is_done=True).count() == 0
    with pytest.raises(actions.NotAllowed, match="stopped"):
        actions.work_out(found=queries.what_if(found.pk), by=None, at=of.NOW)


def test_one_that_is_stopped_while_it_is_worked_on_ends_there(screened: Screening, cast: Cast) -> None:
    found = ask(cast, screened, line="5000")

    def stop(step: str) -> None:
        WhatIf.objects.filter(pk=found.pk).update(stage=WhatIf.Stage.STOPPED)

    with pytest.raises(actions.Stopped):
        actions.work_out(found=found, by=None, at=of.NOW, progress=stop)
    assert WhatIf.objects.get(pk=found.pk).stage == WhatIf.Stage.STOPPED
    assert not queries.folder(found.trials.get(number=0)).exists()


def test_the_program_tries_over_screenings_of_the_installation_and_keeps_it_with_a_page(
    screened: Screening, cast: Cast, earlier: Callable[[dt.date], Screening]
) -> None:
    before = earlier(dt.date(2020, 5, 30))

    def run(*words: object) -> Ended:
        return CliRunner().invoke(diguan, ["whatif", *map(str, words), "--lang", "en"])

    for wrong, said in (
        (["--set", "line=lots"], "--set line: “lots” is not a number."),
        (["--instead", "nowhere"], "This installation has no pack nowhere"),
        (["--instead", "cn-2021"], "Name a day whose numbers are to count all the same with --numbers-of."),
        ([], "Nothing would be otherwise"),
    ):
        done = run("--screening", screened.pk, *wrong)
        assert (done.exit_code, said in done.output) == (1, True), done.output
    assert "There is no screening 77." in run("--screening", 77, "--set", "line=1").output
    assert not WhatIf.objects.exists()
    done = run(
        "--screening", screened.pk, "--screening", before.pk, "--set", "line=9000.01", "--name", "From the terminal"
    )
    assert done.exit_code == 0, done.output
    found = WhatIf.objects.get()
    assert f"Kept as number {found.pk}, with the page /what-if/{found.pk}/." in done.output
    assert "3 of 5 households would have another cohort or outcome. Nothing was changed." in done.output
    assert "From the terminal" in page(cast, "zhao", f"/what-if/{found.pk}/")


def test_whoever_began_one_removes_it_with_its_files_and_the_journal_keeps_what_was_tried(
    tried: WhatIf, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    folder, other = queries.folder(tried.trials.get(number=0)), Path(tried.trials.get(number=0).screening.folder)
    assert cast.client("zhao").post(f"/what-if/{tried.pk}/removal/").status_code == 302
    assert WhatIf.objects.exists()
    waiting = ask(cast, tried.trials.get(number=0).screening, line="5000")
    with pytest.raises(actions.NotAllowed, match="stop it first"):
        actions.remove_what_if(found=waiting, by=cast.people["feng"], at=of.NOW)
    with django_capture_on_commit_callbacks(execute=True):
        assert cast.client("feng").post(f"/what-if/{tried.pk}/removal/").status_code == 302
    assert not WhatIf.objects.filter(pk=tried.pk).exists()
    assert not folder.exists()
    assert (other / "outcomes.parquet").is_file()
    assert Entry.objects.get(verb="what_if.removed").detail == {"values": {"line": "9000.01"}, "pack": ""}
