"""A page's position and the reader's scope as one range.

A page deep in a list asks for rows from some place on, and the scope for rows between two places; given both, SQLite
walks from the wider one. So the cursor is intersected with the scope before the query.
"""

from collections.abc import Sequence

from django.db.models import Model
from django.http import QueryDict

from diguan.access.scope import Scope
from diguan.ui import cursors

_HIGHEST = 2**63 - 1


def beyond(scope: Scope, params: QueryDict, model: type[Model], order: Sequence[str]) -> Scope:
    """The part of the scope in which the page's rows can lie; `order` begins with place_number.

    A cursor that is not ours leaves the scope as it is: the pager says so to the reader.
    """
    keys = cursors.keys(order, model)
    try:
        if after := params.get("after"):
            return scope.intersect(int(cursors.read(after, keys, backwards=False).values[0]), _HIGHEST)
        if before := params.get("before"):
            return scope.intersect(0, int(cursors.read(before, keys, backwards=True).values[0]) + 1)
    except cursors.CursorInvalid:
        pass
    return scope
