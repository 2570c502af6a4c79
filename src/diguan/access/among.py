"""`field__among=[…]`: `in` for any number of values, sent to the store as one.

Django sends a parameter for every value of `in`, of which SQLite takes a limited number, and turns each to its type first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Field, ForeignObject, Lookup, UUIDField


@Field.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    """Rows whose field has one of the values: texts, whole numbers, or keys (UUID or their text)."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[object]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, parameters = self.process_lhs(compiler, connection)
        kept = [text.replace("-", "") for text in self._texts()] if isinstance(self._target(), UUIDField) else self.rhs
        return f"{sql} IN (SELECT value FROM json_each(%s))", [*parameters, json.dumps(kept)]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, parameters = self.process_lhs(compiler, connection)
        kind = self._target().db_type(connection)
        kind = kind if kind in ("uuid", "bigint", "integer") else "text"
        return f"{sql} = ANY(%s::{kind}[])", [*parameters, self._texts()]

    def _target(self) -> Any:
        """The field that the values are of: behind a relation, what it points to."""
        field = self.lhs.output_field
        return field.target_field if field.is_relation else field

    def _texts(self) -> list[str]:
        return [str(value) for value in self.rhs]
