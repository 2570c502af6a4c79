"""What takes long to set up and is only looked at, or changed from the same beginning by each test, is laid down once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction
from django.test import override_settings

if TYPE_CHECKING:
    import pytest
    from pytest_django import DjangoDbBlocker


@contextmanager
def laid_down(blocker: DjangoDbBlocker, folders: pytest.TempPathFactory) -> Iterator[None]:
    """What is written at the beginning stands for all tests of a module, each of which is rolled back to it.

    For fixtures of a module that need `django_db_setup`, and tests without transactions of their own.
    """
    with blocker.unblock(), transaction.atomic():
        with override_settings(DATA=folders.getbasetemp() / "data"):
            yield
        transaction.set_rollback(True)
