"""What an import of places could not take, and why, in words for whoever sent the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where, what, and what to write instead."""

    file: str
    line: int | None
    column: str | None
    what: str
    mend: str

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{where}: {self.what} {self.mend}"


class FileRefused(Exception):
    """The file as a whole can't be read as a tree; nothing was imported."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(slots=True)
class Report:
    """What became of the rows: read = accepted + refused + unchanged."""

    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return len(self.problems)

    def counts(self) -> dict[str, int]:
        return {
            "read": self.read,
            "accepted": self.accepted,
            "refused": self.refused,
            "unchanged": self.unchanged,
        }

    @property
    def problems_by_line(self) -> Sequence[Problem]:
        return sorted(self.problems, key=lambda problem: problem.line or 0)
