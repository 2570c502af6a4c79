"""Rows about people, which nobody reads without a scope."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Q

from diguan.access import among as among  # the look-up is known wherever rows are
from diguan.access import walls
from diguan.access.scope import EVERYTHING, Scope

Row = TypeVar("Row", bound=models.Model)


class ScopeMissing(Exception):
    """A query over personal rows without saying on whose behalf."""


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows opened under a scope. Their query carries it, so that the database can hold every statement to it.

    What Django writes by a query of another make is held to it here.
    """

    def create(self, **values: Any) -> Row:
        with walls.standing(wall_of(self.query)):
            return super().create(**values)

    def bulk_create(self, *rows: Any, **options: Any) -> list[Row]:
        with walls.standing(wall_of(self.query)):
            return super().bulk_create(*rows, **options)

    def update_or_create(self, *defaults: Any, **values: Any) -> tuple[Row, bool]:
        with walls.standing(wall_of(self.query)):
            return super().update_or_create(*defaults, **values)

    def delete(self) -> tuple[int, dict[str, int]]:
        with walls.standing(wall_of(self.query)):
            return super().delete()


def wall_of(query: Any) -> Scope | None:
    """Return the scope that a query, or the one inside it, was opened with; None if it was opened with none."""
    found: Scope | None = getattr(query, "wall", None) or getattr(getattr(query, "inner_query", None), "wall", None)
    return found


class ScopedManager(models.Manager[Row], Generic[Row]):
    """A manager that answers only `within(scope)`, from the model as from a related object.

    The model needs a `place_number`. Actions write through `unscoped(reason)`; a test of the house keeps that name
    out of all other modules.
    """

    _queryset_class = ScopedQuerySet
    _condition: Q | None = None
    _scope: Scope | None = None

    def get_queryset(self) -> models.QuerySet[Row]:
        # A related manager calls this too, before it narrows the rows to its object.
        if self._condition is None:
            raise ScopeMissing(f"{self.model.__name__} is read with objects.within(scope)")
        rows: Any = super().get_queryset()
        rows = rows.filter(self._condition) if self._condition else rows
        rows.query.wall = self._scope
        return rows  # type: ignore[no-any-return]

    def within(self, scope: Scope) -> models.QuerySet[Row]:
        """Return the rows the scope may see; an empty scope sees none."""
        return self._opened(scope, scope.q("place_number"))

    def unscoped(self, reason: str) -> models.QuerySet[Row]:
        """Return all rows, for an action that answers for its own scope and journals what it does."""
        if not reason.strip():
            raise ValueError("unscoped access needs a reason")
        return self._opened(EVERYTHING, Q())

    def _opened(self, scope: Scope, condition: Q) -> models.QuerySet[Row]:
        opened: Any = copy.copy(self)
        opened._scope, opened._condition = scope, condition
        rows: models.QuerySet[Row] = opened.get_queryset()
        return rows


@cache
def scoped_models() -> tuple[type[models.Model], ...]:
    """Return the models whose rows nobody reads without a scope."""
    return tuple(model for model in apps.get_models() if isinstance(model._default_manager, ScopedManager))
