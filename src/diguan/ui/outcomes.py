"""Outcomes as people see them: sign and word together, never colour alone."""

from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

MET, NOT_MET, UNKNOWN, NOT_APPLICABLE = "met", "not_met", "unknown", "not_applicable"

SIGNS = {MET: "●", NOT_MET: "▲", UNKNOWN: "○", NOT_APPLICABLE: "–"}
_WORDS = {
    MET: pgettext_lazy("outcome", "met"),
    NOT_MET: pgettext_lazy("outcome", "not met"),
    UNKNOWN: pgettext_lazy("outcome", "unknown"),
    NOT_APPLICABLE: pgettext_lazy("outcome", "does not apply"),
}


@dataclass(frozen=True)
class Badge:
    """An outcome ready to show; `tone` is the class that colours it."""

    tone: str
    sign: str
    word: str


def word(outcome: str) -> str:
    return str(_WORDS.get(outcome, outcome))


def badge(outcome: str | None) -> Badge:
    """Anything that is not an outcome shows as unknown's sign with the text it came as."""
    outcome = outcome or UNKNOWN
    tone = outcome if outcome in SIGNS else UNKNOWN
    return Badge(tone, SIGNS[tone], word(outcome))
