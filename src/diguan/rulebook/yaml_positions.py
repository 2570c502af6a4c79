"""YAML read into nodes that remember where they stand.

Scalars keep the text as written: whether `2.50`, `no` or `2020-01-01` is a number, a code or a date is for the
reader of the field to say, so nothing is guessed and no float is ever made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from diguan.rulebook.problems import N_, PackProblems, Position, Problem


@dataclass(frozen=True)
class Scalar:
    text: str
    at: Position
    quoted: bool
    block: bool

    def position(self, line: int, column: int) -> Position:
        """Where line and column (from 0) of the text stand in the file; exact for one-line and block scalars."""
        if self.block:
            return Position(self.at.file, self.at.line + 1 + line, self.at.column + column)
        return self.at.after(line, column + (1 if self.quoted else 0))


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
        root = yaml.compose(text, Loader=yaml.SafeLoader)
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
            [Problem(Position(path), N_("This is not valid YAML: {reason}."), {"reason": error})]
        ) from error
    if root is None:
        raise PackProblems([Problem(Position(path), N_("The file is empty."))])
    return _node(root, path)


def _node(node: yaml.Node, path: Path) -> Node:
    at = Position(path, node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        if node.style in ("|", ">"):
            # Marks of a block scalar point at the sign; its text begins one line down, indented.
            return Scalar(node.value, Position(path, at.line, _indent(node) + 1), quoted=False, block=True)
        return Scalar(node.value, at, quoted=node.style in ("'", '"'), block=False)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(tuple(_node(item, path) for item in node.value), at)
    return _mapping(node, path, at)


def _mapping(node: yaml.Node, path: Path, at: Position) -> Mapping:
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for key_node, value_node in node.value:
        key = _node(key_node, path)
        if not isinstance(key, Scalar):
            raise PackProblems([Problem(key.at, N_("A key must be a word."))])
        if key.text in entries:
            raise PackProblems(
                [Problem(key.at, N_("“{word}” stands here twice."), {"word": key.text}, N_("keep one of the two"))]
            )
        entries[key.text] = _node(value_node, path)
        keys[key.text] = key
    return Mapping(entries, keys, at)


def _indent(node: yaml.ScalarNode) -> int:
    buffer = node.start_mark.buffer
    if buffer is None:
        return 0
    following = buffer[node.start_mark.pointer :].split("\n", 2)
    line = following[1] if len(following) > 1 else ""
    return len(line) - len(line.lstrip(" "))
