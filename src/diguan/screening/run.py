"""The way to the engine and back: the place tree out, its results in, as sets."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from diguan import engine, rulebook
from diguan.engine.progress import SILENT, insist, watched
from diguan.places.models import Place
from diguan.registry import carrying, relations, snapshots
from diguan.registry.models import Household
from diguan.rulebook.problems import N_
from diguan.screening import queries
from diguan.screening.models import LETTERS, MET, NOT_MET, Fault, Result, Screening, Shortfall, Total

STEPS = {"snapshot": N_("writing the snapshot"), **engine.STEPS, "loading": N_("loading the results")}
# How long each step takes beside the others, until a screening of this registry has told.
WEIGHTS = {"snapshot": 18.0, "reading": 0.5, "screening": 2.0, "writing": 1.0, "loading": 5.0}


def weights() -> Mapping[str, float]:
    """How long each step takes beside the others, as the last screening of this registry told."""
    return {**WEIGHTS, **queries.last_seconds()}


def results(
    rules: rulebook.Rules,
    snapshot: snapshots.Snapshot,
    former: Mapping[int, snapshots.Snapshot],
    out: Path,
    options: engine.Options,
) -> engine.Screened:
    """What the rules find in a snapshot and the earlier ones they look back at, as files in the folder `out`.

    Results that stand there already, and are just what was written, are taken as they are.
    Raises: engine.DataRefused if the snapshot lacks what the rules read; engine.Stopped; engine.Exhausted.
    """
    found = engine.results_in(out, snapshot.folder)
    if found is not None:
        return found
    history = {months: engine.Former(each.folder, each.as_of) for months, each in former.items()}
    return screen(rules=rules, snapshot=snapshot.folder, history=history, out=out, options=options)


def screen(
    *,
    rules: rulebook.Rules,
    snapshot: Path,
    history: Mapping[int, engine.Former],
    out: Path,
    options: engine.Options,
) -> engine.Screened:
    """Run the rules over a snapshot; the results stand in the folder `out`, with the place tree they were summed by."""
    tree = out.with_name(f"{out.name}.places.csv")
    try:
        _write_tree(tree)
        told = replace(options, place_tree=tree, history=history, checks=engine.Checks(trusted=True))
        return engine.screen(rules, snapshot, out, told)
    finally:
        tree.unlink(missing_ok=True)


def _write_tree(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("code", "name", "parent_code", "number"))
        writer.writerows(Place.objects.values_list("code", "name", "parent__code", "number").iterator())


@dataclass(frozen=True)
class Loaded:
    """How many rows came in; `results` must be the households that were screened."""

    results: int
    shortfalls: int
    totals: int


class Loading:
    """How far the loading of results is, by their rows; it can be interrupted at any of its statements."""

    def __init__(self) -> None:
        self._work = carrying.Interruptible()
        self._progress: engine.Progress = SILENT
        self._rows, self._of = 0, 1

    def watched(self, progress: engine.Progress) -> AbstractContextManager[None]:
        self._progress = progress
        return watched(self._work, progress)

    def expect(self, bench: relations.Bench, rows: int) -> None:
        """So many rows are to come, from this bench."""
        self._work.others.append(partial(relations.interrupt, bench))
        self._of = max(rows, 1)

    def counted(self, rows: int) -> None:
        """So many have come in. Raises: engine.Stopped."""
        insist(self._progress)
        self._rows += rows
        self._work.done = self._rows / self._of


def load(screening: Screening, out: Path, households: QuerySet[Household], loading: Loading) -> Loaded:
    """Bring the results of one screening into its tables.

    Rows: a result per household, a shortfall per household and standard that is not met or unknown, a fault per
    household and check raised, a total per place, subject and outcome.
    """
    with relations.workbench() as bench:
        # as text: half a million UUID objects would take longer than all the rest
        keys = households.order_by().annotate(text=Cast("key", TextField())).values_list("id", "text", "place_number")
        columns = {"id": "BIGINT", "household_id": "UUID", "place_number": "BIGINT"}
        relations.fill(bench, "keys", columns, keys.iterator(chunk_size=relations.CHUNK))
        bench.execute(_found(out, screening.standards, bool(screening.cohorts)))
        bench.execute(_raised(out, bool(screening.checks)))
        short = _shortfalls(screening.standards)
        loading.expect(bench, sum(_count(bench, sql) for sql in ("FROM found", short, "FROM raised")))
        own = (screening.pk, "screening")
        results = insert(bench, Result, *own, _RESULTS, _RESULT_FIELDS, loading.counted)
        shortfalls = insert(bench, Shortfall, *own, short, _SHORTFALL_FIELDS, loading.counted)
        insert(bench, Fault, *own, _FAULTS, _FAULT_FIELDS, loading.counted)
        totals = _load_totals(bench, screening, out, Place.objects.all())
    return Loaded(results, shortfalls, totals)


def load_totals(screening: Screening, out: Path, depth: int) -> None:
    """Of a screening that is not the current one: what it summed up to, down to a depth of the tree."""
    with relations.workbench() as bench:
        _load_totals(bench, screening, out, Place.objects.filter(depth__lte=depth))


def _load_totals(bench: relations.Bench, screening: Screening, out: Path, places: QuerySet[Place]) -> int:
    codes = places.order_by().values_list("code", "id")
    relations.fill(bench, "places", {"code": "VARCHAR", "id": "BIGINT"}, codes.iterator())
    return insert(bench, Total, screening.pk, "screening", _totals(out), _TOTAL_FIELDS)


def insert(  # noqa: PLR0913 - what, whose, and from where
    bench: relations.Bench,
    model: Any,
    owner: int,
    owned_by: str,
    sql: str,
    fields: Sequence[str],
    counted: Callable[[int], None] = lambda rows: None,
) -> int:
    """Put the rows of a statement into a table, each owned by one screening or comparison; return how many."""
    count = 0

    def batches() -> Iterator[list[relations.Row]]:
        nonlocal count
        for chunk in relations.fetched(bench, sql):
            count += len(chunk)
            counted(len(chunk))
            yield [(owner, *row) for row in chunk]

    relations.insert_rows(model, (owned_by, *fields), batches())
    return count


def _count(bench: relations.Bench, sql: str) -> int:
    return int(bench.execute(f"SELECT count(*) FROM ({sql})").fetchall()[0][0])


def _found(out: Path, standards: Sequence[str], has_cohorts: bool) -> str:
    """The outcomes joined to the households on file; `outcomes` as Result keeps them."""
    letters = [
        f"""CASE WHEN "{name}__applies" IS FALSE THEN 'm' WHEN "{name}" = '{MET}' THEN '{LETTERS[MET].upper()}'
                 WHEN "{name}" = '{NOT_MET}' THEN '{LETTERS[NOT_MET].upper()}' ELSE 'U' END"""
        for name in standards
    ]
    named = "".join(f', "{name}" AS "standard {name}"' for name in standards)
    return f"""
        CREATE OR REPLACE TEMP TABLE found AS
        SELECT id, household_id, keys.place_number, persons, {"cohort" if has_cohorts else "'none'"} AS cohort,
               {" || ".join(letters) or "''"} AS outcomes{named}
        FROM (SELECT * REPLACE (household_id::UUID AS household_id) FROM {file_of(out / "outcomes.parquet")})
        JOIN keys USING (household_id)"""


def _raised(out: Path, has_checks: bool) -> str:
    """One row per household and check: the members in whom it found a fault, none where it is about the household."""
    nothing = "(SELECT '' AS household_id, '' AS person_id, '' AS \"check\" WHERE FALSE)"
    return f"""
        CREATE OR REPLACE TEMP TABLE raised AS
        SELECT household_id::UUID AS household_id, "check" AS rule,
               coalesce(list(person_id ORDER BY person_id) FILTER (person_id IS NOT NULL), []) AS people
        FROM {file_of(out / "checks.parquet") if has_checks else nothing} GROUP BY ALL"""


_RESULT_FIELDS = ("household", "place_number", "persons", "cohort", "outcomes", "faults")
_FAULT_FIELDS = ("household", "place_number", "rule", "persons", "cohort")
_SHORTFALL_FIELDS = ("household", "place_number", "standard", "outcome", "persons", "cohort")
_TOTAL_FIELDS = ("place", "kind", "subject", "outcome", "households", "persons", "weighted_persons")

_RESULTS = """
    SELECT id, place_number, persons, cohort, outcomes, coalesce(faults, 0)
    FROM found LEFT JOIN (SELECT household_id, count(*) AS faults FROM raised GROUP BY 1) USING (household_id)
    ORDER BY place_number, id"""
_FAULTS = """
    SELECT id, place_number, rule, to_json(people)::VARCHAR, cohort FROM raised JOIN found USING (household_id)
    ORDER BY rule, place_number, id"""


def _shortfalls(standards: Sequence[str]) -> str:
    """In the order of the table's index, so that it grows at its end."""
    each = [
        f"""SELECT id, place_number, '{name}' AS standard, "standard {name}" AS outcome, persons, cohort
            FROM found WHERE "standard {name}" <> '{MET}'"""
        for name in standards
    ]
    nothing = "SELECT id, place_number, '' AS standard, '' AS outcome, persons, cohort FROM found WHERE FALSE"
    return f"{' UNION ALL '.join([*each, nothing])} ORDER BY standard, outcome, place_number, id"


def _totals(out: Path) -> str:
    return f"""
        SELECT places.id, kind, t.id, outcome, households, persons, weighted_persons::VARCHAR
        FROM {file_of(out / "totals.parquet")} t LEFT JOIN places ON places.code = t.place
        WHERE t.level = 0 OR places.id IS NOT NULL ORDER BY t.level, places.id, kind, t.id, outcome"""


def file_of(path: Path) -> str:
    quoted = str(path).replace("'", "''")
    return f"read_parquet('{quoted}')"
