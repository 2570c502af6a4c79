"""Texts on their way into somebody's spreadsheet."""

import unicodedata

_OPENING = frozenset("=+-@")
_BREAKS = frozenset("\t\r\n")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula.

    It might where the first sign that shows is = + - or @, in any width, or where a tab or a line break comes first.
    """
    first = text[:1]
    if first.isalnum():  # nearly all
        return False
    if first in _BREAKS:
        return True
    shown = next((sign for sign in text if not sign.isspace() and unicodedata.category(sign) not in ("Cc", "Cf")), "")
    return unicodedata.normalize("NFKC", shown)[:1] in _OPENING if shown else False


def safe(cell: object) -> object:
    """Put a quote before a text that a spreadsheet would take for a formula; leave everything else."""
    return "'" + cell if isinstance(cell, str) and is_formula(cell) else cell
