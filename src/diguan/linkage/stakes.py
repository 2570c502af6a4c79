"""What is at stake where somebody may stand twice: whether their households are counted. `server` says who knows that."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from diguan.access.scope import Scope

_counted: list[Callable[[Scope, Iterable[int]], set[int]]] = []


def fill(counted: Callable[[Scope, Iterable[int]], set[int]]) -> None:
    """Say which of some households are counted in a cohort."""
    _counted[:] = [counted]


def counted(scope: Scope, households: Iterable[int]) -> set[int]:
    """Return those of the households that are counted in a cohort; none where nobody has looked yet."""
    return _counted[0](scope, households) if _counted else set()
