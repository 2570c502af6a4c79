"""The language of the terminal, without Django: --lang, else LANG, else English."""

import gettext
import os
from collections.abc import Callable
from importlib import resources

FOLDER = str(resources.files("diguan").joinpath("locale"))
LANGUAGES = {"en": "en", "zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}


def chosen(option: str | None = None) -> str:
    """One of en, zh-hans, zh-hant."""
    wanted = (
        (option or os.environ.get("DIGUAN_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en")
        .lower()
        .replace("_", "-")
    )
    if wanted.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
        return "zh-hant"
    return "zh-hans" if wanted.startswith("zh") else "en"


def translator(language: str) -> Callable[[str], str]:
    """Looks a text up in the catalogue of a language; English, and what is not in it, stays as it is."""
    return gettext.translation("django", FOLDER, [LANGUAGES[language]], fallback=True).gettext
