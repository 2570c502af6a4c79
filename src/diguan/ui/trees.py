"""The tree of places at the left of a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    """A place in the tree; give children only to the places on the way to the current one.

    Without an address it is only named: its reader may open places below it, and not itself.
    """

    label: str
    href: str
    children: Sequence["Node"] = field(default_factory=tuple)
    count: int | None = None
    is_current: bool = False
