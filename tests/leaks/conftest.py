"""The provinces are put on file once for the whole walk; everything is taken back when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker
from tests.leaks import affairs, pairs, personas, province
from tests.leaks.walk import Walk

from diguan.access import roles
from diguan.exports import lists

# Passwords are typed in, never guessed, here: their hash need not be slow.
QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(scope="module")
def walk(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    with (
        django_db_blocker.unblock(),
        override_settings(DATA=tmp_path_factory.getbasetemp() / "data", PASSWORD_HASHERS=[QUICK]),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setattr(roles, "ROLES", MappingProxyType({**roles.ROLES, **personas.EXTRA_ROLES}))
        yield Walk(set_up())
        transaction.set_rollback(True)


def set_up() -> province.World:
    lists.fill(affairs.LISTS)
    world = province.build()
    affairs.happen(world)
    pairs.stand(world)
    world.settle()
    return world
