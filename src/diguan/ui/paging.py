"""Keyset pages: no row is lost or shown twice while others are added, and page 900 costs what page 1 does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext

from diguan.ui import cursors, notices

SIZE = 50

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page with what the pager needs.

    `first` and `last` count from 1 within `total`; they are what the reader saw counting from the first page, so
    rows that arrive meanwhile can shift them. `total` is None when nobody counted.
    """

    rows: list[Row]
    first: int
    last: int
    total: int | None
    previous_query: str | None = None
    next_query: str | None = None
    notice: notices.Notice | None = None

    def __bool__(self) -> bool:
        return bool(self.rows)


def page(
    queryset: QuerySet[Any, Row],
    order: Sequence[str],
    params: QueryDict,
    *,
    size: int = SIZE,
    total: int | None = None,
) -> Page[Row]:
    """The page of `queryset` that `params` (`after` or `before`) asks for.

    Order: Django's terms ("-" descends); ties are broken by the primary key, unknown values come last.
    Total: passed in by who knows it (a table of totals, or `queryset.count()`).
    A cursor that is not ours for this order gives the first page and a notice.
    """
    keys = cursors.keys(order, queryset.model)
    try:
        cursor, notice = _asked(params, keys), None
    except cursors.CursorInvalid:
        cursor, notice = None, _stale()
    rows, more = _slice(queryset, keys, cursor, size)
    if cursor and cursor.backwards and not rows:  # everything before has gone: begin again
        cursor = None
        rows, more = _slice(queryset, keys, None, size)
    first = _first(cursor, len(rows), more)
    last = first + len(rows) - 1
    backwards = cursor is not None and cursor.backwards
    has_previous = more if backwards else cursor is not None
    has_next = backwards or more
    return Page(
        rows=rows,
        first=first if rows else 0,
        last=last if rows else 0,
        total=total,
        previous_query=_query(params, before=cursors.write(keys, rows[0], first)) if rows and has_previous else None,
        next_query=_query(params, after=cursors.write(keys, rows[-1], last + 1)) if rows and has_next else None,
        notice=notice,
    )


def _asked(params: QueryDict, keys: list[cursors.Key]) -> cursors.Cursor | None:
    if after := params.get("after"):
        return cursors.read(after, keys, backwards=False)
    if before := params.get("before"):
        return cursors.read(before, keys, backwards=True)
    return None


def _slice(
    queryset: QuerySet[Any, Row], keys: list[cursors.Key], cursor: cursors.Cursor | None, size: int
) -> tuple[list[Row], bool]:
    """Up to `size` rows in the list's order, and whether more lie beyond in the cursor's direction."""
    backwards = cursor is not None and cursor.backwards
    found = queryset.order_by(*(key.order(backwards) for key in keys))
    if cursor is not None:
        found = found.filter(cursors.past(keys, cursor))
    rows = list(found[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return (rows[::-1] if backwards else rows), more


def _first(cursor: cursors.Cursor | None, count: int, more: bool) -> int:
    if cursor is None or (cursor.backwards and not more):
        return 1
    return max(1, cursor.at - count) if cursor.backwards else cursor.at


def _query(params: QueryDict, **cursor: str) -> str:
    """The address of a neighbouring page, every other parameter kept."""
    query = params.copy()
    query.pop("after", None)
    query.pop("before", None)
    query.update(cursor)
    return "?" + query.urlencode()


def _stale() -> notices.Notice:
    return notices.Notice(
        what=gettext("This address no longer points at a page of the list."),
        where=gettext("the end of the address (after=… or before=…)"),
        mend=gettext("The list starts again from its first row; the filters are kept."),
        level="warning",
    )
