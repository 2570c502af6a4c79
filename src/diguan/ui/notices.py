"""Something the reader must know: what is wrong, where, and how to mend it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "good", "info"]


@dataclass(frozen=True)
class Notice:
    """One notice; `mend` says what to do, `href` leads there."""

    what: str
    where: str = ""
    mend: str = ""
    href: str = ""
    level: Level = "error"
