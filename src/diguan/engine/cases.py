"""The worked cases of a pack, answered by DuckDB."""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import duckdb

from diguan.engine.history import Former
from diguan.engine.options import Options
from diguan.engine.screening import screen
from diguan.rulebook import identifiers, numbers
from diguan.rulebook.cases import Answers, Case, Miss, misses
from diguan.rulebook.pack import Pack, Variable
from diguan.rulebook.reference import NOT_RAISED, Value
from diguan.rulebook.rules import Rules, at


def by_engine(pack: Pack, cases: Sequence[Case]) -> Iterator[Miss]:
    """What the engine answers otherwise than the cases promise; cases of one date and one set of given values run together."""

    def together(case: Case) -> tuple[str, str]:
        return case.as_of.isoformat(), repr(sorted(case.computed.items()))

    for _, group in groupby(sorted(cases, key=together), key=together):
        yield from _run(pack, list(group))


def _run(pack: Pack, cases: list[Case]) -> Iterator[Miss]:
    rules = at(pack, cases[0].as_of, cases[0].computed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_data(pack, folder, [(case.facts, case.members) for case in cases])
        screen(rules, folder, folder / "out", Options(threads=1, history=_history(rules, folder, cases)))
        outcomes = _rows(folder / "out/outcomes.parquet")
        derived = _rows(folder / "out/derived.parquet")
        checked = _checked(folder / "out/totals.parquet")
    for index, case in enumerate(cases):
        key = f"{index:06}"
        if key not in outcomes:
            yield Miss(case, "household", "accepted", "refused")
            continue
        found = outcomes[key]
        standards = {name: str(found[name]) for name in pack.standards}
        yield from misses(
            case,
            Answers(
                standards,
                str(found.get("cohort", "")),
                derived[key],
                dict.fromkeys(pack.checks, NOT_RAISED) | checked.get(key, {}),
            ),
        )


_Home = tuple[Mapping[str, Value], Sequence[Mapping[str, Value]]]


def _history(rules: Rules, folder: Path, cases: list[Case]) -> dict[int, Former]:
    """What the cases say of earlier days; one that says nothing of a day has nobody there."""
    found = {}
    for months in rules.former:
        earlier = [case.before.get(months) for case in cases]
        found[months] = Former(folder / str(months), numbers.months_before(rules.as_of, months))
        _write_data(
            rules.pack, found[months].folder, [None if each is None else (each.facts, each.members) for each in earlier]
        )
    return found


def _write_data(pack: Pack, folder: Path, homes: Sequence[_Home | None]) -> None:
    """households.csv and persons.csv: each home in a place of its own, by its number; None is not there."""
    folder.mkdir(exist_ok=True)
    kinds = ("household", "person")
    known = {entity: [v for v in pack.variables.values() if v.entity == entity] for entity in kinds}
    there = [(f"{i:06}", home) for i, home in enumerate(homes) if home is not None]
    _write(
        folder / "households.csv",
        ["household_id", "place", *(v.name for v in known["household"])],
        ([key, key, *_cells(facts, known["household"])] for key, (facts, _) in there),
    )
    _write(
        folder / "persons.csv",
        ["person_id", "household_id", *(v.name for v in known["person"])],
        ([f"{key}.{j}", key, *_cells(m, known["person"])] for key, (_, people) in there for j, m in enumerate(people)),
    )


def _cells(facts: Mapping[str, Value], variables: list[Variable]) -> list[object]:
    return ["" if (value := facts.get(v.name)) is None else _written(v, value) for v in variables]


def _written(variable: Variable, value: Value) -> object:
    """A case says what state an identifier is in; a file has numbers."""
    if variable.type != "identifier":
        return value
    return identifiers.SCHEMES[variable.scheme].examples.get(str(value), "")


def _write(file: Path, heading: list[str], rows: Iterator[list[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(heading)
        writer.writerows(rows)


def _checked(file: Path) -> dict[str, dict[str, str]]:
    """By household what its checks say, from the totals: every case lives in a place of its own."""
    found: dict[str, dict[str, str]] = {}
    relation = (
        duckdb.read_parquet(str(file))
        .filter("kind = 'check' AND id <> 'all' AND level = 1")
        .select("place, id, outcome")
    )
    for place, name, outcome in relation.fetchall():
        found.setdefault(place, {})[name] = outcome
    return found


def _rows(file: Path) -> dict[str, dict[str, Value]]:
    relation = duckdb.read_parquet(str(file))
    return {row[0]: dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()}
