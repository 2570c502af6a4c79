"""JSON that stays in the database letter by letter as it was written, so that its bytes can be sealed."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class VerbatimJSONField(models.JSONField):
    """A JSONField kept as text: PostgreSQL's jsonb would order keys and rewrite numbers."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "text"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return value if value is None else json.dumps(value, cls=self.encoder)
