"""Positions in an ordered list, written into addresses and read back from them.

A cursor is signed and bound to the order of its list, so that one of another order, an edited one or one that is
cut off is refused (CursorInvalid) instead of showing rows at random.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, OrderBy, Q

SALT = "diguan.ui.paging"


class CursorInvalid(ValueError):
    """The cursor is not one we gave for this order."""


@dataclass(frozen=True)
class Key:
    """One field of the order."""

    name: str
    descending: bool
    nullable: bool

    def order(self, backwards: bool) -> OrderBy:
        """Unknown values come last going forwards, whatever the database would do."""
        descending = self.descending != backwards
        if not self.nullable:
            return OrderBy(F(self.name), descending=descending)
        if backwards:
            return OrderBy(F(self.name), descending=descending, nulls_first=True)
        return OrderBy(F(self.name), descending=descending, nulls_last=True)

    def beyond(self, value: Any, backwards: bool) -> Q | None:
        """Rows strictly past `value` in this field alone; None where there are none."""
        lookup = "gt" if self.descending == backwards else "lt"
        if not self.nullable:
            return Q(**{f"{self.name}__{lookup}": value})
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else None
        past = Q(**{f"{self.name}__{lookup}": value})
        return past if backwards else past | Q(**{f"{self.name}__isnull": True})

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


@dataclass(frozen=True)
class Cursor:
    """A row's position: its values in the order's fields, and its count from 1 as the reader saw it."""

    values: tuple[Any, ...]
    at: int
    backwards: bool = False


def keys(order: Sequence[str], model: type[Model]) -> list[Key]:
    """The fields of `order` ("-" descends), the primary key added last where it is not there to break ties."""
    found = [Key(term.removeprefix("-"), term.startswith("-"), _may_be_null(model, term)) for term in order]
    primary = {"pk", model._meta.pk.name if model._meta.pk else "pk"}
    return found if any(key.name in primary for key in found) else [*found, Key("pk", False, False)]


def past(order: Sequence[Key], cursor: Cursor) -> Q:
    """Rows past the cursor: (a, b) past (x, y) is a > x or (a = x and b > y)."""
    terms = Q(pk__in=[])
    same = Q()
    for key, value in zip(order, cursor.values, strict=True):
        beyond = key.beyond(value, cursor.backwards)
        if beyond is not None:
            terms |= same & beyond
        same &= key.same(value)
    lead = order[0]
    if not lead.nullable:  # says it again in the form that an index range answers
        lookup = "gte" if lead.descending == cursor.backwards else "lte"
        terms &= Q(**{f"{lead.name}__{lookup}": cursor.values[0]})
    return terms


def write(order: Sequence[Key], row: Any, at: int) -> str:
    values = [_packed(_value(row, key.name)) for key in order]
    return signing.dumps([_order_text(order), at, *values], salt=SALT, compress=True)


def read(text: str, order: Sequence[Key], *, backwards: bool) -> Cursor:
    try:
        order_text, at, *packed = signing.loads(text, salt=SALT)
        values = tuple(_unpacked(item) for item in packed)
    except (signing.BadSignature, ValueError, TypeError, KeyError) as error:
        raise CursorInvalid(text) from error
    if order_text != _order_text(order) or len(values) != len(order):
        raise CursorInvalid(text)
    return Cursor(values, int(at), backwards)


def _order_text(order: Sequence[Key]) -> str:
    return ",".join(("-" if key.descending else "") + key.name for key in order)


def _may_be_null(model: type[Model], term: str) -> bool:
    """Whether the field may be unknown; what we can't look up (an annotation, a joined field) may."""
    name = term.removeprefix("-")
    if name == "pk":
        return False
    try:
        return bool(getattr(model._meta.get_field(name), "null", True))
    except FieldDoesNotExist:
        return True


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = row.get(part) if isinstance(row, dict) else getattr(row, part)
    return row


def _packed(value: Any) -> Any:
    """JSON keeps text, whole numbers and None; the rest goes as [kind, text]."""
    match value:
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case Decimal():
            return ["n", str(value)]
        case UUID():
            return ["u", str(value)]
    return value


def _unpacked(item: Any) -> Any:
    if not isinstance(item, list):
        return item
    kind, text = item
    readers: dict[str, Any] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal, "u": UUID}
    return readers[kind](text)
