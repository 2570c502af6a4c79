"""Rows about people, which nobody reads without a scope."""

from __future__ import annotations

import copy
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q

from diguan.access.scope import Scope

Row = TypeVar("Row", bound=models.Model)


class ScopeMissing(Exception):
    """A query over personal rows without saying on whose behalf."""


class ScopedManager(models.Manager[Row], Generic[Row]):
    """A manager that answers only `within(scope)`, from the model as from a related object.

    The model needs a `place_number`. Actions write through `unscoped(reason)`; a test of the house keeps that name
    out of all other modules.
    """

    _condition: Q | None = None

    def get_queryset(self) -> models.QuerySet[Row]:
        # A related manager calls this too, before it narrows the rows to its object.
        if self._condition is None:
            raise ScopeMissing(f"{self.model.__name__} is read with objects.within(scope)")
        rows = super().get_queryset()
        return rows.filter(self._condition) if self._condition else rows

    def within(self, scope: Scope) -> models.QuerySet[Row]:
        """Return the rows the scope may see; an empty scope sees none."""
        return self._opened(scope.q("place_number"))

    def unscoped(self, reason: str) -> models.QuerySet[Row]:
        """Return all rows, for an action that answers for its own scope and journals what it does."""
        if not reason.strip():
            raise ValueError("unscoped access needs a reason")
        return self._opened(Q())

    def _opened(self, condition: Q) -> models.QuerySet[Row]:
        opened: Any = copy.copy(self)
        opened._condition = condition
        rows: models.QuerySet[Row] = opened.get_queryset()
        return rows
