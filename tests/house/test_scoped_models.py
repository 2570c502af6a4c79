"""What a scope is measured by stands in every row that has one; the walls of PostgreSQL rest on it."""

import pytest
from django.db import models

from diguan.access.rows import scoped_models


@pytest.mark.parametrize("model", scoped_models(), ids=lambda model: model.__name__)
def test_a_model_with_a_scope_carries_the_number_of_its_place(model: type[models.Model]) -> None:
    field = model._meta.get_field("place_number")
    assert isinstance(field, models.BigIntegerField)
    assert not field.null
