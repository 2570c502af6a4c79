"""Texts are found wherever they stand, and what is wrong with a translation is told."""

from __future__ import annotations

from pathlib import Path

import messages
import pytest
from babel.messages.catalog import Catalog, Message


def _found(path: Path, text: str) -> list[object]:
    path.write_text(text, encoding="utf-8")
    return [message for _line, message, _comments, _context in messages._texts(path)]


def test_texts_of_python_are_found(tmp_path: Path) -> None:
    source = 'N_("one")\n_("two")\nngettext("%(n)d house", "%(n)d houses", n)\npgettext_lazy("where", "three")\n'
    assert _found(tmp_path / "a.py", source) == ["one", "two", ("%(n)d house", "%(n)d houses"), "three"]


def test_texts_of_templates_are_found_at_any_indent(tmp_path: Path) -> None:
    source = """
        {% load i18n %}
            <p title="{% translate 'one' %}">{% blocktranslate trimmed %}
                two
            {% endblocktranslate %}</p>
      {% include "x.html" with text=_("three") %}
    """
    assert _found(tmp_path / "a.html", source) == ["one", "two", "three"]


def test_texts_of_typescript_are_found(tmp_path: Path) -> None:
    assert _found(tmp_path / "a.ts", "const a: string = gettext('one');") == ["one"]


@pytest.mark.parametrize(
    ("text", "translation", "faults"),
    [
        ("House", "房屋", []),
        ("House", "", ["untranslated"]),
        ("{count} faults", "{count} 处错误", []),
        ("{count} faults", "{number} 处错误", ["a blank in the translation is not in the original"]),
        ("%(n)s of %(m)s", "%(n)s", ["a blank of the original is missing"]),
        (("%(n)d house", "%(n)d houses"), ("%(n)d 户",), []),
    ],
)
def test_a_faulty_translation_is_told(text: str, translation: str, faults: list[str]) -> None:
    assert list(messages._faults(Message(text, translation))) == faults


def test_traditional_chinese_follows_from_simplified_unless_reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, simplified, traditional = Catalog(), Catalog(), Catalog()
    for text in ("household", "poverty line"):
        texts.add(text, locations=[("a.py", 0)])
    simplified.add("household", "农户")
    simplified.add("poverty line", "贫困线")
    traditional.add("poverty line", "貧窮線", user_comments=["reviewed from: 贫困标准"])
    monkeypatch.setattr(messages, "collected", lambda: texts)
    monkeypatch.setattr(messages, "read", {messages.SIMPLIFIED: simplified, messages.TRADITIONAL: traditional}.get)

    fresh = messages.renewed()

    assert fresh[messages.TRADITIONAL]["household"].string == "農戶"
    assert fresh[messages.TRADITIONAL]["poverty line"].string == "貧窮線"
    assert [message.id for message in messages._stale(fresh)] == ["poverty line"]


def test_a_catalogue_names_no_line_and_no_day() -> None:
    catalog = Catalog()
    catalog.add("household", "农户", locations=[("a.py", 7)])
    text = messages.written(catalog, "zh_Hans").decode()
    assert "#: a.py\n" in text
    assert "Date" not in text
