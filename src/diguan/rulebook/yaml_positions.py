"""YAML read into nodes that remember where they stand.

Scalars keep the text as written: whether `2.50`, `no` or `2020-01-01` is a number, a code or a date is for the
reader of the field to say, so nothing is guessed and no float is ever made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from diguan.rulebook.problems import N_, PackProblems, Position, Problem

# One sign of a text as its style writes it; an escape stands for one sign, a folded line end for none.
_SIGNS = {
    "'": re.compile(r"''|.", re.DOTALL),
    '"': re.compile(r"\\\r?\n\s*|\\(?:x..|u....|U........|.)|.", re.DOTALL),
}
_ANY_SIGN = re.compile(r".", re.DOTALL)
_BLANK_ESCAPES = tuple("\\" + sign for sign in "\r\n\t nrtNLP_ ")


@dataclass(frozen=True)
class Scalar:
    text: str
    at: Position
    style: str  # | or > for a block, a quotation mark, or empty
    written: str = field(repr=False, compare=False)  # as it stands in the file, with its marks

    @property
    def quoted(self) -> bool:
        return self.style in ("'", '"')

    def position(self, line: int, column: int) -> Position:
        """Where line and column (from 0) of the text stand in the file, however it was folded, quoted or indented."""
        start = sum(len(earlier) + 1 for earlier in self.text.split("\n")[:line]) + column
        wanted = len("".join(self.text[:start].split()))
        offset = self._offset(wanted, past_the_end=not self.text[start:].strip())
        before = self.written[:offset]
        return self.at.after(before.count("\n"), offset - (before.rfind("\n") + 1))

    def _offset(self, wanted: int, past_the_end: bool) -> int:
        """Where the sign number `wanted` that is not blank stands in `written`; behind the last one when it is past the end."""
        begins = self.written.find("\n") + 1 if self.style in ("|", ">") else len(self.style)
        ends = len(self.written) - (1 if self.quoted else 0)
        behind = begins
        for sign in _SIGNS.get(self.style, _ANY_SIGN).finditer(self.written, begins, ends):
            if sign[0].isspace() or (self.style == '"' and sign[0].startswith(_BLANK_ESCAPES)):
                continue
            if wanted == 0 and not past_the_end:
                return sign.start()
            wanted, behind = wanted - 1, sign.end()
        return behind


@dataclass(frozen=True)
class Sequence:
    items: tuple["Node", ...]
    at: Position


@dataclass(frozen=True)
class Mapping:
    entries: dict[str, "Node"]
    keys: dict[str, Scalar]
    at: Position

    def __iter__(self) -> Iterator[tuple[Scalar, "Node"]]:
        return ((self.keys[name], node) for name, node in self.entries.items())


Node = Scalar | Sequence | Mapping


def read(path: Path) -> Node:
    """The one document in `path`.

    Raises: PackProblems when the file cannot be read, is not UTF-8, is not YAML, is empty or repeats a key.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        root = _composed(text)
        read_root = None if root is None else _node(root, path, text, {})
    except OSError as error:
        reason = error.strerror or str(error)
        raise PackProblems(
            [Problem(Position(path), N_("The file cannot be read: {reason}."), {"reason": reason})]
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(Position(path, line), N_("The file is not UTF-8 text."), remedy=N_("save it as UTF-8"))
        raise PackProblems([problem]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Position(path, mark.line + 1, mark.column + 1) if mark else Position(path)
        problem = Problem(at, N_("This is not valid YAML: {reason}."), {"reason": error.problem or error.context})
        raise PackProblems([problem]) from error
    except yaml.YAMLError as error:
        raise PackProblems(
            [Problem(Position(path), N_("This is not valid YAML: {reason}."), {"reason": str(error).split("\n")[0]})]
        ) from error
    except RecursionError as error:
        template = N_("This is nested too deeply, or holds itself.")
        raise PackProblems([Problem(Position(path), template)]) from error
    if read_root is None:
        raise PackProblems([Problem(Position(path), N_("The file is empty."))])
    return read_root


def _composed(text: str) -> yaml.Node | None:
    """The nodes of the one document; where there is a fault, the slower of two readers finds it, in its better words."""
    try:
        return yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


# In C, ten times as fast; PyYAML comes without it where its wheel does not fit the machine.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _node(node: yaml.Node, path: Path, text: str, seen: dict[int, Node]) -> Node:
    """Our node for one of yaml's; what an alias repeats is made once."""
    if id(node) in seen:
        return seen[id(node)]
    at = Position(path, node.start_mark.line + 1, node.start_mark.column + 1)
    made: Node
    if isinstance(node, yaml.ScalarNode):
        written = text[node.start_mark.index : node.end_mark.index]
        made = Scalar(node.value, at, node.style or "", written)
    elif isinstance(node, yaml.SequenceNode):
        made = Sequence(tuple(_node(item, path, text, seen) for item in node.value), at)
    else:
        made = _mapping(node, path, text, at, seen)
    seen[id(node)] = made
    return made


def _mapping(node: yaml.Node, path: Path, text: str, at: Position, seen: dict[int, Node]) -> Mapping:
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for key_node, value_node in node.value:
        key = _node(key_node, path, text, seen)
        if not isinstance(key, Scalar):
            raise PackProblems([Problem(key.at, N_("A key must be a word."))])
        if key.text in entries:
            raise PackProblems(
                [Problem(key.at, N_("“{word}” stands here twice."), {"word": key.text}, N_("keep one of the two"))]
            )
        entries[key.text] = _node(value_node, path, text, seen)
        keys[key.text] = key
    return Mapping(entries, keys, at)
