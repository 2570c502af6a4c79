"""What every page knows about this installation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from diguan.registry import queries


def registry(request: HttpRequest) -> dict[str, Any]:
    """The registry's name, and whether it is synthetic, which every page then says."""
    described = queries.described()
    return {
        "registry_name": described.name if described else "",
        "registry_synthetic": bool(described and described.synthetic),
    }
