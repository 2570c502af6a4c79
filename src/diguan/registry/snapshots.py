"""The registry as of a date as Parquet: what screenings read, without names or ID numbers, never changed.

A snapshot is a folder named by the digest of its content: households.parquet and persons.parquet, typed as the
dictionary says (unknown = NULL), and snapshot.json. It is written beside its place and renamed whole.

One file each, sorted by place, in row groups of about 20,000 rows, rather than a folder per county: read on 2 cores
with 300,000 households, one county took 4 ms either way because the row groups' place ranges prune as well as folders
do, while the whole took 1.6 times as long from 60 folders.
"""

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db.models import TextField
from django.db.models.functions import Cast

from diguan.access.scope import Scope
from diguan.registry import merging, recording, relations, staging
from diguan.registry.models import Household, Observation, Person

ROW_GROUP = 20_480
_KEYS = {
    "household": {"household_id": "VARCHAR", "place": "VARCHAR", "place_number": "BIGINT"},
    "person": {"person_id": "VARCHAR", "household_id": "VARCHAR", "place_number": "BIGINT", "ordinal": "INTEGER"},
}
_ORDER = {"household": "place_number, household_id", "person": "place_number, household_id, ordinal, person_id"}
_TYPES = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18, 6)",
    "money": "DECIMAL(18, 6)",
    "date": "DATE",
    "code": "VARCHAR",
    "text": "VARCHAR",
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


def write(*, pack: staging.Dictionary, as_of: dt.date, folder: Path, scope: Scope) -> Snapshot:
    """Write what is known of the scope's households from observations up to `as_of`, to a new folder inside `folder`.

    Rows: every household and person on file in scope, also those of whom nothing was known by then.
    Unknown: NULL. Written twice from the same content, it is the same snapshot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".snapshot-", dir=folder))
    try:
        with relations.workbench() as bench:
            _recall(bench, pack, as_of, scope)
            unreadable = _bring(bench, pack, "household", _households(scope))
            unreadable |= _bring(bench, pack, "person", _persons(scope))
            counts = {f"{kind}s": _write_file(bench, kind, building) for kind in _KEYS}
        content = {"as_of": as_of.isoformat(), **counts, "unreadable": dict(sorted(unreadable.items()))}
        content["files"] = {f"{kind}s": _digest(building / f"{kind}s.parquet") for kind in _KEYS}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
        (building / "snapshot.json").write_text(json.dumps({"id": digest, **content}, indent=1) + "\n", "utf-8")
        building.chmod(0o755)
        if not (folder / digest).exists():
            building.rename(folder / digest)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return read(folder / digest)


def read(folder: Path) -> Snapshot:
    """The snapshot in a folder, from its description."""
    found = json.loads((folder / "snapshot.json").read_text("utf-8"))
    as_of = dt.date.fromisoformat(found["as_of"])
    return Snapshot(found["id"], folder, as_of, found["households"], found["persons"], found["unreadable"])


def _households(scope: Scope) -> Iterator[relations.Row]:
    columns = ("id", "key", "place__code", "place_number", "id", Cast("facts", TextField()))
    return Household.objects.within(scope).order_by().values_list(*columns).iterator(chunk_size=relations.CHUNK)


def _persons(scope: Scope) -> Iterator[relations.Row]:
    facts = Cast("facts", TextField())
    columns = ("id", "key", "household__key", "place_number", "ordinal", "household_id", facts)
    return Person.objects.within(scope).order_by().values_list(*columns).iterator(chunk_size=relations.CHUNK)


def _recall(bench: relations.Bench, pack: staging.Dictionary, as_of: dt.date, scope: Scope) -> None:
    """Make the tables late and facts: households observed after the date, and what was known of them on it.

    Of all others the facts on file are those of the date.
    """
    later = Observation.objects.within(scope).filter(observed_on__gt=as_of).order_by()
    relations.fill(bench, "late", {"household_id": "BIGINT"}, later.values_list("household_id").distinct())
    relations.create(bench, "persons", {"id": "BIGINT", "key": "UUID"})
    relations.create(bench, "sayings", merging.SAYINGS)
    staging.bring_dictionary(bench, pack)
    late = [str(row[0]) for row in bench.execute("FROM late ORDER BY 1").fetchall()]
    people = Person.objects.within(scope)
    for some in relations.chunks(late, relations.KEYS_PER_QUERY):
        columns = ("id", "household_id", "source", "observed_on", "body")
        said = Observation.objects.within(scope).filter(household_id__in=some, observed_on__lte=as_of)
        members = people.filter(household_id__in=some).values_list("id", "key")
        relations.fill(bench, "persons", {"id": "BIGINT", "key": "UUID"}, members)
        merging.add_observations(bench, recording.bodies(said.values_list(*columns)))
    merging.merge(bench)


def _bring(
    bench: relations.Bench, pack: staging.Dictionary, entity: str, rows: Iterator[relations.Row]
) -> dict[str, int]:
    """Make the table snapshot_<entity> of typed columns, chunk by chunk; return what could not be read."""
    variables = [v for v in pack.variables.values() if v.entity == entity]
    keys = _KEYS[entity]
    relations.create(bench, f"snapshot_{entity}", keys | {f'"{v.name}"': _TYPES[v.type] for v in variables})
    schema = json.dumps({v.name: {"v": "VARCHAR"} for v in variables} or {"": "VARCHAR"})
    faults = [f'count(*) FILTER (doc."{v.name}".v IS NOT NULL AND ({_value(v)}) IS NULL)' for v in variables]
    unreadable: dict[str, int] = {}
    columns = {"id": "BIGINT", **keys, "owner": "BIGINT", "facts": "VARCHAR"}
    whose = "IS NULL" if entity == "household" else "= r.id"
    for some in relations.chunks(rows):
        relations.fill(bench, "raw", columns, some)
        bench.execute(f"""
            CREATE OR REPLACE TEMP TABLE docs AS
            SELECT {", ".join(f"r.{key}" for key in keys)},
                   from_json(CASE WHEN l.household_id IS NULL THEN r.facts ELSE coalesce(f.facts, '{{}}') END, '{schema}') AS doc
            FROM raw r LEFT JOIN late l ON l.household_id = r.owner
            LEFT JOIN facts f ON f.household_id = r.owner AND f.person_id {whose}""")
        bench.execute(
            f"INSERT INTO snapshot_{entity} SELECT {', '.join([*keys, *(_value(v) for v in variables)])} FROM docs"
        )
        counted = bench.execute(f"SELECT {', '.join(faults)} FROM docs").fetchall()[0] if faults else ()
        for variable, count in zip(variables, counted, strict=True):
            if count:
                unreadable[variable.name] = unreadable.get(variable.name, 0) + count
    return unreadable


def _value(variable: staging.Variable) -> str:
    """SQL that reads a variable from its document in its type; NULL where the text is not of that type."""
    text = f'doc."{variable.name}".v'
    match variable.type:
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


def _write_file(bench: relations.Bench, entity: str, folder: Path) -> int:
    """Write one sorted Parquet file; return its rows."""
    hidden = "" if entity == "household" else " EXCLUDE (place_number, ordinal)"
    path = str(folder / f"{entity}s.parquet").replace("'", "''")
    bench.execute(f"""
        COPY (SELECT *{hidden} FROM snapshot_{entity} ORDER BY {_ORDER[entity]}) TO '{path}'
        (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})""")
    return int(bench.execute(f"SELECT count(*) FROM snapshot_{entity}").fetchall()[0][0])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
