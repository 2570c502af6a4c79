"""ID numbers that look right and belong to nobody: their first six digits are the code of no place."""

from __future__ import annotations

import random
from datetime import date, timedelta

from diguan.demo import lists
from diguan.demo.homes import Home
from diguan.rulebook.identifiers import check_digit

NOWHERE = "229900"  # 22 is the province; nothing in it has a code beginning with 2299
NAME, CARD = "id_number", "disability_card"
_LEAST_DIGIT, _MOST_DIGIT = "0", "X"
_KINDS = ("vision", "hearing", "speech", "physical", "intellectual", "mental", "multiple")  # as cards number them


def give(home: Home) -> None:
    """Give the members of a household their numbers, drawn by their keys so that nothing else is drawn otherwise.

    A few have none on file, and in a few something is wrong, as lists/mix says.
    """
    rates = lists.read("mix")["contradictions"]
    for member in home.members:
        chance = random.Random(member.key)  # noqa: S311 - a made-up number

        def happens(name: str, chance: random.Random = chance) -> bool:
            return bool(chance.random() * 1000 < rates[name])

        if happens("no_id_number"):
            continue
        born = date.fromisoformat(str(member.facts["birth_date"]))
        is_male = member.sex == "male"
        number = made_up(chance, born, is_male)
        if happens("wrong_id_digit"):
            number = number[:-1] + (_LEAST_DIGIT if number[-1] == _MOST_DIGIT else _MOST_DIGIT)
        stated = number
        if happens("id_number_of_another_day"):
            stated = made_up(chance, born - timedelta(days=chance.choice((1, 10, 30, 365))), is_male)
        if happens("id_number_of_the_other_sex"):
            stated = made_up(chance, born, not is_male)
        member.facts[NAME] = stated
        if member.facts["disability_grade"] != "none" and not happens("no_disability_card"):
            kind = str(member.facts["disability_kind"])
            digit = _KINDS.index(kind) + 1 if kind in _KINDS else 4
            digit = digit % len(_KINDS) + 1 if happens("disability_card_of_another_kind") else digit
            card = f"{number}{digit}{str(member.facts['disability_grade'])[-1]}"
            member.facts[CARD] = card[:-3] if happens("disability_card_cut_short") else card


def made_up(chance: random.Random, born: date, is_male: bool) -> str:
    order = chance.randrange(100) * 10 + chance.choice((1, 3, 5, 7, 9) if is_male else (0, 2, 4, 6, 8))
    first = f"{NOWHERE}{born:%Y%m%d}{order:03d}"
    return first + check_digit(first)
