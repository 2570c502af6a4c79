"""A past screening carried out again from what it was made from, and what is then otherwise."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb

from diguan import rulebook
from diguan.engine import kept
from diguan.engine.connection import connect, rows
from diguan.engine.files import Location, location
from diguan.engine.folders import digest, is_just, scratch_folder
from diguan.engine.intake import Checks
from diguan.engine.options import Options
from diguan.engine.screening import screen
from diguan.engine.sql import quoted
from diguan.rulebook.problems import N_

# The tables of a screening and what tells their rows apart.
KEYS = {
    "outcomes.parquet": ("household_id",),
    "derived.parquet": ("household_id",),
    "derived_persons.parquet": ("person_id",),
    "checks.parquet": ("household_id", "person_id", "check"),
    "totals.parquet": ("level", "place", "kind", "id", "outcome"),
}
MOST_NAMED = 5


@dataclass(frozen=True)
class Same:
    """A table that came out again to the last value, with the digest of its rows in whatever order."""

    table: str
    rows: int
    digest: str


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was; a template with its values, to be said in the reader's language."""

    template: str
    values: dict[str, object]


@dataclass(frozen=True)
class Replayed:
    program: str  # that made the screening; empty when it is this one
    same: list[Same]
    differences: list[Difference]

    @property
    def is_equal(self) -> bool:
        return not self.differences


def replay(
    out: Path, data: Path | None = None, history: Path | None = None, options: Options | None = None
) -> Replayed:
    """Carry out the screening in `out` again and compare, row by row.

    The pack is the one kept with the results. The data lie where they lay, or in `data`; earlier snapshots likewise, or in
    folders of the same names within `history`.
    Raises: DataRefused when nothing was kept, or the data cannot be screened any more; PackProblems when the kept pack is
    no pack any more.
    """
    made, done = kept.read(out), json.loads((out / "screening.json").read_text("utf-8"))
    pack = rulebook.load(out / kept.PACK / str(done["pack"]))
    found = [*_of_pack(pack.digest, done), *_of_files(made, out, "results", made.results)]
    where = data or location(made.data)
    found += _of_files(made, where, "data", made.inputs)
    former = {int(months): kept.former(each, history) for months, each in made.history.items()}
    for months, each in former.items():
        expected = made.history[str(months)]["inputs"]
        assert isinstance(expected, dict)
        found += _of_files(made, each.folder, each.folder.name, expected)
    rules = rulebook.at(pack, date.fromisoformat(done["as_of"]), kept.numbers(made.given))
    told = replace(
        options or Options(),
        place_tree=out / made.places if made.places else None, history=former,
        checks=Checks(made.missing_as_unknown, made.trusted), persons_too=made.persons_too,
    )  # fmt: skip
    same: list[Same] = []
    with scratch_folder() as scratch:
        screen(rules if made.with_checks else rules.without_checks(), where, scratch / "again", told)
        with connect(memory=told.memory, threads=told.threads, spill=scratch) as db:
            for table in [name for name in KEYS if name in made.results]:
                db.read_parquet(str(out / table)).create_view("kept", replace=True)
                db.read_parquet(str(scratch / "again" / table)).create_view("again", replace=True)
                first, second = _content(db, "kept", table), _content(db, "again", table)
                same += [second] if first == second else []
                found += [] if first == second else _unlike(db, table)
    return Replayed("" if made.program == kept.PROGRAM else made.program, same, found)


def _of_pack(digest: str, done: dict[str, object]) -> Iterator[Difference]:
    if digest != done["digest"]:
        template = N_(
            "The pack kept with the results is not the one they were made under: its digest is {now}, and was {then}."
        )
        yield Difference(template, {"now": digest, "then": done["digest"]})


def _of_files(made: kept.MadeFrom, folder: Location, where: str, expected: dict[str, str]) -> Iterator[Difference]:
    """Files that are no longer what they were; of data at an address nothing is told."""
    if isinstance(folder, str):
        return
    for name, then in expected.items():
        file = folder / name
        if not file.is_file():
            yield Difference(N_("{where}: the file {file} is not there any more."), {"where": where, "file": file})
        elif not is_just(file, then):
            template = N_("{where}: the file {file} is not what it was: its digest is {now}, and was {then}.")
            values = {"where": where, "file": file, "now": digest(file)[:16], "then": then[:16]}
            yield Difference(template, values)
    if where != "results":
        for name in kept.inputs(folder).keys() - expected.keys():
            yield Difference(N_("{where}: the file {file} was not there."), {"where": where, "file": folder / name})


def _content(db: duckdb.DuckDBPyConnection, view: str, table: str) -> Same:
    """The digest of a table's rows in whatever order; names and types of its columns take part."""
    described = db.execute(f"DESCRIBE {view}").fetchall()
    # A sign that no value has stands between values, another one for what is unknown.
    cells = ", ".join(f"coalesce(CAST({quoted(str(row[0]))} AS VARCHAR), chr(30))" for row in described)
    each = f"SELECT concat_ws(chr(31), {cells}) AS row FROM {view}"
    sums = rows(db, f"SELECT count(*), sum(md5_number_lower(row)), sum(md5_number_upper(row)) FROM ({each})")[0]
    told = repr([[str(part) for part in row[:2]] for row in described]) + repr([str(number) for number in sums])
    return Same(table, int(str(sums[0])), sha256(told.encode()).hexdigest()[:16])


def _unlike(db: duckdb.DuckDBPyConnection, table: str) -> Iterator[Difference]:
    """Rows that came or went, and columns with other values, each with the first keys."""
    key = [name for name in KEYS[table] if name in db.view("kept").columns]
    on = " AND ".join(f"k.{quoted(name)} IS NOT DISTINCT FROM a.{quoted(name)}" for name in key)
    named = f"concat_ws(' ', {', '.join(f'CAST(coalesce(k.{quoted(n)}, a.{quoted(n)}) AS VARCHAR)' for n in key)})"
    both = f"(SELECT *, TRUE AS there FROM kept) AS k FULL JOIN (SELECT *, TRUE AS there FROM again) AS a ON {on}"
    kinds = {str(row[0]): str(row[1]) for row in db.execute("DESCRIBE kept").fetchall()}
    now = {str(row[0]): str(row[1]) for row in db.execute("DESCRIBE again").fetchall()}
    for name in [name for name in {**kinds, **now} if kinds.get(name) != now.get(name)]:
        template = N_("{table}: the column {column} was {then}, and is {now}.")
        yield Difference(
            template, {"table": table, "column": name, "then": kinds.get(name, "–"), "now": now.get(name, "–")}
        )
    tests = {N_("{table}: {count} rows are not there any more, such as {keys}."): "a.there IS NULL"}
    tests[N_("{table}: {count} rows are new, such as {keys}.")] = "k.there IS NULL"
    columns = [name for name in kinds if name in now and name not in key]
    for template, condition in tests.items():
        yield from _counted(db, template, {"table": table}, f"SELECT {named} AS key FROM {both} WHERE {condition}")
    template = N_("{table}, {column}: {count} rows have another value, such as {keys}.")
    for name in columns:
        unlike = f"k.there AND a.there AND k.{quoted(name)} IS DISTINCT FROM a.{quoted(name)}"
        values = {"table": table, "column": name}
        yield from _counted(db, template, values, f"SELECT {named} AS key FROM {both} WHERE {unlike}")


def _counted(
    db: duckdb.DuckDBPyConnection, template: str, values: Mapping[str, object], statement: str
) -> Iterator[Difference]:
    first = f"SELECT string_agg(key, ', ') FROM (SELECT key FROM found ORDER BY key LIMIT {MOST_NAMED})"
    count, keys = rows(db, f"WITH found AS ({statement}) SELECT (SELECT count(*) FROM found), ({first})")[0]
    if count:
        yield Difference(template, {**values, "count": f"{count:,}", "keys": keys})
