"""The household roll of the police, made up from the registry of one county: with the mistakes that such lists have, with
people who have moved or are left out, and with some whom the registry has forgotten."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

from diguan import vault
from diguan.access.scope import Scope
from diguan.demo import doubles, id_numbers, lists, names
from diguan.places.models import Place
from diguan.registry.models import Identifier, Person

HEADINGS = ("户号", "姓名", "性别", "出生日期", "公民身份号码", "村", "与户主关系")
_SEXES = {"male": "男", "female": "女"}


def write(file: Path, scope: Scope, place: Place, seed: int) -> int:
    """Write the roll of a place as CSV; return how many rows it has. The same registry and seed give the same file."""
    chance = random.Random(f"roll {seed}")  # noqa: S311 - made up
    rows = [*_listed(scope.intersect(*place.range), chance), *_strangers(place, chance), *_dirt(place)]
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(HEADINGS)
        writer.writerows(rows)
    return len(rows)


def _listed(scope: Scope, chance: random.Random) -> Iterator[tuple[str, ...]]:
    rates = lists.read("doubles")["rates"]
    numbers = _numbers(scope)
    people = (
        Person.objects.within(scope)
        .select_related("household__place")
        .order_by("place_number", "household_id", "ordinal", "id")
    )
    villages = sorted({person.household.place.code for person in people})

    def happens(name: str) -> bool:
        return bool(chance.random() * 1000 < rates[name])

    for person in people:
        facts = {name: fact["v"] for name, fact in person.facts.items()}
        if happens("left_out") or "birth_date" not in facts:
            continue
        name = doubles.mistaken(chance, person.name) if happens("other_sign") else person.name
        number = numbers.get(facts.get(id_numbers.NAME, 0), "")
        if happens("other_number"):
            number = chance.choice(list(numbers.values()))
        number = "" if happens("no_number") else number
        born = _born(
            chance,
            dt.date.fromisoformat(facts["birth_date"]),
            other=happens("other_year"),
            default=happens("first_of_january"),
        )
        village = chance.choice(villages) if happens("other_village") else person.household.place.code
        home = str(person.household_id) if village == person.household.place.code else f"{person.household_id}-2"
        yield home, name, _SEXES.get(facts.get("sex", ""), ""), born, number, village, ""


def _numbers(scope: Scope) -> dict[int, str]:
    ring = vault.opened()
    rows = Identifier.objects.within(scope).filter(variable=id_numbers.NAME).order_by("id")
    return {row.pk: ring.unseal(row.sealed, context=str(row.owner)) for row in rows}


def _born(chance: random.Random, day: dt.date, *, other: bool, default: bool) -> str:
    if default:
        return f"{day.year}-01-01"
    return (day + dt.timedelta(days=chance.choice((-365, 365)))).isoformat() if other else day.isoformat()


def _strangers(place: Place, chance: random.Random) -> Iterator[tuple[str, ...]]:
    """Households that are in no register, in villages of the place."""
    villages = list(
        Place.objects.filter(number__gte=place.number, upper__lte=place.upper, children=None)
        .order_by("number")
        .values_list("code", flat=True)
    )
    for number in range(lists.read("doubles")["strangers"]):
        village, surname = chance.choice(villages), names.surname(chance, place.code)
        for member in range(chance.choice((1, 2, 2, 3))):
            is_male = chance.random() < 0.5
            age = chance.randint(25, 80) if member < 2 else chance.randint(3, 20)
            born = dt.date(2020, 1, 1) - dt.timedelta(days=age * 365 + chance.randrange(365))
            name = (surname if member != 1 else names.surname(chance, place.code)) + names.given(
                chance, "male" if is_male else "female", age
            )
            paper = id_numbers.made_up(chance, born, is_male) if chance.random() < 0.8 else ""
            yield f"S{number}", name, "男" if is_male else "女", born.isoformat(), paper, village, ""


def _dirt(place: Place) -> list[tuple[str, ...]]:
    """Rows that are nobody, and a village that is not known."""
    return [
        ("", "", "男", "1970-01-01", "", place.code, ""),
        ("D1", "金不详", "女", "不详", "1.11111E+17", "某某村", ""),
        ("", "合计", "", "", "", place.code, ""),
    ]
