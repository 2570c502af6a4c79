"""What a verification can find not to be as it was sealed, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext, gettext_lazy

_SENTENCES: Mapping[str, object] = {
    "altered": gettext_lazy("Entry %(entry)s was altered after it was sealed."),
    "missing": gettext_lazy("Entry %(entry)s is missing: it was removed after it was sealed."),
    "inserted": gettext_lazy("Entry %(entry)s was put in after the entries around it had been sealed."),
    "moved": gettext_lazy("Entry %(entry)s holds what was sealed as entry %(other)s."),
    "unlocated": gettext_lazy(
        "Something between entry %(entry)s and entry %(other)s was altered, and so was the list that would say what."
    ),
    "list_altered": gettext_lazy("The list of hashes of batch %(batch)s was altered; its entries were not."),
    "batch_missing": gettext_lazy("Batch %(batch)s is missing."),
    "batch_unreadable": gettext_lazy("Batch %(batch)s cannot be read: what it says of itself makes no sense."),
    "batch_unchained": gettext_lazy("Batch %(batch)s does not follow on the one before it."),
    "batch_unsigned": gettext_lazy("Batch %(batch)s is not signed with the key that it names."),
    "key_unknown": gettext_lazy(
        "Batch %(batch)s is signed with the key %(key)s, which is not known here. Name it with --public-key."
    ),
    "checkpoint_unsigned": gettext_lazy(
        "The checkpoint of %(time)s is not signed with the key that it names, or not with one that is known here: it "
        "proves nothing."
    ),
    "checkpoint_ahead": gettext_lazy(
        "The checkpoint of %(time)s knows %(other)s entries in %(batch)s batches, and not so many are sealed here: the "
        "end was removed, or an older copy was put back."
    ),
    "checkpoint_differs": gettext_lazy(
        "The checkpoint of %(time)s knows other batches up to number %(batch)s: they were sealed anew after it."
    ),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; `kind` is a word of the table above."""

    kind: str
    entry: int | None = None
    batch: int | None = None
    other: int | None = None
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        numbers = {
            name: f"{value:,}" for name in ("entry", "batch", "other") if (value := getattr(self, name)) is not None
        }
        return gettext(str(_SENTENCES[self.kind])) % {**numbers, **self.told}
