"""The first level of the menu, in its order. Nobody sees an entry that holds nothing for them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diguan.access import permissions
from diguan.ui import menu

ENTRIES = (
    menu.Entry(_("Board"), "board_top", permissions.BOARD_READ),
    menu.Entry(_("Households"), "households", permissions.HOUSEHOLDS_READ),
    menu.Entry(_("Data checks"), "checks", permissions.BOARD_READ),
    menu.Entry(_("Conflicts"), "conflicts", permissions.REGISTRY_WRITE),
    menu.Entry(_("Found twice"), "duplicates", permissions.LINKAGE_READ),
    menu.Entry(_("Missing"), "rolls", permissions.LINKAGE_READ),
    menu.Entry(_("Exports"), "exports", permissions.EXPORTS_REQUEST),
    menu.Entry(_("Imports"), "imports", permissions.REGISTRY_WRITE),
    menu.Entry(_("Screenings"), "screenings", permissions.SCREENING_RUN),
    menu.Entry(_("Policy"), "policies", permissions.POLICY_READ),
    menu.Entry(_("What if"), "what-ifs", permissions.WHAT_IF_READ),
    menu.Entry(_("Journal"), "journal", permissions.JOURNAL_READ),
    menu.Entry(_("People"), "people", permissions.PEOPLE_MANAGE),
)


def fill() -> None:
    menu.fill(ENTRIES)
