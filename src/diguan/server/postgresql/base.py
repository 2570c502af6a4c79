"""The database backend named in settings; Django looks for `DatabaseWrapper` here."""

from __future__ import annotations

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL."""
