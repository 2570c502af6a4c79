"""The only writers of linkage."""

from diguan.linkage.actions.missing import EntryChanged, follow_up
from diguan.linkage.actions.reads import open_entry, open_match, open_missing, open_queue
from diguan.linkage.actions.rolls import Received, Sent, receive_roll
from diguan.linkage.actions.searching import search_register, search_roll
from diguan.linkage.actions.upkeep import move_matches, reseal_entries
from diguan.linkage.actions.verdicts import VerdictGiven, give_verdict

__all__ = [
    "EntryChanged",
    "Received",
    "Sent",
    "VerdictGiven",
    "follow_up",
    "give_verdict",
    "move_matches",
    "open_entry",
    "open_match",
    "open_missing",
    "open_queue",
    "receive_roll",
    "reseal_entries",
    "search_register",
    "search_roll",
]
