"""Two screenings held against each other: who entered and left each cohort and standard, why, and how many at each place."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from diguan.engine import attributing, flows, places
from diguan.engine.connection import connect, rows
from diguan.engine.folders import check_out, scratch_folder, swapped_in
from diguan.engine.options import DEFAULT, Options
from diguan.engine.progress import begin, watched
from diguan.engine.session import OnDuckDB
from diguan.engine.sides import ABSENT, Side, columns, subjects
from diguan.engine.sql import quoted, text
from diguan.rulebook.problems import N_
from diguan.rulebook.reference import MET
from diguan.rulebook.resting import COHORT, STANDARD
from diguan.rulebook.rules import Rules

MARK = "comparison.json"


@dataclass(frozen=True)
class Compared:
    """What was compared; the same stands in comparison.json."""

    before: dict[str, str]  # pack, version, digest, as_of
    after: dict[str, str]
    households_before: int
    households_after: int
    registered: int  # there now and not before
    left: int
    changed: int  # households, there both times, with another cohort or outcome


def compare(before: Side, after: Side, out: Path, options: Options = DEFAULT) -> Compared:
    """Compare two screenings and write what changed to the folder `out`, whole or not at all.

    Rows: changes.parquet one per household and cohort or standard that is not what it was, with the reason; flows.parquet
    one per place, cohort or standard, outcome before and after, and reason, those who stayed included.
    Raises: DataRefused when data of either screening are gone, or `out` holds something else; Stopped.
    """
    check_out(
        after.data, out, MARK,
        N_("{folder} holds files that are no comparison; name a new folder, or one with an earlier comparison."),
    )  # fmt: skip
    with (
        swapped_in(out) as folder,
        scratch_folder() as scratch,
        connect(memory=options.memory, threads=options.threads, spill=scratch) as db,
        watched(OnDuckDB(db), options.progress),
    ):
        begin(options.progress, "comparing")
        _pair(db, before, after)
        _list_changes(db, before.rules, after.rules)
        begin(options.progress, "reasons")
        attributing.attribute(db, before, after, scratch, options)
        begin(options.progress, "writing")
        if after.places is not None:
            places.read_tree(db, after.places, scratch)
        db.execute(
            "CREATE TEMP TABLE leaves AS SELECT DISTINCT unnest([place_before, place_after]) AS leaf FROM paired"
        )
        places.lay(db, by_tree=after.places is not None)
        _write(db, f"{flows.CHANGES} ORDER BY place, household_id, kind, name", folder / "changes.parquet")
        _write(db, flows.statement(subjects(before.rules, after.rules)), folder / "flows.parquet")
        result = _summary(db, before, after)
        (folder / MARK).write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return result


def _pair(db: duckdb.DuckDBPyConnection, before: Side, after: Side) -> None:
    """Make `paired`: a row per household of either screening, with what was found before and after of each subject."""
    wanted = subjects(before.rules, after.rules)
    for name, each in (("before", before), ("after", after)):
        made = [
            f"{sql} AS {quoted(f'{subject} {name}')}"
            for (_, subject), sql in zip(wanted, columns(each.rules, wanted), strict=True)
        ]
        db.execute(
            f"CREATE VIEW found_{name} AS SELECT household_id, place AS place_{name}, persons AS persons_{name}, "
            f"TRUE AS there_{name}, {', '.join(made)} FROM read_parquet({text(str(each.out / 'outcomes.parquet'))})"
        )
    there = ", ".join(
        f"coalesce({quoted(f'{subject} {name}')}, {text(ABSENT)}) AS {quoted(f'{subject} {name}')}"
        for _, subject in wanted
        for name in ("before", "after")
    )
    db.execute(
        "CREATE TEMP TABLE paired AS SELECT household_id, place_before, place_after, persons_before, persons_after, "
        f"there_before IS NOT NULL AS there_before, there_after IS NOT NULL AS there_after, {there} "
        "FROM found_before FULL JOIN found_after USING (household_id)"
    )


def _list_changes(db: duckdb.DuckDBPyConnection, before: Rules, after: Rules) -> None:
    """Make `changed`: a row per household and subject that is not what it was, and a cohort's for who moved elsewhere.

    Of a household that came or left, its cohort and the standards that it did not simply meet.
    """
    pairs = ", ".join(
        f"{{'kind': {text(kind)}, 'name': {text(name)}, 'before': {quoted(f'{name} before')}, 'after': {quoted(f'{name} after')}}}"
        for kind, name in subjects(before, after)
    )
    came_or_left = f"(pair.before = {text(ABSENT)} OR pair.after = {text(ABSENT)})"
    simply = f"pair.kind = {text(STANDARD)} AND {text(MET)} IN (pair.before, pair.after)"
    moved = f"pair.kind = {text(COHORT)} AND there_before AND there_after AND place_before IS DISTINCT FROM place_after"
    db.execute(
        "CREATE TEMP TABLE changed AS SELECT household_id, there_before AND there_after AS stayed, unnest(pair) FROM "
        f"(SELECT household_id, place_before, place_after, there_before, there_after, unnest([{pairs}]) AS pair FROM paired) "
        f"WHERE (pair.before <> pair.after AND NOT ({came_or_left} AND {simply})) OR {moved}"
    )


def _write(db: duckdb.DuckDBPyConnection, statement: str, file: Path) -> None:
    db.execute(f"COPY ({statement}) TO {text(str(file))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def _summary(db: duckdb.DuckDBPyConnection, before: Side, after: Side) -> Compared:
    counted = (
        "SELECT count_if(there_before), count_if(there_after), count_if(NOT there_before), count_if(NOT there_after), "
        "(SELECT count(DISTINCT household_id) FROM changed WHERE stayed AND before <> after) FROM paired"
    )
    return Compared(_named(before), _named(after), *(int(str(number)) for number in rows(db, counted)[0]))


def _named(each: Side) -> dict[str, str]:
    pack = each.rules.pack
    return {"pack": pack.id, "version": pack.version, "digest": pack.digest, "as_of": each.rules.as_of.isoformat()}
