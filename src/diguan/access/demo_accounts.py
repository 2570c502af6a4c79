"""Accounts that anybody may try, listed on the sign-in page of a synthetic registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the demo, with its password in plain words: it guards nothing real."""

    username: str
    password: str
    name: str
    role: str
    place: str
    note: str = ""


Accounts = Callable[[], Sequence[Account]]
