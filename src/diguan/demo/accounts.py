"""The people who may try the demo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from diguan.access import actions as access
from diguan.access import roles
from diguan.access.demo_accounts import Account
from diguan.access.models import User
from diguan.demo import lists
from diguan.places import queries as places
from diguan.rulebook.texts import Text

# One for all, shown to everybody: it guards nothing real.
PASSWORD = "drip-by-drip-2020"  # noqa: S105


def listed() -> Sequence[Account]:
    """The accounts in the reader's language, from the province down."""
    language = get_language() or "en"
    return [
        Account(
            username=row["username"],
            password=PASSWORD,
            name=row["name"],
            role=str(roles.role(row["role"]).label) if row["role"] else _("No role"),
            place=Text(row["where"]).in_language(language),
            note=Text(row["note"]).in_language(language),
        )
        for row in lists.read("accounts")["accounts"]
    ]


@transaction.atomic
def create(*, by: User | None, at: dt.datetime) -> None:
    """Add the accounts and grant what they are to see, from the day on.

    Raises: places.PlaceUnknown if the places of the demo were not imported; access.UsernameTaken.
    """
    for row in lists.read("accounts")["accounts"]:
        user = access.create_user(username=row["username"], name=row["name"], password=PASSWORD, by=by, at=at)
        if row["role"]:
            access.grant_role(
                user=user,
                role=row["role"],
                place=places.by_code(row["place"]),
                starts_on=timezone.localdate(at),
                by=by,
                at=at,
            )
