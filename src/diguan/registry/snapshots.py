"""The registry as of a date as Parquet: what screenings read, without names or ID numbers, never changed.

A snapshot is a folder named by the digest of its content: households.parquet and persons.parquet, typed as the
dictionary says (unknown = NULL), and snapshot.json. It is written beside its place and renamed whole.

One file each, sorted by place, in row groups of about 20,000 rows, rather than a folder per county: with 300,000
households on 2 cores the whole was read in 72 ms from one file and in 127 ms from 63 folders; one county in 16 ms and
11 ms, because the place ranges of the row groups prune nearly as well as folders do. Keys are found by Bloom filters.
"""

import datetime as dt
import hashlib
import itertools
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from diguan.access.scope import Scope
from diguan.engine.files import KEYED
from diguan.engine.folders import held, synced
from diguan.engine.progress import SILENT, Progress, insist, watched
from diguan.registry import carrying, merging, relations, staging, stays
from diguan.registry.as_of import Moment
from diguan.registry.models import FormerStay, Household, Identifier, Observation, Person

ROW_GROUP = 20_480
_WORKPLACE = ".snapshot-"
_TYPES = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18, 6)",
    "money": "DECIMAL(18, 6)",
    "date": "DATE",
    "code": "VARCHAR",
    "text": "VARCHAR",
    "identifier": "VARCHAR",
}


@dataclass(frozen=True)
class Snapshot:
    """A snapshot on disk. `unreadable` counts values by variable that this dictionary can't read; they are NULL."""

    id: str
    folder: Path
    as_of: dt.date
    households: int
    persons: int
    unreadable: Mapping[str, int]


def write(  # noqa: PLR0913 - what is written, as of when, for whom, and where to
    *,
    pack: staging.Dictionary,
    as_of: dt.date,
    folder: Path,
    scope: Scope,
    known_on: dt.date | None = None,
    progress: Progress = SILENT,
) -> Snapshot:
    """Write what is known of the scope's households from observations up to `as_of`, to a new folder inside `folder`.

    With `known_on`, as it was known on that day: what was recorded later does not count.
    Rows: every household and person that was there on the date, also those of whom nothing was known by then.
    Unknown: NULL. Written twice from the same content, it is the same snapshot.
    Raises: Stopped; the folder is then as it was.
    """
    moment = Moment(as_of, known_on)
    with _workplace(folder) as building:
        reading = _Reading(progress, scope)
        with relations.workbench() as bench, carrying.standing_still(), reading.watched(bench):
            _recall(bench, pack, moment, scope)
            stays.bring(bench, scope, moment.on, moment.known_until)
            _bring_identifiers(bench, scope)
            unreadable = _bring(bench, pack, _HOUSEHOLDS, reading.counted(stays.households(scope)), moment)
            unreadable |= _bring(bench, pack, _PERSONS, reading.counted(stays.persons(scope)), moment)
            counts = {f"{part.entity}s": _write_file(bench, part, building) for part in (_HOUSEHOLDS, _PERSONS)}
        content = {"as_of": as_of.isoformat(), **counts, "unreadable": dict(sorted(unreadable.items()))}
        content["files"] = {name: _digest(building / f"{name}.parquet") for name in counts}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
        (building / "snapshot.json").write_text(json.dumps({"id": digest, **content}, indent=1) + "\n", "utf-8")
        building.chmod(0o755)
        if not (folder / digest).exists():
            for path in (*building.iterdir(), building):
                synced(path)
            building.rename(folder / digest)
    return read(folder / digest)


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A new folder to write a snapshot in, beside the others; it goes when it is left, whatever happened."""
    while True:
        around = folder / f"{_WORKPLACE}{uuid4().hex}"
        with held(around) as is_mine:
            if is_mine:  # else somebody who sweeps up was quicker
                try:
                    (around / "files").mkdir()
                    yield around / "files"
                    return
                finally:
                    shutil.rmtree(around, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what was left of snapshots whose writing was cut off; those that are being written are left alone."""
    for left in folder.glob(f"{_WORKPLACE}*"):
        with held(left) as is_mine:
            if is_mine:
                shutil.rmtree(left, ignore_errors=True)


class _Reading:
    """How far the reading of the registry is, by its rows."""

    def __init__(self, progress: Progress, scope: Scope) -> None:
        self._progress, self._scope = progress, scope

    @contextmanager
    def watched(self, bench: relations.Bench) -> Iterator[None]:
        models: tuple[Any, ...] = (Household, Person)
        self._of = max(sum(model.objects.within(self._scope).count() for model in models), 1)
        self._work = carrying.Interruptible()
        self._work.others.append(partial(relations.interrupt, bench))
        with watched(self._work, self._progress):
            yield

    def counted(self, rows: Iterator[relations.Row]) -> Iterator[relations.Row]:
        for number, row in enumerate(rows):
            if number % relations.CHUNK == 0:
                insist(self._progress)
                self._work.done += relations.CHUNK / self._of * 0.9  # the rest is writing it down
            yield row


def read(folder: Path) -> Snapshot:
    """The snapshot in a folder, from its description."""
    found = json.loads((folder / "snapshot.json").read_text("utf-8"))
    as_of = dt.date.fromisoformat(found["as_of"])
    return Snapshot(found["id"], folder, as_of, found["households"], found["persons"], found["unreadable"])


def again(folder: Path) -> Snapshot | None:
    """The snapshot in a folder, if it is there and its files are what they were when it was written."""
    try:
        files = json.loads((folder / "snapshot.json").read_text("utf-8"))["files"]
        is_same = all(_digest(folder / f"{name}.parquet") == digest for name, digest in files.items())
    except (OSError, ValueError, KeyError):
        return None
    return read(folder) if is_same else None


def _recall(bench: relations.Bench, pack: staging.Dictionary, moment: Moment, scope: Scope) -> None:
    """Make the tables late and facts: households of which something was said afterwards, and what was known of them.

    Of all others the facts on file are those of the date. Whose people have moved stands or falls with the households
    they lived in.
    """
    after = Q(observed_on__gt=moment.on) | Q(recorded_at__gte=moment.known_until)
    later = Observation.objects.within(scope).filter(after).order_by().values_list("household_id").distinct()
    relations.fill(bench, "late", {"household_id": "BIGINT"}, later)
    moved = FormerStay.objects.within(scope).order_by().values_list("household_id", "person__household_id")
    relations.fill(bench, "moved", {"was": "BIGINT", "household_id": "BIGINT"}, moved)
    bench.execute(_LATE_BY_PEOPLE)
    ids = [str(row[0]) for row in bench.execute(_ALL_LATE).fetchall()]
    relations.create(bench, "sayings", merging.SAYINGS)
    staging.bring_dictionary(bench, pack)
    people = relations.found(Person.objects.within(scope), "household_id", ids, merging.PERSON_COLUMNS)
    relations.fill(bench, "persons", merging.PERSONS, people)
    columns = ("id", "household_id", "source", "observed_on", Cast("body", TextField()))
    until = Observation.objects.within(scope).exclude(after)
    for some in relations.chunks(relations.found(until, "household_id", ids, columns)):
        merging.add_observations(bench, some)
    merging.merge(bench)


# A household is late once, whether by what was said of itself or of where its people lived.
_LATE_BY_PEOPLE = """
INSERT INTO late SELECT DISTINCT household_id FROM moved SEMI JOIN late ON late.household_id = was
WHERE household_id NOT IN (SELECT household_id FROM late)"""

# With the late households those in which their people lived before, because what was said there counts too.
_ALL_LATE = """
SELECT household_id FROM late UNION SELECT was FROM moved SEMI JOIN late USING (household_id) ORDER BY 1"""


def _bring_identifiers(bench: relations.Bench, scope: Scope) -> None:
    """Make the table numbers: of each identifier its state and its parts, never the number."""
    rows = Identifier.objects.within(scope).order_by().values_list("id", "state", Cast("told", TextField()))
    columns = {"id": "BIGINT", "state": "VARCHAR", "told": "VARCHAR"}
    relations.fill(bench, "numbers", columns, rows.iterator(chunk_size=relations.CHUNK))


@dataclass(frozen=True)
class _Part:
    """One file: columns from the database, those written beside the variables, and in which order of rows."""

    entity: str
    given: Mapping[str, str]
    written: Mapping[str, str]  # column → SQL
    hidden: str  # written for the order's sake
    order: str
    joined: str = ""


# "#" keeps our own columns apart from variables, whose names are identifiers.
_HOUSEHOLDS = _Part(
    entity="household",
    given=stays.HOUSEHOLDS,
    written={
        "household_id": "r.key::VARCHAR",
        "place": "coalesce(w.place, r.place)",
        "place_number": "coalesce(w.number, r.number)",
        '"#id"': "r.id",
    },
    hidden='"#id"',
    order="place_number, household_id",
    joined=stays.HOUSEHOLDS_THEN,
)
_PERSONS = _Part(
    entity="person",
    given=stays.PERSONS,
    written={
        "person_id": "r.key::VARCHAR",
        "household_id": "h.household_id",
        '"#number"': "h.place_number",
        '"#ordinal"': "r.ordinal",
    },
    hidden='"#number", "#ordinal"',
    order='"#number", household_id, "#ordinal", person_id',
    joined=stays.PERSONS_THEN + ' JOIN snapshot_household h ON h."#id" = s.household_id',
)


def _bring(
    bench: relations.Bench, pack: staging.Dictionary, part: _Part, rows: Iterator[relations.Row], moment: Moment
) -> dict[str, int]:
    """Make the table snapshot_<entity> of typed columns, chunk by chunk; return what could not be read."""
    variables = [v for v in pack.variables.values() if v.entity == part.entity]
    stated = [v for v in variables if v.read_from is None]
    schema = json.dumps({v.name: {"v": "VARCHAR"} for v in stated} or {"": "VARCHAR"})
    columns = ", ".join([*part.written, *(f'{_value(v)} AS "{v.name}"' for v in variables)])
    whose = "f.household_id = r.id" if part.entity == "household" else "f.person_id = r.id"
    document = "CASE WHEN l.household_id IS NULL THEN r.facts ELSE coalesce(f.facts, '{}') END"
    typed = f"""
        CREATE OR REPLACE TEMP TABLE typed AS
        WITH docs AS (
          SELECT {", ".join(f"{sql} AS {name}" for name, sql in part.written.items())},
                 from_json({document}, '{schema}') AS "#doc"
          FROM raw r {part.joined} LEFT JOIN late l ON l.household_id = r.owner
          LEFT JOIN facts f ON {whose})
        SELECT {columns}, "#doc" FROM docs"""
    faults = ", ".join(f'count("#doc"."{v.name}".v) - count("{v.name}")' for v in stated) or "0"
    unreadable = dict.fromkeys((v.name for v in stated), 0)
    into = f"CREATE OR REPLACE TEMP TABLE snapshot_{part.entity} AS"
    for some in itertools.chain(relations.chunks(rows), [[]]):  # once more without rows, for a registry without any
        relations.fill(bench, "raw", part.given, some)
        bench.execute(typed)
        counted = bench.execute(f"SELECT {faults} FROM typed").fetchall()[0]
        unreadable = {name: old + new for (name, old), new in zip(unreadable.items(), counted, strict=bool(stated))}
        bench.execute(f'{into} SELECT * EXCLUDE ("#doc") FROM typed')
        into = f"INSERT INTO snapshot_{part.entity}"
    return {name: count for name, count in unreadable.items() if count}


def _value(variable: staging.Variable) -> str:
    """SQL that reads a variable from its document in its type; NULL where the text is not of that type."""
    text = f'"#doc"."{variable.name}".v'
    if variable.read_from is not None:
        number = f'"#doc"."{variable.read_from.identifier}".v'
        part = f"n.told->>'{variable.read_from.part}'"
        return f"(SELECT TRY_CAST({part} AS {_TYPES[variable.type]}) FROM numbers n WHERE n.id = TRY_CAST({number} AS BIGINT))"
    match variable.type:
        case "identifier":
            return f"(SELECT n.state FROM numbers n WHERE n.id = TRY_CAST({text} AS BIGINT))"
        case "boolean":
            return f"CASE {text} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"
        case "integer":
            return f"CASE WHEN regexp_full_match({text}, '-?[0-9]{{1,18}}') THEN TRY_CAST({text} AS BIGINT) END"
        case "code" if variable.codes:
            codes = ", ".join("'" + code.replace("'", "''") + "'" for code in variable.codes)
            return f"CASE WHEN {text} IN ({codes}) THEN {text} END"
        case "code" | "text":
            return text
    return f"TRY_CAST({text} AS {_TYPES[variable.type]})"


def _write_file(bench: relations.Bench, part: _Part, folder: Path) -> int:
    """Write one sorted Parquet file; return its rows."""
    path = str(folder / f"{part.entity}s.parquet").replace("'", "''")
    bench.execute(f"""
        COPY (SELECT * EXCLUDE ({part.hidden}) FROM snapshot_{part.entity} ORDER BY {part.order}) TO '{path}'
        (FORMAT parquet, COMPRESSION zstd, {KEYED.format(rows=ROW_GROUP)})""")
    return int(bench.execute(f"SELECT count(*) FROM snapshot_{part.entity}").fetchall()[0][0])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
