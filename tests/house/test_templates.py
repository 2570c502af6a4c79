"""Every visible word of a template is offered for translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.house import house

_NOT_SHOWN = (
    r"\{%-?\s*block \w*(?:class|state)\w*\s*%\}.*?\{%-?\s*endblock",
    r"\{%-?\s*comment.*?endcomment\s*%\}",
    r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}",
    r"\{#.*?#\}",
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
    r"<!--.*?-->",
    r"<(script|style|svg|code|pre)\b.*?</\1>",
)
_SPOKEN = re.compile(r"""\b(?:title|alt|placeholder|aria-label|aria-description)\s*=\s*(["'])(.*?)\1""", re.DOTALL)
# For developers: every component side by side, on no page of the server.
_GALLERY = "gallery.html"
_NAMES = {"Diguan", "滴灌", "简体中文", "繁體中文", "English"}


def _templates() -> list[Path]:
    return [path for path in sorted(house.SOURCE.rglob("templates/**/*.html")) if path.name != _GALLERY]


def _shown(text: str) -> str:
    for pattern in _NOT_SHOWN:
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    spoken = " ".join(match[1] for match in _SPOKEN.findall(text))
    return re.sub(r"<[^>]*>", " ", text) + " " + spoken


@pytest.mark.parametrize("path", _templates(), ids=house.shown)
def test_every_visible_word_can_be_translated(path: Path) -> None:
    text = re.sub(r"&#?\w+;", " ", _shown(path.read_text("utf-8")))
    for name in _NAMES:
        text = text.replace(name, " ")
    assert not re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", text)
