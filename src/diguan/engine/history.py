"""What was known of households and persons earlier, for rules that look back: out of the snapshots of those days."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

from diguan.engine import plan
from diguan.engine.connection import TYPES
from diguan.engine.intake import Checks, Intake, settle, take_in
from diguan.engine.problems import DataRefused
from diguan.engine.session import Session
from diguan.engine.sql import NUMBER, former, quoted
from diguan.rulebook import numbers
from diguan.rulebook.problems import N_
from diguan.rulebook.rules import Rules


@dataclass(frozen=True)
class Former:
    """The folder of households and persons as they stood on a day."""

    folder: Path
    on: date


History = Mapping[int, Former]


class Brought(TypedDict):
    """What was read of an earlier day; the same stands in screening.json."""

    as_of: str
    households: int
    persons: int
    refused_households: int


def find(folder: Path, rules: Rules, missing_as_unknown: bool = False) -> dict[int, Former]:
    """The snapshots in `folder` that the rules look back at, by months.

    A snapshot is a folder named by its date, or one whose snapshot.json says it. Taken is the latest from which there
    are just as many full months to the screening's date as a rule names; an older one is never taken in its place.
    Raises: DataRefused where there is none for what outcomes rest on, unless that is to be unknown; or two of one day.
    """
    if not folder.is_dir():
        raise DataRefused(N_("There is no folder {folder}."), folder=folder)
    dated = sorted(_dated(folder), key=lambda each: each.on)
    found: dict[int, Former] = {}
    for months in rules.former:
        fitting = [each for each in dated if numbers.months_between(each.on, rules.as_of) == months]
        if len(fitting) > 1 and fitting[-2].on == fitting[-1].on:
            raise DataRefused(N_("{folder} has two snapshots of {date}."), folder=folder, date=fitting[-1].on)
        if fitting:
            found[months] = fitting[-1]
        elif months in rules.former_needed and not missing_as_unknown:
            raise DataRefused(
                N_("The rules look back {months} months before {date}, and {folder} has no snapshot of {last} or the month before. Its snapshots: {days}."),
                months=months, date=rules.as_of, folder=folder, last=numbers.months_before(rules.as_of, months),
                days=", ".join(str(each.on) for each in dated) or "–",
            )  # fmt: skip
    return found


def _dated(folder: Path) -> Iterator[Former]:
    for inner in folder.iterdir():
        description = inner / "snapshot.json"
        try:
            day = json.loads(description.read_text("utf-8"))["as_of"] if description.is_file() else inner.name
            yield Former(inner, date.fromisoformat(day))
        except (ValueError, KeyError, TypeError):
            continue  # something else that lies there


def bring(session: Session, rules: Rules, history: History, scratch: Path, checks: Checks) -> dict[str, Brought]:
    """Make the tables of former values that the plan joins: a row per household or person who was there.

    Unknown: whoever is not in them, and everybody where only checks of the data look back and there is no snapshot.
    Raises: DataRefused when a snapshot is missing that outcomes rest on, or cannot be read.
    """
    found: dict[str, Brought] = {}
    for months in rules.former:
        given = history.get(months)
        if given is None:
            if months in rules.former_needed and not checks.missing_as_unknown:
                template = N_("The rules look back {months} months: name the folder of earlier snapshots with --history, or say --missing-as-unknown.")  # fmt: skip
                raise DataRefused(template, months=months)
            _nothing(session, rules, months)
            continue
        earlier = rules.before(months, given.on)
        intake = taken_in(session, earlier, given, scratch, checks)
        _former_values(session, rules, earlier, months, intake)
        found[str(months)] = Brought(
            as_of=given.on.isoformat(), households=intake.households, persons=intake.persons,
            refused_households=intake.refused_households,
        )  # fmt: skip
    return found


def lacking(rules: Rules, history: History) -> list[str]:
    """The former values that only checks of the data ask for, and no snapshot has."""
    without = [months for months in rules.former if months not in history and months not in rules.former_needed]
    return [former(name, months) for months in without for name in sorted(rules.former[months])]


def taken_in(session: Session, earlier: Rules, given: Former, scratch: Path, checks: Checks) -> Intake:
    """The views `households` and `persons` of an earlier day, nothing left open."""
    try:
        intake = take_in(session, earlier, given.folder, scratch, checks)
        return settle(session, earlier, intake) if intake.hopeful else intake
    except DataRefused as refused:
        if "file" not in refused.values:
            raise
        named = {**refused.values, "file": f"{given.folder.name}/{refused.values['file']}"}
        raise DataRefused(refused.template, **named) from refused


def _former_values(session: Session, rules: Rules, earlier: Rules, months: int, intake: Intake) -> None:
    the_plan = plan.make(earlier)
    sources = {
        "households": plan.statement(the_plan, intake.has_persons),
        "persons": plan.persons_statement(the_plan) if intake.has_persons else "",
    }
    for name, statement in sources.items():
        asked = plan.asked_of(name, rules, months)
        key = "household_id" if name == "households" else "person_id"
        if asked:
            made = ", ".join([key, *(f"{quoted(each)} AS {quoted(former(each, months))}" for each in asked)])
            session.table(plan.past_table(name, months), f"SELECT {made} FROM ({statement})")


def _nothing(session: Session, rules: Rules, months: int) -> None:
    """Tables without a row."""
    for name in ("households", "persons"):
        asked = plan.asked_of(name, rules, months)
        columns = [f"CAST(NULL AS {_type(each, rules)}) AS {quoted(former(each, months))}" for each in asked]
        key = "household_id" if name == "households" else "person_id"
        if asked:
            nobody = f"SELECT CAST(NULL AS VARCHAR) AS {key}, {', '.join(columns)} WHERE FALSE"
            session.table(plan.past_table(name, months), nobody)


def _type(name: str, rules: Rules) -> str:
    item = rules.pack.variables.get(name) or rules.pack.derived[name]
    return NUMBER if item.type in ("integer", "decimal", "money") else TYPES[item.type]
