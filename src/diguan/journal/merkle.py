"""Merkle trees as RFC 6962 has them: leaves are hashed behind a 0 byte, nodes behind a 1, so that neither passes for the other."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


class PathBroken(Exception):
    """A path that cannot belong to a leaf at this place in a tree of this size."""


def leaf(content: bytes) -> bytes:
    return sha256(b"\x00" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over hashes of leaves, level by level; one that finds no partner moves up as it is."""
    level = list(leaves)
    while len(level) > 1:
        level = _next_level(level)
    return level[0] if level else EMPTY


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the neighbours, from the leaf upwards, with which its hash leads to the root."""
    level, neighbours = list(leaves), []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            neighbours.append(level[beside])
        level, index = _next_level(level), index // 2
    return neighbours


def root_by_path(index: int, size: int, hashed: bytes, neighbours: Sequence[bytes]) -> bytes:
    """Return the root that a leaf's hash and its path lead to. Raises: PathBroken.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        raise PathBroken
    place, last = index, size - 1
    for neighbour in neighbours:
        if last == 0:
            raise PathBroken
        if place % 2 or place == last:
            hashed = node(neighbour, hashed)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            hashed = node(hashed, neighbour)
        place, last = place // 2, last // 2
    if last != 0:
        raise PathBroken
    return hashed


class Growing:
    """The root of a tree to which leaves are still added, in the memory of one hash per level."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []  # roots of the full trees it consists of, the largest first

    def add(self, hashed: bytes) -> None:
        self._whole.append(hashed)
        self.size += 1
        full = self.size
        while full % 2 == 0:
            right = self._whole.pop()
            self._whole.append(node(self._whole.pop(), right))
            full //= 2

    @property
    def root(self) -> bytes:
        if not self._whole:
            return EMPTY
        hashed = self._whole[-1]
        for left in self._whole[-2::-1]:
            hashed = node(left, hashed)
        return hashed


def _next_level(level: list[bytes]) -> list[bytes]:
    pairs = iter(level)
    above = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
    if len(level) % 2:
        above.append(level[-1])
    return above
