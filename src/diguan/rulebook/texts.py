"""Texts of a pack in the languages its author gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("en", "zh-hans", "zh-hant")


@dataclass(frozen=True)
class Text:
    """A text by language; under the key `""` one that serves every language."""

    by_language: Mapping[str, str] = field(default_factory=dict)

    def in_language(self, language: str) -> str:
        """The text in `language`, else in the other Chinese script, else English, else whatever there is."""
        chinese = ("zh-hans", "zh-hant") if language.startswith("zh") else ()
        for choice in (language, "", *chinese, "en", *self.by_language):
            if choice in self.by_language:
                return self.by_language[choice]
        return ""

    def missing(self) -> list[str]:
        """Languages of the interface that this text lacks."""
        return [] if "" in self.by_language else [name for name in LANGUAGES if name not in self.by_language]

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def __str__(self) -> str:
        return self.in_language("en")


def plain(text: str) -> Text:
    return Text({"": text})
