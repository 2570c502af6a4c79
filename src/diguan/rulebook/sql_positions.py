"""Where the parts of a parsed SQL text stand in it, and how deep they lie."""

import re

from sqlglot import exp

from diguan.rulebook.tree import Offset

_PARAMETER = re.compile(r"(?<!:):(\w+)")


def offset(text: str, start: int) -> Offset:
    """Line and column, from 0, of the sign number `start`."""
    before = text[: max(start, 0)]
    return before.count("\n"), max(start, 0) - (before.rfind("\n") + 1)


def levels(root: exp.Expr) -> int:
    """How many nodes stand below each other at most; a chain of AND or OR is one."""
    depths: dict[int, int] = {}
    for node in root.walk():
        above = depths.get(id(node.parent), 0)
        chained = isinstance(node, exp.And | exp.Or) and type(node) is type(node.parent)
        depths[id(node)] = above if chained else above + 1
    return max(depths.values())


def starts(text: str, root: exp.Expr) -> dict[int, int]:
    """Where the leftmost word of each node stands, by the node's id; nodes without a word of their own are left out."""
    found: dict[int, int] = {}
    mentions: dict[str, list[int]] = {}
    for mention in _PARAMETER.finditer(text):
        mentions.setdefault(mention[1], []).append(mention.start())
    for node in root.walk(bfs=False):
        if "line" in node.meta and "start" in node.meta:
            found[id(node)] = int(node.meta["start"])
        elif isinstance(node, exp.Placeholder) and mentions.get(node.name):
            # Placeholders carry no position of their own; they come in the order written.
            found[id(node)] = mentions[node.name].pop(0)
    for node in reversed(list(root.walk())):
        start, parent = found.get(id(node)), node.parent
        if start is not None and parent is not None:
            found[id(parent)] = min(start, found.get(id(parent), start))
    return found


def found(text: str, word: str, start: int | None) -> int | None:
    """Where `word` stands last up to `start`; first of all when `start` is not known. None when it does not."""
    places = [match.start() for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]
    if start is None:
        return places[0] if places else None
    return max((place for place in places if place <= start), default=None)
