"""Django's migrate, as the owner of the tables, with the walls of PostgreSQL raised at its end."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections

from diguan.server import database


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with database.as_owner():
            super().handle(*args, **options)
            store = connections[options["database"]]
            if store.vendor == "postgresql" and not (options["plan"] or options["check_unapplied"]):
                from diguan.server.postgresql import walls

                walls.raise_walls(store, settings.DATABASE_ROLE)
