"""What a column can mean: a variable of the dictionary or one of the columns that are no variables, by all their names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from diguan import rulebook
from diguan.rulebook.pack import Variable
from diguan.rulebook.texts import LANGUAGES, Text
from diguan.rulebook.yaml_positions import LOADER

NUMBERS = ("integer", "decimal", "money")
HOUSEHOLD, PERSON = "household", "person"
# Full-width signs and digits as a Chinese keyboard types them, one for one; never signs that stand for something else (²).
_WIDE_SIGNS = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000\u00a0。、【】《》〔〕―"
_NARROW_SIGNS = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + "  .,[]<>()-"
NARROWED = str.maketrans(_WIDE_SIGNS, _NARROW_SIGNS)
_BRACKETS = re.compile(r"[(\[<]([^)\]>]*)[)\]>]")
_BLANKS = re.compile(r"[\s*:;,\-_'\"]+")


@dataclass(frozen=True)
class Words:
    """The words of words.yaml, as they are compared."""

    columns: Mapping[str, Mapping[str, Any]]
    left_out: frozenset[str]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    nothing: tuple[str, ...]
    multiples: Mapping[str, int]
    money_signs: tuple[str, ...]
    place_endings: tuple[str, ...]
    schemes: Mapping[str, tuple[str, ...]]
    totals: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """Something a column can mean. `variable` is None for what is no variable."""

    name: str
    of: str  # household or person
    label: Text
    variable: Variable | None = None

    @property
    def is_number(self) -> bool:
        return self.variable is not None and self.variable.type in NUMBERS


@dataclass(frozen=True)
class Vocabulary:
    """Everything a file may state under one pack, and the names under which it is known."""

    targets: Mapping[str, Target]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # compared form → targets, surest first

    def meant(self, heading: str) -> tuple[str, ...]:
        """The targets that a heading names exactly."""
        return self.names.get(compared(heading), ()) or self.names.get(compared(without_brackets(heading)), ())


@lru_cache
def words() -> Words:
    text = resources.files("diguan.intake").joinpath("words.yaml").read_text("utf-8")
    raw = yaml.load(text, Loader=LOADER)  # noqa: S506 - it is a safe loader
    texts = {
        name: tuple(narrow(str(word)).lower() for word in raw[name])
        for name in ("yes", "no", "nothing", "money_signs", "totals")
    }
    return Words(
        columns=raw["columns"],
        left_out=frozenset(compared(str(word)) for word in raw["left_out"]),
        multiples=raw["multiples"],
        place_endings=tuple(raw["place_endings"]),
        schemes=raw["schemes"],
        **texts,
    )


def of(pack: rulebook.Pack) -> Vocabulary:
    """The vocabulary of a pack. What is read from an identifier is stated by nobody and is no target."""
    targets: dict[str, Target] = {}
    for name, column in words().columns.items():
        targets[name] = Target(name, column["of"], Text(column["label"]))
    for name, variable in pack.variables.items():
        if variable.read_from is None:
            targets[name] = Target(name, variable.entity, variable.label, variable)
    names: dict[str, list[str]] = {}
    for target in targets.values():
        for spoken in _spoken(target):
            meant = names.setdefault(compared(spoken), [])
            if target.name not in meant:
                meant.append(target.name)
    return Vocabulary(targets, {name: tuple(meant) for name, meant in names.items()})


def _spoken(target: Target) -> Iterator[str]:
    yield target.name
    for language in LANGUAGES:
        label = target.label.in_language(language)
        yield label
        yield without_brackets(label)
    if target.variable is None:
        yield from map(str, words().columns[target.name]["words"])
    elif target.variable.type == "identifier":
        yield from words().schemes.get(target.variable.scheme, ())


def narrow(text: str) -> str:
    """The text with full-width signs made half-width, and without blanks around it."""
    return text.translate(NARROWED).strip()


def compared(text: str) -> str:
    """A heading as it is compared: half-width, small letters, without blanks, dashes and colons."""
    return _BLANKS.sub("", narrow(text).lower())


def without_brackets(text: str) -> str:
    return _BRACKETS.sub("", narrow(text)).strip()


def multiple(heading: str, target: Target) -> int:
    """By what the numbers of a column are to be multiplied, as the unit in its heading says: 10,000 for (万元)."""
    if not target.is_number:
        return 1
    for unit in _BRACKETS.findall(narrow(heading)):
        for word in sorted(words().multiples, key=len, reverse=True):
            if unit.strip().removeprefix("单位:").startswith(word):
                return words().multiples[word]
    return 1


NARROW_SQL = (_WIDE_SIGNS, _NARROW_SIGNS)
