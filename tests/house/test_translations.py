"""Both Chinese catalogues say everything that the English texts say, with the same blanks."""

from __future__ import annotations

import re
import string

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from tests.house import house

LANGUAGES = ("zh_Hans", "zh_Hant")
_PERCENT = re.compile(r"%\(\w+\)[-+ #0]*\d*(?:\.\d+)?[sdif]|%[sdif]")
_TAG = re.compile(r"</?\w+>")


def _catalog(language: str) -> Catalog:
    with (house.SOURCE / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def _messages(language: str) -> list[Message]:
    return [message for message in _catalog(language) if message.id]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _blanks(text: str, message: Message) -> set[str]:
    """Blanks to be filled in, with how they are formatted, and tags; braces count only where they are no Python %."""
    found = {*_PERCENT.findall(text), *_TAG.findall(text)}
    if not message.python_format:
        found |= {f"{{{name}:{spec}}}" for _, name, spec, _ in string.Formatter().parse(text) if name is not None}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_is_in_doubt(language: str) -> None:
    messages = _messages(language)
    assert messages
    bare = [message.id for message in messages if not _forms(message.string) or not all(_forms(message.string))]
    assert not bare
    assert not [message.id for message in messages if message.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_blanks_of_its_original(language: str) -> None:
    wrong = []
    for message in _messages(language):
        # A plural form may leave a blank out; Chinese has one form, so it has what any of the English forms has.
        wanted = set().union(*(_blanks(text, message) for text in _forms(message.id)))
        wrong += [(message.id, text) for text in _forms(message.string) if _blanks(text, message) != wanted]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_chinese_has_one_form_for_every_number(language: str) -> None:
    assert _catalog(language).num_plurals == 1
    assert not [message.id for message in _messages(language) if len(_forms(message.string)) != 1]


def test_both_catalogues_hold_the_same_texts() -> None:
    simplified, traditional = ([(m.context, m.id) for m in _messages(language)] for language in LANGUAGES)
    assert simplified == traditional
