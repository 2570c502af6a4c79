"""The comparisons and their levels: what two entries can have in common, in words, and how often the same person has it.

`prior` is how often a level is seen between two entries of one person before the file itself is looked at: rough shares
from what registers are like. They weigh as much as `PRIOR_PAIRS` pairs and a `PRIOR_SHARE` of the file's own pairs, which
correct them; a level that strangers meet often may become at most `MOST` times as frequent.
"""

from __future__ import annotations

from dataclasses import dataclass

from diguan.rulebook.problems import N_

PRIOR_PAIRS = 100
PRIOR_SHARE = 0.03
MOST = 2.0


@dataclass(frozen=True)
class Level:
    """`common`: strangers meet it often. `apart`: something is not known, so that its share is none of the others'; it stays as
    it is, and is 1 where nothing can be compared."""

    name: str
    words: str
    prior: float
    common: bool = False
    apart: bool = False


NAME = (
    Level("same", N_("same name"), 0.83),
    Level("homophone", N_("sounds the same, written otherwise"), 0.07),
    Level("near", N_("sounds nearly the same"), 0.01),
    Level("swapped", N_("characters in another order"), 0.005),
    Level("unreadable", N_("same but for an unreadable character"), 0.005),
    Level("given_character", N_("one character of the given name differs"), 0.05),
    Level("surname", N_("same given name, other surname"), 0.01),
    Level("missing", N_("one character missing"), 0.008),
    Level("only_surname", N_("same surname, other given name"), 0.009, common=True),
    Level("different", N_("different names"), 0.003, common=True),
)
DATE = (
    Level("same", N_("born on the same day"), 0.80),
    Level("lunar", N_("one date is the other in the lunar calendar"), 0.04),
    Level("default", N_("same year, one of them 1 January"), 0.03),
    Level("swapped", N_("day and month changed places"), 0.005),
    Level("year_off", N_("same day of another year close by"), 0.03),
    Level("digit", N_("one digit differs"), 0.02),
    Level("month", N_("same month of the same year"), 0.01, common=True),
    Level("year", N_("same year only"), 0.02, common=True),
    Level("different", N_("different dates of birth"), 0.045, common=True),
    Level("partial", N_("only the year or month of one is known, and it is the same"), 0.93, apart=True),
    Level("unknown", N_("date of birth not known"), 1.0, apart=True),
)
PLACE = (
    Level("village", N_("same village"), 0.75),
    Level("township", N_("other village of the same township"), 0.08),
    Level("county", N_("other township of the same county"), 0.07),
    Level("elsewhere", N_("another county"), 0.10),
    Level("unknown", N_("place not known"), 1.0, apart=True),
)
SEX = (
    Level("same", N_("same sex"), 0.99),
    Level("different", N_("different sex"), 0.01),
    Level("unknown", N_("sex not known"), 1.0, apart=True),
)
IDENTITY = (
    Level("same", N_("same ID number"), 0.97),
    Level("different", N_("different ID numbers"), 0.03),
    Level("unknown", N_("ID numbers not compared"), 1.0, apart=True),
)
COMPARISONS: dict[str, tuple[Level, ...]] = {
    "name": NAME,
    "date": DATE,
    "place": PLACE,
    "sex": SEX,
    "identity": IDENTITY,
}


def number(comparison: str, level: str) -> int:
    """Where a level stands in its comparison, which is how tables hold it."""
    return next(at for at, each in enumerate(COMPARISONS[comparison]) if each.name == level)
