"""What the page shell needs on every page."""

from typing import Any

from django.http import HttpRequest

from diguan.ui import formats, menu, reader

LANGUAGE_NAMES = {"zh-hans": "简体", "zh-hant": "繁體", "en": "English"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Menu, languages and the reader's unit of money; no query of its own."""
    chosen = formats.language()
    return {
        "menu_items": menu.items(request),
        "language_choices": [(code, name, code == chosen) for code, name in LANGUAGE_NAMES.items()],
        "reader_language": chosen,
        "money_unit": getattr(request, "money_unit", None) or reader.money_unit(request),
    }
