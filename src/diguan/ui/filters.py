"""The filter bar over a table: a GET form, so that the address holds every filter and works without JavaScript."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.http import QueryDict
from django.utils.translation import gettext

FieldKind = Literal["search", "choice", "date", "number", "check"]
CURSORS = ("after", "before")


@dataclass(frozen=True)
class Field:
    """One filter. `choices` are (value, label); the empty value means all."""

    name: str
    label: str
    kind: FieldKind = "choice"
    choices: Sequence[tuple[str, str]] = ()
    placeholder: str = ""
    all_label: str = ""

    def shown(self, value: str) -> str:
        """The value in words; one that is no longer a choice shows as it is, so that it can be removed."""
        if self.kind == "check":
            return gettext("yes")
        return dict(self.choices).get(value, value)


@dataclass(frozen=True)
class Input:
    field: Field
    value: str

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        first = ("", self.field.all_label or gettext("Any"), not self.value)
        options = [first, *((value, label, value == self.value) for value, label in self.field.choices)]
        if self.value and self.value not in dict(self.field.choices):
            options.append((self.value, self.value, True))
        return options


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    remove_href: str


@dataclass(frozen=True)
class Bar:
    """The bar of one page: its fields and the page's GET parameters.

    Parameters that belong to no field (the place, the sort) are carried along. `results` is the id of the part of
    the page that the filters change.
    """

    fields: Sequence[Field]
    params: QueryDict
    action: str = ""
    results: str = "results"

    @property
    def inputs(self) -> list[Input]:
        return [Input(field, self.params.get(field.name, "").strip()) for field in self.fields]

    @property
    def kept(self) -> list[tuple[str, str]]:
        own = {field.name for field in self.fields}
        return [
            (name, item)
            for name, items in self.params.lists()
            if name not in own and name not in CURSORS
            for item in items
        ]

    @property
    def chips(self) -> list[Chip]:
        return [
            Chip(item.field.label, item.field.shown(item.value), self._without(item.field.name))
            for item in self.inputs
            if item.value
        ]

    @property
    def clear_href(self) -> str:
        return self._without(*(field.name for field in self.fields))

    def _without(self, *names: str) -> str:
        query = self.params.copy()
        for name in (*names, *CURSORS):
            query.pop(name, None)
        return f"{self.action}?{query.urlencode()}"
