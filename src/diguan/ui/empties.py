"""Nothing to show: why, and what to do next."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Empty:
    """`why` is a sentence; the next step is a link with a verb."""

    why: str
    next_label: str = ""
    next_href: str = ""
    detail: str = ""
