"""Settings read from the environment: a value that makes no sense is refused in a sentence, not guessed at."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured


def choice(name: str, choices: Sequence[str]) -> str:
    """Return one of the choices, or nothing where the variable is not set. Raises: ImproperlyConfigured."""
    given = os.environ.get(name, "").strip()
    if given and given not in choices:
        raise ImproperlyConfigured(f"{name} is “{given}”; it may be {' or '.join(choices)}.")
    return given


def whole_number(name: str, otherwise: int) -> int:
    """Return a whole number from 0. Raises: ImproperlyConfigured."""
    given = os.environ.get(name, "").strip()
    if not given:
        return otherwise
    if not (given.isascii() and given.isdigit()):
        raise ImproperlyConfigured(f"{name} is “{given}”; it must be a whole number from 0.")
    return int(given)


def amount_of_memory(name: str) -> str:
    """Return an amount such as 4GB, or nothing where the variable is not set. Raises: ImproperlyConfigured."""
    given = os.environ.get(name, "").strip()
    if given and not re.fullmatch(r"[1-9][0-9]*([.][0-9]+)? ?[KMGT]i?B", given, re.IGNORECASE):
        raise ImproperlyConfigured(f"{name} is “{given}”; write an amount of memory like 4GB.")
    return given
