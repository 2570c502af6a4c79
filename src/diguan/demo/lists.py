"""Reads the demo's own lists, and draws from them."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import Any, Generic, TypeVar

import yaml

from diguan.rulebook.yaml_positions import LOADER

T = TypeVar("T")


@cache
def read(name: str) -> Any:
    """The content of one of the files beside this module. Not to be changed by its readers."""
    text = resources.files("diguan.demo").joinpath(f"{name}.yaml").read_text("utf-8")
    return yaml.load(text, Loader=LOADER)  # noqa: S506 - it is a safe loader


class Lot(Generic[T]):
    """Things with weights, to be drawn from."""

    __slots__ = ("_sums", "_things")

    def __init__(self, weights: Mapping[T, float] | Iterable[tuple[T, float]]) -> None:
        pairs: list[tuple[T, float]] = list(weights.items() if isinstance(weights, Mapping) else weights)
        self._things: list[T] = [thing for thing, _weight in pairs]
        self._sums = list(accumulate(weight for _thing, weight in pairs))

    def draw(self, chance: random.Random) -> T:
        return self._things[bisect(self._sums, chance.random() * self._sums[-1])]


def uuid(chance: random.Random) -> str:
    """A random UUID of version 4 as text."""
    digits = f"{chance.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
