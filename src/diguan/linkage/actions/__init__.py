"""The only writers of linkage."""

from diguan.linkage.actions.searching import search_register, search_roll
from diguan.linkage.actions.verdicts import VerdictGiven, give_verdict

__all__ = ["VerdictGiven", "give_verdict", "search_register", "search_roll"]
