"""ID numbers that look right and belong to nobody: their first six digits are the code of no place."""

from __future__ import annotations

import random

from diguan.demo import lists
from diguan.demo.homes import Home
from diguan.rulebook.identifiers import check_digit

NOWHERE = "229900"  # 22 is the province; nothing in it has a code beginning with 2299
NAME = "id_number"
_LEAST_DIGIT, _MOST_DIGIT = "0", "X"


def give(home: Home) -> None:
    """Give the members of a household their numbers, drawn by their keys so that nothing else is drawn otherwise.

    A few have none on file, and in a few the check digit is wrong, as lists/mix says.
    """
    shares = lists.read("mix")["contradictions"]
    for member in home.members:
        chance = random.Random(member.key)  # noqa: S311 - a made-up number
        if chance.random() * 1000 < shares["no_id_number"]:
            continue
        day = str(member.facts["birth_date"]).replace("-", "")
        order = chance.randrange(100) * 10 + chance.choice((1, 3, 5, 7, 9) if member.sex == "male" else (0, 2, 4, 6, 8))
        number = f"{NOWHERE}{day}{order:03d}"
        digit = check_digit(number)
        if chance.random() * 1000 < shares["wrong_id_digit"]:
            digit = _LEAST_DIGIT if digit == _MOST_DIGIT else _MOST_DIGIT
        member.facts[NAME] = number + digit
