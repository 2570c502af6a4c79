"""Collect the texts to translate, keep the two Chinese catalogues, and say what is missing in them.

    python tools/messages.py              renew the catalogues from the sources
    python tools/messages.py --check      fail where something is untranslated, doubtful or out of date
    python tools/messages.py --compile    write the .mo files that Django reads

The simplified catalogue is written by people. The traditional one follows from it by OpenCC, but for entries whose
comment says `reviewed from: <the simplified text>`: those stay, and are asked for again when that text changes.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "diguan"
ASSETS = ROOT / "assets"
SIMPLIFIED, TRADITIONAL = "zh_Hans", "zh_Hant"

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# One translated text, or the forms of a plural.
Text = str | tuple[str, ...]
Translation = tuple[Text, list[str], set[str]]

REVIEWED = "reviewed from: "
_BLANK = re.compile(r"%\(\w+\)[sdif]|%[sdif%]|(?<!\{)\{\w*\}(?!\})")

_HEADER = """\
# Texts of Diguan.
msgid ""
msgstr ""
"Project-Id-Version: diguan\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def path_of(language: str) -> Path:
    """File of one catalogue."""
    return SOURCE / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return a catalogue; an empty one where the file is still missing."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def written(catalog: Catalog, language: str) -> bytes:
    """Text of a catalogue: no dates, no line numbers and no machine in it, so that a change shows what changed."""
    body = io.BytesIO()
    write_po(body, catalog, width=120, omit_header=True, include_lineno=False, ignore_obsolete=True)
    return _HEADER.format(language=language).encode() + body.getvalue()


def collected() -> Catalog:
    """Every text of Python, templates and TypeScript, in the order of the files."""
    catalog = Catalog(charset="utf-8")
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        for _line, message, comments, context in _texts(path):
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def sources() -> Iterator[Path]:
    """Files that may hold texts."""
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in (".py", ".html", ".txt") and not {"migrations", "locale"} & set(path.parts):
            yield path
    yield from (path for path in sorted(ASSETS.rglob("*.ts")) if "dist" not in path.relative_to(ASSETS).parts)


def _texts(path: Path) -> Iterable[tuple[int, Text, list[str], str | None]]:
    text = path.read_text(encoding="utf-8")
    method = "python"
    if path.suffix in (".html", ".txt"):
        text = _from_template(text)
    elif path.suffix == ".ts":
        method = "javascript"
    return extract(
        method, io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
    )


def _from_template(text: str) -> str:
    """Turn a template into calls of gettext, each line at the margin so that it can be read as Python."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    return "\n".join(line.strip() for line in templatize(text).splitlines())


def renewed() -> dict[str, Catalog]:
    """Both catalogues as they should be: the texts of today, with the translations we have."""
    texts, simplified, traditional = collected(), read(SIMPLIFIED), read(TRADITIONAL)
    convert = converter()

    def kept(message: Message) -> Translation:
        old = simplified.get(message.id, message.context)
        return (_text(old), old.user_comments, old.flags & {"fuzzy"}) if old else ("", [], set())

    def turned(message: Message) -> Translation:
        old = traditional.get(message.id, message.context)
        if old and any(comment.startswith(REVIEWED) for comment in old.user_comments):
            return _text(old), old.user_comments, old.flags & {"fuzzy"}
        string, _comments, flags = kept(message)
        return _each(string, convert), [], flags

    return {SIMPLIFIED: _filled(texts, SIMPLIFIED, kept), TRADITIONAL: _filled(texts, TRADITIONAL, turned)}


def _filled(texts: Catalog, language: str, translation: Callable[[Message], Translation]) -> Catalog:
    catalog = Catalog(locale=language, charset="utf-8")
    for message in texts:
        if not message.id:
            continue
        string, comments, flags = translation(message)
        if isinstance(message.id, tuple):
            string = (string,) if isinstance(string, str) else string[:1]
        catalog.add(
            message.id,
            string,
            locations=message.locations,
            flags=(message.flags - {"fuzzy"}) | flags,
            auto_comments=message.auto_comments,
            user_comments=comments,
            context=message.context,
        )
    return catalog


def converter() -> Callable[[str], str]:
    """Return the function that turns simplified Chinese into traditional Chinese."""
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("s2tw").convert
    return convert


def _each(string: Text, change: Callable[[str], str]) -> Text:
    return change(string) if isinstance(string, str) else tuple(change(form) for form in string)


def problems() -> list[str]:
    """Say what is wrong with the catalogues, one line each; nothing where all is well."""
    fresh = renewed()
    faulty = {message.id: list(_faults(message)) for message in fresh[SIMPLIFIED] if message.id}
    found = [f"{SIMPLIFIED}: {each}: {_quoted(m)}" for m in fresh[SIMPLIFIED] if m.id for each in _faults(m)]
    # What the simplified catalogue lacks the traditional one lacks too; once is enough.
    found += [
        f"{TRADITIONAL}: {each}: {_quoted(m)}"
        for m in fresh[TRADITIONAL]
        if m.id and not faulty.get(m.id)
        for each in _faults(m)
    ]
    found += [f"{TRADITIONAL}: review again, the simplified text changed: {_quoted(m)}" for m in _stale(fresh)]
    if not found:
        found = [
            f"{path_of(language).relative_to(ROOT)} is out of date: run make messages"
            for language, catalog in fresh.items()
            if not path_of(language).is_file() or path_of(language).read_bytes() != written(catalog, language)
        ]
    return found


def _faults(message: Message) -> Iterator[str]:
    strings = _forms(_text(message))
    if not strings or not all(strings):
        yield "untranslated"
        return
    if message.fuzzy:
        yield "marked fuzzy"
    blanks = {
        blank
        for text in _forms(tuple(message.id) if isinstance(message.id, list) else message.id)
        for blank in _BLANK.findall(text)
    }
    if any(not set(_BLANK.findall(string)) <= blanks for string in strings):
        yield "a blank in the translation is not in the original"
    elif isinstance(message.id, str) and any(set(_BLANK.findall(string)) != blanks for string in strings):
        yield "a blank of the original is missing"


def _stale(fresh: dict[str, Catalog]) -> Iterator[Message]:
    for message in fresh[TRADITIONAL]:
        origin = fresh[SIMPLIFIED].get(message.id, message.context) if message.id else None
        for comment in message.user_comments:
            if origin and comment.startswith(REVIEWED) and comment.removeprefix(REVIEWED) != _forms(_text(origin))[0]:
                yield message


def _text(message: Message) -> Text:
    """Translation of a message, as one text or as a tuple of forms; empty where there is none."""
    string = message.string
    return string if isinstance(string, str) else tuple(string or ())


def _forms(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _quoted(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"“{text}” ({', '.join(sorted({name for name, _ in message.locations}))})"


def renew() -> None:
    """Write both catalogues anew."""
    for language, catalog in renewed().items():
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalog, language))
        missing = sum(1 for message in catalog if message.id and list(_faults(message)))
        print(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {missing} to do")


def compile_all() -> None:
    """Write the .mo file beside each catalogue."""
    for path in sorted((SOURCE / "locale").glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as source:
            catalog = read_po(source, locale=path.parents[1].name, charset="utf-8")
        with path.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalog)


def main() -> int:
    """Do what was asked; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", action="store_true")
    asked = parser.parse_args()
    if asked.compile:
        compile_all()
    elif asked.check:
        found = problems()
        print("\n".join(found) if found else "Every text is translated.")
        return 1 if found else 0
    else:
        renew()
    return 0


if __name__ == "__main__":
    sys.exit(main())
