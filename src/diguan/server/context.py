"""What every page knows about this installation."""

from typing import Any

from django.http import HttpRequest


def registry(request: HttpRequest) -> dict[str, Any]:
    return {}
