"""A screening as one side of a comparison: its results, its data, and the rules as they were."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from diguan import rulebook
from diguan.engine import kept
from diguan.engine.files import Table, here, open_table
from diguan.engine.history import Former
from diguan.engine.problems import DataRefused
from diguan.engine.sql import quoted, text
from diguan.rulebook.problems import N_
from diguan.rulebook.reference import NONE
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.rulebook.rules import Rules

ABSENT = "absent"  # the household was not there
NOT_ASKED = "not_asked"  # the pack has no such standard


@dataclass(frozen=True)
class Side:
    """One of the two screenings, with the rules as they were: the numbers of its day, the parameters it worked out."""

    out: Path
    data: Path
    rules: Rules
    made: kept.MadeFrom
    places: Path | None
    history: dict[int, Former] = field(default_factory=dict)


def side(out: Path, data: Path | None = None, history: Path | None = None) -> Side:
    """A screening out of its folder of results; the data lie where they lay, or in `data`.

    Raises: DataRefused when there are no results, or nothing was kept with them; PackProblems.
    """
    made, done = kept.read(out), json.loads((out / "screening.json").read_text("utf-8"))
    pack = rulebook.load(out / kept.PACK / str(done["pack"]))
    worked_out = {name: Decimal(value) for name, value in done["computed"].items() if value is not None}
    rules = rulebook.at(pack, date.fromisoformat(done["as_of"]), kept.numbers(made.given) | worked_out)
    former = {int(months): kept.former(each, history) for months, each in made.history.items()}
    return Side(out, data or Path(made.data), rules, made, out / made.places if made.places else None, former)


def subjects(before: Rules, after: Rules) -> list[tuple[str, str]]:
    """(kind, name) of everything compared: the cohort of a household, and each standard that either pack has."""
    return [(COHORT, COHORT), *((STANDARD, name) for name in {**before.pack.standards, **after.pack.standards})]


def columns(rules: Rules, wanted: list[tuple[str, str]]) -> list[str]:
    """SQL of what a screening found of each subject, as text."""
    found = []
    for kind, name in wanted:
        if kind == COHORT:
            found.append("CAST(cohort AS VARCHAR)" if rules.pack.cohorts else text(NONE))
        else:
            found.append(f"CAST({quoted(name)} AS VARCHAR)" if name in rules.pack.standards else text(NOT_ASKED))
    return found


def table(db: duckdb.DuckDBPyConnection, each: Side, name: str, scratch: Path) -> Table | None:
    """The file of households or persons that a screening was made from; None where it had no persons.

    Raises: DataRefused when the data are gone.
    """
    path = here(each.data, name) if each.data.is_dir() else None
    if path is None and name == "households":
        words = N_("The data of the screening of {date} are not in {folder} any more.")
        raise DataRefused(words, date=each.rules.as_of, folder=each.data)
    return None if path is None else open_table(db, path, scratch)
