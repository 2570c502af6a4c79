"""A screening that is asked for is carried out, stopped, gone on with; whatever ends it, the former one stays in place."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db.utils import OperationalError
from tests import cast as of
from tests.cast import Cast
from tests.screening import village

from diguan import engine, rulebook
from diguan.access.models import User
from diguan.engine import folders
from diguan.journal.models import Entry
from diguan.registry import snapshots
from diguan.screening import actions, keeping, queries, reading_runs, run
from diguan.screening.models import Result, Run, Screening

Screen = Callable[[], Screening]
MAY = dt.date(2020, 5, 31)
LATER = of.NOW + dt.timedelta(hours=1)
State = Run.State


@pytest.fixture
def first(screened: Screen) -> Screening:
    """The village, screened once."""
    return screened()


@pytest.fixture
def ask(small_pack: rulebook.Pack, tmp_path: Path) -> Callable[[], Run]:
    return lambda: actions.ask_screening(pack=small_pack, as_of=MAY, by=None, at=of.NOW, folder=tmp_path)


def carry(
    asked: Run, pack: rulebook.Pack, progress: engine.Progress | None = None, by: User | None = None
) -> Screening:
    with keeping.held(asked) as is_mine:
        assert is_mine
        return actions.carry_screening(run=asked, pack=pack, by=by, at=LATER, progress=progress or engine.Progress())


class At(engine.Progress):
    """Does something once a step has begun, and notes the steps."""

    def __init__(self, step: str, act: Callable[[], object]) -> None:
        self._step, self._act = step, act
        self.steps: list[str] = []

    def step(self, name: str) -> None:
        self.steps.append(name)
        if name == self._step:
            self._act()


def _verbs() -> list[str]:
    return list(Entry.objects.filter(subject_type="screening").order_by("id").values_list("verb", flat=True))


def test_a_run_and_the_screening_it_leads_to_have_one_number(first: Screening) -> None:
    done = Run.objects.get()
    assert (done.pk, done.state, done.screening) == (first.pk, State.DONE, first)
    assert set(done.seconds) == {"snapshot", "reading", "screening", "writing", "loading"}
    assert _verbs() == ["screening.asked", "screening.run"]
    assert not keeping.folder(done).exists()


@pytest.mark.parametrize("step", ["snapshot", "reading", "screening", "writing", "loading"])
def test_cancelled_at_any_step_it_leaves_the_former_screening_and_goes_on_when_asked(
    first: Screening, ask: Callable[[], Run], small_pack: rulebook.Pack, step: str
) -> None:
    asked = ask()
    with pytest.raises(engine.Stopped):
        carry(asked, small_pack, At(step, lambda: actions.cancel_screening(run=asked, by=None, at=LATER)))
    asked.refresh_from_db()
    assert (asked.state, asked.ended_at) == (State.CANCELLED, LATER)
    assert queries.current_screening() == first
    assert Result.objects.within(village.EVERYWHERE).filter(screening=first).count() == 5
    assert Screening.objects.count() == 1
    actions.resume_screening(run=asked, by=None, at=LATER)
    second = carry(asked, small_pack)
    assert queries.current_screening() == second
    assert _verbs()[2:] == ["screening.asked", "screening.cancelled", "screening.resumed", "screening.run"]


def test_what_was_written_before_it_ended_is_not_written_again(
    first: Screening, ask: Callable[[], Run], small_pack: rulebook.Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask()
    with pytest.raises(engine.Stopped):
        carry(asked, small_pack, At("loading", lambda: actions.cancel_screening(run=asked, by=None, at=LATER)))
    written = {file: file.stat().st_mtime_ns for file in Path(asked.folder).iterdir()}
    actions.resume_screening(run=asked, by=None, at=LATER)

    def again(**_named: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr(run, "screen", again)
    monkeypatch.setattr(snapshots, "write", again)
    second = carry(asked, small_pack)
    assert {file: file.stat().st_mtime_ns for file in Path(second.folder).iterdir()} == written


def test_results_that_were_damaged_meanwhile_are_worked_out_again(
    first: Screening, ask: Callable[[], Run], small_pack: rulebook.Pack
) -> None:
    asked = ask()
    with pytest.raises(engine.Stopped):
        carry(asked, small_pack, At("loading", lambda: actions.cancel_screening(run=asked, by=None, at=LATER)))
    (Path(asked.folder) / "outcomes.parquet").write_bytes(b"half")
    actions.resume_screening(run=asked, by=None, at=LATER)
    carry(asked, small_pack)
    assert Result.objects.within(village.EVERYWHERE).count() == 5


FULL = "The disk is full"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), FULL),
        (OperationalError("database or disk is full"), FULL),
        (MemoryError(), "The memory is not enough"),
        (engine.DataRefused("There is no folder {folder}.", folder="x"), "There is no folder x."),
        (ValueError("of ours"), "Something failed that should not"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_why_it_failed_is_kept_in_words_and_it_goes_on_once_that_is_mended(
    first: Screening, ask: Callable[[], Run], small_pack: rulebook.Pack, error: Exception, said: str
) -> None:
    asked = ask()

    def fail() -> None:
        raise error

    with pytest.raises(Exception), keeping.held(asked):  # noqa: B017 - whichever it is, its reason is looked at
        carry_in_place(asked, small_pack, At("loading", fail))
    asked.refresh_from_db()
    assert asked.state == State.FAILED
    assert reading_runs.problem(asked).startswith(said)
    assert queries.current_screening() == first
    assert Entry.objects.filter(verb="screening.failed", subject_key=asked.pk).count() == 1
    actions.resume_screening(run=asked, by=None, at=LATER)
    assert carry(asked, small_pack).is_current


def carry_in_place(asked: Run, pack: rulebook.Pack, progress: engine.Progress) -> None:
    actions.carry_screening(run=asked, pack=pack, by=None, at=LATER, progress=progress)


def test_while_one_waits_or_runs_no_other_is_begun(ask: Callable[[], Run], screened: Screen) -> None:
    asked = ask()
    with pytest.raises(actions.Occupied) as refused:
        ask()
    assert refused.value.run == asked


def test_one_that_was_cut_off_is_seen_as_that_and_can_go_on(
    first: Screening, ask: Callable[[], Run], small_pack: rulebook.Pack
) -> None:
    asked = ask()
    Run.objects.filter(pk=asked.pk).update(state=State.RUNNING)  # and whoever worked on it is gone
    asked.refresh_from_db()
    assert reading_runs.state(asked) == "cut off"
    assert queries.cut_off(small_pack.digest, MAY, None, False) == asked
    with keeping.held(asked):
        assert reading_runs.state(asked) == "running"
        with pytest.raises(actions.Occupied):
            actions.resume_screening(run=asked, by=None, at=LATER)
    actions.resume_screening(run=asked, by=None, at=LATER)
    assert carry(asked, small_pack).pk == asked.pk


def test_one_that_was_cut_off_gives_way_to_another(ask: Callable[[], Run], screened: Screen) -> None:
    asked = ask()
    Run.objects.filter(pk=asked.pk).update(state=State.RUNNING)
    other = ask()
    asked.refresh_from_db()
    assert (asked.state, other.state) == (State.FAILED, State.WAITING)
    assert reading_runs.problem(asked).startswith("It was cut off")


def test_after_a_later_screening_an_earlier_one_goes_on_no_more_and_its_files_are_gone(
    screened: Screen, ask: Callable[[], Run], small_pack: rulebook.Pack
) -> None:
    asked = ask()
    with pytest.raises(engine.Stopped):
        carry(asked, small_pack, At("loading", lambda: actions.cancel_screening(run=asked, by=None, at=LATER)))
    assert Path(asked.folder).exists()
    later = screened()
    assert not Path(asked.folder).exists()
    with pytest.raises(actions.NotAllowed, match=f"Screening {later.pk} has been carried out since"):
        actions.resume_screening(run=asked, by=None, at=LATER)


def test_cancelled_in_the_last_moment_it_is_either_done_or_was_never_there(
    first: Screening, ask: Callable[[], Run], small_pack: rulebook.Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask()
    load = run.load

    def loaded(*given: object) -> run.Loaded:
        found = load(*given)  # type: ignore[arg-type]
        Run.objects.filter(pk=asked.pk).update(state=State.CANCELLED)
        return found

    monkeypatch.setattr(run, "load", loaded)
    with pytest.raises(engine.Stopped):
        carry(asked, small_pack)
    assert queries.current_screening() == first


def test_what_is_done_is_cancelled_no_more(first: Screening) -> None:
    with pytest.raises(actions.NotAllowed, match="is done"):
        actions.cancel_screening(run=Run.objects.get(), by=None, at=LATER)


def test_a_pack_that_changed_since_is_not_screened_under(
    ask: Callable[[], Run], small_pack: rulebook.Pack, screened: Screen
) -> None:
    asked = ask()
    with pytest.raises(actions.PackChanged):
        carry(asked, replace(small_pack, digest="0" * 64))
    asked.refresh_from_db()
    assert asked.state == State.FAILED


def test_its_step_and_share_lie_beside_it_while_it_runs(
    first: Screening, ask: Callable[[], Run], small_pack: rulebook.Pack
) -> None:
    asked, said = ask(), list[str]()

    def look() -> None:
        asked.refresh_from_db()
        said.append((reading_runs.told(asked) or reading_runs.Told(0, "")).said)

    carry(asked, small_pack, At("writing", look))
    assert said[0].startswith("writing results, ")


def test_leftovers_of_snapshots_are_swept(screened: Screen, tmp_path: Path) -> None:
    (tmp_path / "snapshots/.snapshot-cut").mkdir(parents=True)
    screened()
    assert [path.name for path in (tmp_path / "snapshots").glob(".*")] == []


WHOLE = {"zhao": True, "feng": True}


@pytest.mark.parametrize("username", of.PEOPLE)
def test_only_who_runs_screenings_for_the_whole_registry_may_ask_cancel_and_resume(
    cast: Cast, small_pack: rulebook.Pack, username: str
) -> None:
    user = cast.people[username]
    if username in WHOLE:
        asked = actions.ask_screening(pack=small_pack, as_of=MAY, by=user, at=of.NOW)
        assert (asked.asked_by, asked.asked_by_name) == (user.pk, username)
        actions.cancel_screening(run=asked, by=user, at=LATER)
        actions.resume_screening(run=asked, by=user, at=LATER)
        return
    with pytest.raises(actions.NotAllowed, match="whole registry"):
        actions.ask_screening(pack=small_pack, as_of=MAY, by=user, at=of.NOW)
    asked = actions.ask_screening(pack=small_pack, as_of=MAY, by=None, at=of.NOW)
    for act in (actions.cancel_screening, actions.resume_screening):
        with pytest.raises(actions.NotAllowed, match="whole registry"):
            act(run=asked, by=user, at=LATER)
    assert not folders.is_held(keeping.folder(asked))


def test_whoever_lost_the_right_since_does_not_have_it_carried_out(cast: Cast, small_pack: rulebook.Pack) -> None:
    asked = actions.ask_screening(pack=small_pack, as_of=MAY, by=cast.people["zhao"], at=of.NOW)
    with pytest.raises(actions.NotAllowed):
        carry(asked, small_pack, by=cast.people["wang"])
    asked.refresh_from_db()
    assert asked.state == State.FAILED
