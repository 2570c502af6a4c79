"""The lists that may be exported. `server` fills the table; a list says what its rows and columns are, never who may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise

from diguan.access.scope import Scope

Kind = Literal["text", "number", "date"]
Protection = Literal["open", "name", "identifier"]


@dataclass(frozen=True)
class Column:
    """One column of a list.

    `value` reads it from a row. A `name` is masked unless the reader may see names there and asks for them. An
    `identifier` is left out unless the reader holds `permission` and says why; outside the places where they hold it
    its cells stay masked.
    """

    key: str
    label: str
    value: Callable[[Any], Any]
    kind: Kind = "text"
    protection: Protection = "open"
    permission: str = ""


@dataclass(frozen=True)
class Opened:
    """A list with its own filter: what it is called, its columns, and its rows within any scope.

    `params` is the filter as the list understood it, and nothing else; `bounds` the place that it asks for, if any;
    `rows` yields, with each row, the number of its place.
    """

    heading: str
    params: Mapping[str, str]
    columns: Sequence[Column]
    count: Callable[[Scope], int]
    rows: Callable[[Scope], Iterator[tuple[int, Any]]]
    bounds: tuple[int, int] | None = None

    def within(self, scope: Scope) -> Scope:
        """Return the part of the scope that the filter asks for."""
        return scope.intersect(*self.bounds) if self.bounds else scope


@dataclass(frozen=True)
class ExportableList:
    """A list by its id; `permission` is what its page demands, `opened` reads its filter from an address.

    `opened` raises ListUnavailable where there is nothing to list, or the filter asks for what does not exist.
    """

    id: str
    title: str | Promise
    permission: str
    opened: Callable[[Mapping[str, str]], Opened]


class ListUnavailable(Exception):
    """No such list, or none to be had under this filter."""


_lists: dict[str, ExportableList] = {}


def fill(lists: Iterable[ExportableList]) -> None:
    """Replace the table."""
    _lists.clear()
    _lists.update({each.id: each for each in lists})


def named(list_id: str) -> ExportableList:
    """Raises: ListUnavailable."""
    if list_id not in _lists:
        raise ListUnavailable(list_id)
    return _lists[list_id]
