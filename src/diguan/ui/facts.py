"""Values with where they come from: source, date and the observation that gave each."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fact:
    """One fact. `kind` is the dictionary type; `value` None shows as unknown."""

    label: str
    value: Any
    kind: str = "text"
    unit: str = ""
    source: str = ""
    observed_on: Any = None
    reporter: str = ""
    href: str = ""
    note: str = ""
    page: str = ""  # where everything ever said of it stands
