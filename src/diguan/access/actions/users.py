"""Adding users, their passwords and language, and taking access from those who leave."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from diguan.access import policies
from diguan.access.acts import may_administer, record, rights_of
from diguan.access.models import User
from diguan.journal import naming


class UsernameTaken(Exception):
    """Somebody else bears this user name, or the system itself does."""


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    password: str | None = None,
    language: str = "",
    by: User | None,
    at: dt.datetime,
) -> User:
    """Add a user, who may do nothing yet. Without a password nobody can sign in as them.

    Raises: NotAllowed; UsernameTaken; ValidationError for a bad user name or a weak password.
    """
    policies.may_create_user(by=by, rights=rights_of(by, at)).insist()
    user = User(username=User.normalize_username(username.strip()), name=name.strip(), language=language)
    if password is None:
        user.set_unusable_password()
    else:
        password_validation.validate_password(password, user)
        user.set_password(password)
    user.clean_fields(exclude=["password", "date_joined"])
    if user.username.casefold() == naming.SYSTEM:
        raise UsernameTaken(_taken(user))
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken(_taken(user)) from None
    record("user.created", user, by=by, at=at)
    return user


def _taken(user: User) -> str:
    return _("The user name “%(username)s” is taken.") % {"username": user.username}


@transaction.atomic
def set_password(*, user: User, password: str, by: User | None, at: dt.datetime) -> None:
    """Give the user a password; every session of theirs ends. Raises: NotAllowed; ValidationError if it is weak."""
    if by is None or by.pk != user.pk:
        may_administer(user, by, at).insist()
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record("user.password_set", user, by=by, at=at)


@transaction.atomic
def set_language(*, user: User, language: str, by: User | None, at: dt.datetime) -> None:
    """Keep the language the person wants to read. Raises: ValidationError for one the pages don't have."""
    if language not in dict(settings.LANGUAGES):
        raise ValidationError(_("The pages are not written in “%(language)s”.") % {"language": language})
    user.language = language
    user.save(update_fields=["language"])
    record("user.language_set", user, by=by, at=at, detail={"language": language})


@transaction.atomic
def deactivate(*, user: User, by: User | None, at: dt.datetime) -> None:
    """Take all access from somebody who leaves; what they did stays. Their next request finds them signed out.

    Raises: NotAllowed.
    """
    may_administer(user, by, at).insist()
    user.is_active, user.session_epoch = False, F("session_epoch") + 1
    user.save(update_fields=["is_active", "session_epoch"])
    user.refresh_from_db()
    record("user.deactivated", user, by=by, at=at)


@transaction.atomic
def reactivate(*, user: User, by: User | None, at: dt.datetime) -> None:
    """Let somebody in again, with the grants that are still in force. Raises: NotAllowed."""
    may_administer(user, by, at).insist()
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("user.reactivated", user, by=by, at=at)
