"""Adding people, their passwords and their language."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from tests import cast as of

from diguan.access import actions
from diguan.access.models import User
from diguan.journal.models import Entry

pytestmark = pytest.mark.django_db


def add(username: str = "li", **given: str) -> User:
    return actions.create_user(username=username, name="Li", by=None, at=of.NOW, **given)


def test_a_new_user_is_journalled_without_the_password() -> None:
    add(password=of.PASSWORD)
    entry = Entry.objects.get()
    assert (entry.verb, entry.subject_key) == ("user.created", "li")
    assert of.PASSWORD not in str(entry.detail)


def test_a_password_is_kept_as_scrypt() -> None:
    user = add(password=of.PASSWORD)
    assert user.password.startswith("scrypt$")
    assert user.check_password(of.PASSWORD)


def test_without_a_password_nobody_signs_in_as_them() -> None:
    assert not add().has_usable_password()


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123456"[:10]])
def test_a_weak_password_is_refused_and_nobody_added(password: str) -> None:
    with pytest.raises(ValidationError):
        add(password=password)
    assert not User.objects.exists()


@pytest.mark.parametrize("username", ["system", "System"])
def test_nobody_is_called_as_the_system_is(username: str) -> None:
    with pytest.raises(actions.UsernameTaken):
        add(username)
    assert not User.objects.exists()


def test_a_user_name_is_taken_once() -> None:
    add()
    with pytest.raises(actions.UsernameTaken, match="li"):
        add()


@pytest.mark.parametrize("username", ["", "two words", "a/b"])
def test_a_user_name_is_plain(username: str) -> None:
    with pytest.raises(ValidationError):
        add(username)


def test_the_language_chosen_is_kept_and_journalled() -> None:
    user = add()
    actions.set_language(user=user, language="zh-hans", by=user, at=of.NOW)
    assert User.objects.get().language == "zh-hans"
    assert Entry.objects.latest("id").verb == "user.language_set"
    with pytest.raises(ValidationError):
        actions.set_language(user=user, language="tlh", by=user, at=of.NOW)
