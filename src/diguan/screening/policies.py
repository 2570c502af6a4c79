"""What may be screened, and by whom. Pure: a pack, a registry, rows in, a decision out."""

from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.access.decision import ALLOWED, Decision, refused
from diguan.rulebook.reading import TRIAL
from diguan.screening.models import TRANSITIONS, Run


def may_screen(pack: rulebook.Pack, *, synthetic: bool, draft: bool) -> Decision:
    """Whether a registry may be screened under a pack; `draft` when somebody said that it is only a trial."""
    words = {"pack": pack.id}
    if pack.status == TRIAL:
        return refused(
            _("The pack %(pack)s is only tried, as a what-if: nothing on file is ever screened under it.") % words
        )
    if pack.status == "in_force" or synthetic or draft:
        return ALLOWED
    if pack.status == "withdrawn":
        return refused(
            _(
                "The pack %(pack)s is withdrawn: no real households are screened under it. To try it all the same, say --draft."
            )
            % words
        )
    return refused(
        _(
            "The pack %(pack)s is a draft: no real households are screened under it. When its authority has adopted it, "
            "write status: in_force in its pack.yaml; to try it before, say --draft."
        )
        % words
    )


def may_run(*, is_everything: bool) -> Decision:
    """Whether somebody may ask for screenings, and stop them: whoever may run them (`screening.run`) for the whole tree.

    Results of everybody take the place of results of everybody; nobody answers for that in a part of the places.
    """
    if is_everything:
        return ALLOWED
    return refused(
        _("A screening judges everybody on file. Only whoever runs screenings for the whole registry may do this.")
    )


def may_become(run: Run, state: str) -> Decision:
    """Whether a run may go on to this state from where it is."""
    if state in TRANSITIONS[run.state]:
        return ALLOWED
    words = {"number": run.pk, "state": run.get_state_display()}
    return refused(_("Screening %(number)s is %(state)s: that cannot be done now.") % words)


def may_go_on(run: Run, *, newer: int | None) -> Decision:
    """Whether a run that ended without results may go on; `newer` is the number of a later screening, if there is one."""
    if newer is not None:
        words = {"number": run.pk, "newer": newer}
        return refused(
            _("Screening %(newer)s has been carried out since: start a new one instead of %(number)s.") % words
        )
    return may_become(run, Run.State.WAITING)
