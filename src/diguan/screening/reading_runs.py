"""What is said of a run: its state, how far it is, why it ended, in the reader's words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diguan.jobs import beats
from diguan.screening import keeping, run
from diguan.screening.models import Run
from diguan.ui import formats
from diguan.ui.steps import State as StepState
from diguan.ui.steps import Step

State = Run.State


def is_cut_off(of: Run) -> bool:
    return keeping.is_cut_off(of)


def state(of: Run) -> str:
    """Its state; one that is called running while nobody works on it was cut off."""
    return _("cut off") if keeping.is_cut_off(of) else str(of.get_state_display())


def problem(of: Run) -> str:
    """Why it could not go on; empty where it could."""
    if not of.problem:
        return ""
    template: str = of.problem["template"]
    return _(template).format_map(of.problem["values"])


@dataclass(frozen=True)
class Told:
    """How far a run is: the share of the whole in per cent, and a sentence."""

    done: int
    said: str


def told(of: Run) -> Told | None:
    """How far it is, or was when it ended without results; None where nothing is known."""
    beat = keeping.beat(of)
    if beat is None or beat.step not in run.STEPS or of.state in (State.DONE, State.WAITING):
        return None
    words = {"step": _(run.STEPS[beat.step]), "share": round(beat.whole * 100), "left": _left(beat)}
    if of.state == State.RUNNING and not keeping.is_cut_off(of):
        if words["left"]:
            return Told(round(beat.whole * 100), _("%(step)s, %(share)s %% done, %(left)s") % words)
        return Told(round(beat.whole * 100), _("%(step)s, %(share)s %% done") % words)
    return Told(round(beat.whole * 100), _("it ended at: %(step)s, %(share)s %% done") % words)


def steps(of: Run) -> list[Step]:
    """The steps of a screening, and how far this one has come."""
    names = list(run.STEPS)
    beat = keeping.beat(of)
    now = beat.step if beat is not None and beat.step in names else of.step
    at = len(names) if of.state == State.DONE else names.index(now) if now in names else -1
    is_alive = of.state == State.RUNNING and not keeping.is_cut_off(of)
    return [
        Step(_(run.STEPS[name]), _state(number, at, is_alive), note=_seconds(of.seconds.get(name)))
        for number, name in enumerate(names)
    ]


def _state(number: int, at: int, is_alive: bool) -> StepState:
    return "done" if number < at else "now" if number == at and is_alive else "todo"


def took(of: Run) -> str:
    """How long it took; a dash where it has not ended well, or nobody wrote it down."""
    return _seconds(sum(of.seconds.values())) if of.seconds else "–"


def more(of: Run) -> Iterator[str]:
    """What a terminal says of a run beside its state."""
    found = told(of)
    yield from (line for line in (problem(of), found.said if found else "") if line)


def _left(beat: beats.Beat) -> str:
    """How long the rest will take, roughly; empty where nobody can say."""
    if beat.left is None:
        return ""
    if beat.left < 60:
        return _("less than a minute left")
    minutes = round(beat.left / 60)
    return ngettext("about %(minutes)d minute left", "about %(minutes)d minutes left", minutes) % {"minutes": minutes}


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 100:
        return _("%(count)s s") % {"count": formats.number(round(seconds, 1))}
    return _("%(count)s min") % {"count": formats.number(round(seconds / 60))}
