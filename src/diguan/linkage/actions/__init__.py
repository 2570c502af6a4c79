"""The only writers of linkage."""

from diguan.linkage.actions.rolls import Received, Sent, receive_roll
from diguan.linkage.actions.searching import search_register, search_roll
from diguan.linkage.actions.verdicts import VerdictGiven, give_verdict

__all__ = ["Received", "Sent", "VerdictGiven", "give_verdict", "receive_roll", "search_register", "search_roll"]
