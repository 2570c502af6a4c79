import os
from typing import Any

import pytest

# The browser's driver runs an event loop in the test's own thread; the database is still used by that thread alone.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(autouse=True)
def _password_alone(settings: Any) -> None:
    """Journeys begin at the sign-in page; the second factor has tests of its own."""
    settings.SECOND_FACTOR = "optional"
