"""What follows from what, across packages: the one place where it stands."""

from __future__ import annotations

from diguan.journal import reactions
from diguan.journal.models import Entry
from diguan.linkage import actions as linkage
from diguan.screening import actions as screening


def _follow_household(entry: Entry) -> None:
    """Results and pairs stand under the place of their household, so that nobody lists who has moved out of their scope."""
    screening.move_results(household=entry.subject_key, by=None, at=entry.at)
    linkage.move_matches(household=entry.subject_key, by=None, at=entry.at)


def fill() -> None:
    reactions.fill(within={"household.life_event": [_follow_household]}, afterwards={})
