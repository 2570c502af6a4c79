"""What is said of a run: its state, how far it is, why it ended, in the reader's words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from diguan.jobs import beats
from diguan.screening import keeping, run
from diguan.screening.models import Run


def state(of: Run) -> str:
    """Its state; one that is called running while nobody works on it was cut off."""
    return _("cut off") if keeping.is_cut_off(of) else str(of.get_state_display())


def problem(of: Run) -> str:
    """Why it could not go on; empty where it could."""
    return _(of.problem["template"]).format_map(of.problem["values"]) if of.problem else ""


def how_far(of: Run) -> str:
    """Its step, how much of it is done, and how long the rest will take; empty where nothing is known."""
    beat = keeping.beat(of)
    if beat is None or beat.step not in run.STEPS:
        return ""
    words = {"step": _(run.STEPS[beat.step]), "share": f"{beat.whole * 100:.0f}", "left": left(beat)}
    if of.is_at_work and not keeping.is_cut_off(of):
        return (
            _("%(step)s, %(share)s %% done, %(left)s") if words["left"] else _("%(step)s, %(share)s %% done")
        ) % words
    return _("it ended at: %(step)s, %(share)s %% done") % words


def left(beat: beats.Beat) -> str:
    """How long the rest will take, roughly; empty where nobody can say."""
    if beat.left is None:
        return ""
    if beat.left < 60:
        return _("less than a minute left")
    return _("about %(minutes)d minutes left") % {"minutes": round(beat.left / 60)}


def more(of: Run) -> Iterator[str]:
    """What there is to say beside the state."""
    yield from (line for line in (problem(of), how_far(of) if of.state != Run.State.DONE else "") if line)
