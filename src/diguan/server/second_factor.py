"""Whether this installation leaves the second factor to its users."""

from __future__ import annotations

from django.conf import settings

from diguan.registry import queries


def is_optional() -> bool:
    """What the setting says; without one, a synthetic registry lets a newcomer look around by password alone."""
    if settings.SECOND_FACTOR:
        return bool(settings.SECOND_FACTOR == "optional")
    described = queries.described()
    return described is not None and described.synthetic
