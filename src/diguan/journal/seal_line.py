"""The line that tells the auditor how far the journal is sealed, and when it was last verified with which result."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diguan.journal import naming
from diguan.journal.models import Entry
from diguan.journal.queries import SealState
from diguan.ui import formats

# What a request may verify, in a second or two; beyond it the command does it.
QUICK_ENTRIES = 200_000


@dataclass(frozen=True, slots=True)
class SealLine:
    sealed: str
    verified: str
    level: str
    is_quick: bool


def made(state: SealState) -> SealLine:
    level = "info"
    if state.verified is not None:
        level = "error" if state.verified.detail["differences"] else "good"
    return SealLine(_sealed(state), _verified(state.verified), level, is_quick(state))


def is_quick(state: SealState) -> bool:
    """Whether the whole can be verified while somebody waits for the page."""
    return state.last is not None and state.last.last_entry <= QUICK_ENTRIES


def _sealed(state: SealState) -> str:
    if state.last is None:
        return _("Nothing is sealed yet; %(waiting)s entries wait.") % {"waiting": f"{state.waiting:,}"}
    return _("Sealed up to entry %(last)s, in batch %(batch)s of %(time)s; %(waiting)s entries since then wait.") % {
        "last": f"{state.last.last_entry:,}",
        "batch": f"{state.last.number:,}",
        "time": formats.minute(state.last.sealed_at),
        "waiting": f"{state.waiting:,}",
    }


def _verified(entry: Entry | None) -> str:
    if entry is None:
        return _("Not verified yet.")
    told = entry.detail
    words = {
        "time": formats.minute(entry.at),
        "who": naming.said(entry.actor_name),
        "last": f"{told['last_entry']:,}",
        "count": f"{told['differences']:,}",
        "checkpoint": told["checkpoint"],
    }
    if told["differences"]:
        return _("Last verified %(time)s by %(who)s: %(count)s differences were found.") % words
    if told["checkpoint"] is None:
        return (
            _("Last verified %(time)s by %(who)s up to entry %(last)s, without any checkpoint: nothing was altered.")
            % words
        )
    return (
        _(
            "Last verified %(time)s by %(who)s up to entry %(last)s, with the checkpoint of batch %(checkpoint)s: "
            "nothing was altered."
        )
        % words
    )
