"""Another pack, or other numbers, tried over the data of a finished screening: who would come and who would go, and why.

The data, the day and the earlier snapshots are those of the screening; only the pack is another. What comes out lies in a
folder of its own. Nothing of the screening is touched.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb

from diguan.engine import comparing, places, sides, tried
from diguan.engine.connection import connect
from diguan.engine.folders import check_out, scratch_folder, swapped_in
from diguan.engine.intake import Checks
from diguan.engine.options import DEFAULT, Options
from diguan.engine.progress import Inner
from diguan.engine.screening import Screened, screen
from diguan.engine.sides import Side
from diguan.engine.sql import text
from diguan.engine.values import is_readable
from diguan.rulebook import rules
from diguan.rulebook.pack import Pack
from diguan.rulebook.problems import N_

MARK, TRIAL, COMPARISON = "what_if.json", "trial", "comparison"
NEAR, COUNTS, LACKING, EDGES = "near.parquet", "counts.parquet", "lacking.parquet", "edges.parquet"
STEPS = {"trying": N_("screening under the pack that is tried"), "edges": N_("looking for households near the edge"),
         "counting": N_("counting by place and group")}  # fmt: skip


@dataclass(frozen=True)
class Nudge:
    """A number of the pack that is tried, moved a little further, and the pack that has it so."""

    parameter: str
    value: str
    pack: Pack


@dataclass(frozen=True)
class Order:
    """What to try: a pack, numbers of it moved further to see who stands near the edge, and variables to group by."""

    pack: Pack
    nudges: tuple[Nudge, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """What was tried; the same stands in what_if.json. `lacking` are variables that the data do not have: unknown for everybody."""

    pack: str
    digest: str
    before: str
    before_digest: str
    as_of: str
    households: int
    persons: int
    changed: int
    refused_households: int
    lacking: list[str]
    nudges: list[tuple[str, str]]
    groups: list[str]


def try_out(before: Side, order: Order, out: Path, options: Options = DEFAULT) -> Tried:
    """Screen the data of `before` under another pack and write who would change to the folder `out`, whole or not at all.

    Rows: comparison/ as of any two screenings; counts.parquet one per place, group, subject and way that somebody goes, with
    how many there are of each group; near.parquet one per household and outcome that would be another if a number moved
    as its nudge says, edges.parquet their counts by place; lacking.parquet the money lacking to the line by place, where
    both packs name an income and a line.
    Unknown: a variable that the data lack is unknown for everybody, and named.
    Raises: PeriodNotCovered when the pack has no numbers for the day; DataRefused when data are gone.
    """
    check_out(
        before.data, out, MARK,
        N_("{folder} holds files that are no what-if; name a new folder, or one with an earlier what-if."),
    )  # fmt: skip
    the_rules = rules.at(order.pack, before.rules.as_of)
    with (
        swapped_in(out) as folder,
        scratch_folder() as scratch,
        connect(memory=options.memory, threads=options.threads, spill=scratch) as db,
    ):
        options.progress.step("trying")
        done = _screened(the_rules, before, folder / TRIAL, options)
        after = sides.side(folder / TRIAL, before.data)
        found = comparing.compare(before, after, folder / COMPARISON, options)
        bench = _Bench(db, before, after, order, scratch)
        options.progress.step("edges")
        _near(bench, options)
        options.progress.step("counting")
        _count(bench, folder)
        result = _summary(before, after, done, order, found.changed, list(_lacking(db, after, scratch)))
        (folder / MARK).write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return result


def described(out: Path) -> Tried:
    """What was tried in a folder."""
    found = json.loads((out / MARK).read_text("utf-8"))
    return Tried(**{**found, "nudges": [(str(name), str(value)) for name, value in found["nudges"]]})


def _screened(the_rules: rules.Rules, before: Side, out: Path, options: Options) -> Screened:
    """The data of a screening under other rules; what these look back at is known as far as it was kept."""
    history = {months: each for months, each in before.history.items() if months in the_rules.former}
    same_codes = before.made.trusted and _dictionary(the_rules.pack) == _dictionary(before.rules.pack)
    told = replace(
        options, place_tree=before.places, history=history, persons_too=False,
        checks=Checks(missing_as_unknown=True, trusted=same_codes),
    )  # fmt: skip
    return screen(the_rules.without_checks(), before.data, out, replace(told, progress=Inner(options.progress)))


def _dictionary(pack: Pack) -> dict[str, object]:
    """What a dictionary takes for a value, wherever its files lie."""
    return {
        name: (
            variable.entity,
            variable.type,
            frozenset(variable.codes),
            variable.min,
            variable.max,
            variable.read_from,
        )
        for name, variable in pack.variables.items()
    }


@dataclass(frozen=True)
class _Bench:
    """Where the counting is done: both sides, and what was ordered."""

    db: duckdb.DuckDBPyConnection
    before: Side
    after: Side
    order: Order
    scratch: Path

    def view(self, name: str, file: Path) -> None:
        self.db.execute(f"CREATE VIEW {name} AS FROM read_parquet({text(str(file))})")


def _near(bench: _Bench, options: Options) -> None:
    """Make `near`: a row per household, nudge and subject with another outcome than under the pack that is tried."""
    bench.view("trial", bench.after.out / "outcomes.parquet")
    found = [tried.NOBODY_NEAR]
    for number, nudge in enumerate(bench.order.nudges):
        out = bench.scratch / f"nudged-{number}"
        _screened(rules.at(nudge.pack, bench.before.rules.as_of), bench.before, out, options)
        bench.view(f"nudged_{number}", out / "outcomes.parquet")
        found.append(tried.near(bench.after.rules, f"nudged_{number}", nudge.parameter, nudge.value))
    bench.db.execute(f"CREATE TEMP TABLE near AS {' UNION ALL '.join(found)}")


def _count(bench: _Bench, folder: Path) -> None:
    db, after = bench.db, bench.after
    _everybody(bench)
    if after.places is not None:
        places.read_tree(db, after.places, bench.scratch)
    db.execute("CREATE TEMP TABLE leaves AS SELECT DISTINCT place AS leaf FROM everybody")
    places.lay(db, by_tree=after.places is not None)
    statements = {NEAR: tried.NEAR_BY_PLACE, EDGES: tried.EDGES, COUNTS: tried.counts(bench.order.groups)}
    sides_named = {"before": bench.before, "after": after}
    if all(tried.line(each.rules) for each in sides_named.values()):
        for name, each in sides_named.items():
            bench.view(f"derived_{name}", each.out / "derived.parquet")
        statements[LACKING] = tried.lacking(bench.before.rules, after.rules)
    for name, statement in statements.items():
        file = text(str(folder / name))
        db.execute(f"COPY ({statement}) TO {file} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def _everybody(bench: _Bench) -> None:
    """Make `everybody`: a row per household that was screened both times, with what was found and the groups it is in."""
    bench.view("was", bench.before.out / "outcomes.parquet")
    households = sides.table(bench.db, bench.before, "households", bench.scratch)
    assert households is not None
    groups = bench.order.groups
    kept = tuple(name for name in groups if name in households.columns)
    tried.read_groups(bench.db, households, bench.before.rules, kept)
    statement = tried.everybody(bench.before.rules, bench.after.rules, groups, kept)
    bench.db.execute(f"CREATE TEMP TABLE everybody AS {statement}")


def _lacking(db: duckdb.DuckDBPyConnection, after: Side, scratch: Path) -> Iterator[str]:
    """Variables that the rules rest on and the data do not have."""
    tables = {name: sides.table(db, after, name, scratch) for name in ("households", "persons")}
    for name in sorted(after.rules.needed):
        variable = after.rules.pack.variables[name]
        table = tables[f"{variable.entity}s"]
        if table is None or (name not in table.columns and not is_readable(variable, table)):
            yield name


def _summary(  # noqa: PLR0913 - what was tried, on what, and what came out
    before: Side, after: Side, done: Screened, order: Order, changed: int, lacking: list[str]
) -> Tried:
    return Tried(
        pack=after.rules.pack.id, digest=after.rules.pack.digest,
        before=before.rules.pack.id, before_digest=before.rules.pack.digest,
        as_of=done.as_of, households=done.households, persons=done.persons, changed=changed,
        refused_households=done.refused_households, lacking=lacking,
        nudges=[(nudge.parameter, nudge.value) for nudge in order.nudges], groups=list(order.groups),
    )  # fmt: skip
