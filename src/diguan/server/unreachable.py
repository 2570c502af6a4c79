"""What to tell somebody whose database can't be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

# What a PostgreSQL server and its client library say, as far as they say it in English; other words are passed on.
_NOBODY_THERE = (
    "refused",
    "no such file",
    "could not translate host",
    "timeout",
    "timed out",
    "name or service not known",
)
_NO_ENTRY = ("password authentication failed", "no password supplied", "authentication failed for user")


def in_words(error: DatabaseError, store: Mapping[str, Any] | None = None) -> str:
    """Return what is wrong with a database, and what to do, in the reader's language.

    `store` is its entry in DATABASES, of this installation's own if none is given.
    """
    given = store or connection.settings_dict
    if _is_server(given):
        said = str(error).lower()
        words = {**_server(given), "error": _first_line(error)}
        if "permission denied" in said:
            return (
                _("%(user)s may not do this in the database %(name)s: %(error)s. Run diguan migrate as its owner.")
                % words
            )
        if "does not exist" in said and "database" in said:
            return (
                _(
                    "The PostgreSQL server at %(server)s has no database %(name)s. Have its administrator create it: "
                    "createdb --owner=%(user)s %(name)s"
                )
                % words
            )
        if "does not exist" in said and "role" in said:
            return _("The PostgreSQL server at %(server)s knows no user %(user)s. Mend DIGUAN_DATABASE.") % words
        if any(sign in said for sign in _NO_ENTRY):
            return (
                _(
                    "The PostgreSQL server at %(server)s does not take the password of %(user)s. Mend it in "
                    "DIGUAN_DATABASE or in the password file."
                )
                % words
            )
        if any(sign in said for sign in _NOBODY_THERE):
            return (
                _(
                    "No PostgreSQL server answers at %(server)s. Is it running, and are host and port in DIGUAN_DATABASE right?"
                )
                % words
            )
    return _("The database can't be used: %(error)s.") % {"error": _first_line(error)}


def where() -> str:
    """Return what the database is called in a sentence: its file on SQLite, name and server on PostgreSQL."""
    given = connection.settings_dict
    return "{name} @ {server}".format(**_server(given)) if _is_server(given) else str(given["NAME"])


def _is_server(given: Mapping[str, Any]) -> bool:
    return str(given["ENGINE"]).endswith("postgresql")


def _server(given: Mapping[str, Any]) -> dict[str, str]:
    host = given["HOST"] or "localhost"
    server = f"{host}:{given['PORT']}" if given["PORT"] else host
    return {"server": server, "name": str(given["NAME"]), "user": given["USER"] or "?"}


def _first_line(error: DatabaseError) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
