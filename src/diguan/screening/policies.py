"""What may be screened. Pure: a pack and a registry in, a decision out."""

from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.access.decision import ALLOWED, Decision, refused
from diguan.rulebook.reading import TRIAL


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
