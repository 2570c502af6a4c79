"""The way to a comparison of two screenings and back: their folders out, changes and flows in, as sets."""

from pathlib import Path

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from diguan import engine
from diguan.engine import comparing, sides
from diguan.places.models import Place
from diguan.registry import relations
from diguan.registry.models import Household
from diguan.screening import run
from diguan.screening.models import Change, Comparison, Flow, Screening


def side(screening: Screening) -> sides.Side:
    """A screening of the registry with its snapshot.

    Raises: engine.DataRefused when it kept nothing, or its files are gone.
    """
    out = Path(screening.folder)
    snapshots = out.parents[1] / "snapshots"
    return sides.side(out, snapshots / screening.snapshot_id, snapshots)


def compare(before: Screening, after: Screening, out: Path, progress: engine.Progress) -> comparing.Compared:
    """Compare the files of two screenings into the folder `out`.

    Raises: engine.DataRefused when files of either are gone; engine.Stopped.
    """
    return comparing.compare(side(before), side(after), out, engine.Options(progress=progress))


def load(comparison: Comparison, out: Path, households: QuerySet[Household]) -> int:
    """Bring a comparison into its tables; return how many changes came in.

    Rows: a change per household and cohort or standard that changed, at the place where the household is on file now; a
    flow per place of the tree, cohort or standard, before, after and reason, but for those who met a standard both times.
    """
    with relations.workbench() as bench:
        keys = households.order_by().annotate(text=Cast("key", TextField())).values_list("id", "text", "place_number")
        columns = {"id": "BIGINT", "household_id": "UUID", "place_number": "BIGINT"}
        relations.fill(bench, "keys", columns, keys.iterator(chunk_size=relations.CHUNK))
        codes = Place.objects.order_by().values_list("code", "id", "number")
        relations.fill(bench, "places", {"code": "VARCHAR", "id": "BIGINT", "number": "BIGINT"}, codes.iterator())
        count = run.insert(
            bench,
            Change,
            comparison.pk,
            "comparison",
            _CHANGES.format(run.file_of(out / "changes.parquet")),
            _CHANGE_FIELDS,
        )
        run.insert(
            bench, Flow, comparison.pk, "comparison", _FLOWS.format(run.file_of(out / "flows.parquet")), _FLOW_FIELDS
        )
    return count


def folder(before: Screening, after: Screening) -> Path:
    """Where a comparison's files lie: with the later screening, so that backups carry them."""
    return Path(after.folder) / f"compared-with-{before.pk}"


_CHANGE_FIELDS = ("household", "place_number", "was_number", "kind", "name", "before", "after", "reason", "causes")
_CHANGES = """
    SELECT keys.id, keys.place_number, places.number, kind, name, before, after, reason, to_json(causes)::VARCHAR
    FROM (SELECT * EXCLUDE (place_number) REPLACE (household_id::UUID AS household_id) FROM {0}) AS c
    JOIN keys USING (household_id) LEFT JOIN places ON places.code = c.place_before
    ORDER BY kind, name, keys.place_number, keys.id"""
_FLOW_FIELDS = ("place", "kind", "name", "before", "after", "reason", "households", "persons_before", "persons_after")
_FLOWS = """
    SELECT places.id, kind, name, before, after, reason, households, persons_before, persons_after
    FROM {0} f LEFT JOIN places ON places.code = f.place
    WHERE (f.level = 0 OR places.id IS NOT NULL) AND NOT (kind = 'standard' AND before = 'met' AND after = 'met')
    ORDER BY places.id, kind, name, before, after, reason"""
