"""What can be wrong with a pack, said so that its author can mend it.

A message is an English template with named blanks, so that the caller can look the template up in the
reader's language before filling it in; `N_` marks templates for the catalogue.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path


def N_(template: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a template for translation; translated where it is shown."""
    return template


def _as_written(template: str) -> str:
    return template


@dataclass(frozen=True)
class Position:
    """A place in a file, lines and columns counted from 1."""

    file: Path
    line: int = 1
    column: int = 1

    def after(self, line: int, column: int) -> "Position":
        """The position `line` lines and `column` columns further on."""
        return Position(self.file, self.line + line, (self.column if line == 0 else 1) + column)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One fault: where it stands, what is wrong and what to write instead."""

    at: Position
    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    remedy: str = ""

    def message(self, translate: Callable[[str], str] = _as_written) -> str:
        """The fault in words, and the remedy after a dash when there is one."""
        values = {name: _shown(value) for name, value in self.values.items()}
        text = translate(self.template).format_map(values)
        if self.remedy and not ("{choices}" in self.remedy and not self.values.get("choices")):
            text += " — " + translate(self.remedy).format_map(values)
        return text

    def __str__(self) -> str:
        return f"{self.at}: {self.message()}"


class PackProblems(Exception):
    """A pack that cannot be used; carries every fault that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: (str(p.at.file), p.at.line, p.at.column))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RulesRefused(Exception):
    """Rules that cannot answer what was asked of them; `template` and `values` as in Problem."""

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values
        super().__init__(self.message())

    def message(self, translate: Callable[[str], str] = _as_written) -> str:
        return translate(self.template).format_map(self.values)


class PeriodNotCovered(RulesRefused):
    """A date outside the validity of a pack or of one of its parameters; there is no nearest version."""


def suggestion(word: str, known: Iterable[str]) -> dict[str, object]:
    """Values for a remedy that names the closest known words, or the whole list when none is close."""
    choices = sorted(known)
    close = get_close_matches(word, choices, n=3, cutoff=0.6)
    return {"word": word, "choices": close or choices[:12] + ["…"] * (len(choices) > 12)}


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
