"""What became of an import, household by household, as files beside it: written once, read by pages a piece at a time.

`households-*.parquet`: one row per household with its verdict (new, changed, confirmed, unchanged, refused);
`changes-*.parquet`: what would change, old and new; `faults.parquet`: why something was refused; `rows.parquet`: the rows
of refused households.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from diguan.engine.sql import text
from diguan.intake.lines import Bench

VERDICTS = ("new", "changed", "confirmed", "unchanged", "refused")
MEMORY = "512MB"
_COUNTED = ("persons", "persons_new", "changes", "by_id_number", "by_number", "by_name")


@dataclass(frozen=True)
class Carried:
    """The folder of one trial, or of one application."""

    folder: Path

    def all(self, name: str) -> str:
        """SQL of the rows of a kind; kinds that brought no file are empty."""
        files = sorted(self.folder.glob(f"{name}-*.parquet")) or sorted(self.folder.glob(f"{name}.parquet"))
        listed = ", ".join(text(str(file)) for file in files)
        return f"read_parquet([{listed}], union_by_name = true)"

    def has(self, name: str) -> bool:
        return any(self.folder.glob(f"{name}*.parquet"))


def opened(folder: Path) -> Bench:
    """A private DuckDB that works on disk once its memory is full."""
    settings: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": "false",
    }
    bench = duckdb.connect(":memory:", config=settings)
    bench.execute("SET enable_progress_bar = false")
    return bench


def note_refused(bench: Bench, folder: Path) -> None:
    """Write the refused households, their faults and their rows, in place of what was written before."""
    statements = {
        "households-refused": f"""
            SELECT h.g, h.first_n, h.number, h.key, coalesce(h.on_place, h.place) AS place, h.household_name AS name,
                   h.matched, h.day AS observed_on, 'refused' AS verdict, 0::BIGINT AS changes,
                   (SELECT count(*) FROM members m WHERE m.g = h.g) AS persons,
                   {", ".join(f"0::BIGINT AS {name}" for name in _COUNTED if name not in ("persons", "changes"))},
                   FALSE AS is_name_other
            FROM homes h WHERE h.g IN (SELECT g FROM faults)""",
        "faults": "SELECT * FROM faults",
        "rows": "SELECT b.n, b.g FROM belongs b WHERE b.g IN (SELECT g FROM faults)",
    }
    for name, statement in statements.items():
        file = folder / f"{name}.parquet"
        bench.execute(f"COPY ({statement}) TO {text(str(file) + '.part')} (FORMAT parquet)")
        Path(f"{file}.part").replace(file)


def counts(folder: Path) -> dict[str, Any]:
    """Households by verdict, people, changes, and by what they were found on file."""
    carried = Carried(folder)
    sums = ", ".join(f"coalesce(sum({name}), 0)::BIGINT" for name in _COUNTED)
    rows = run(
        f"SELECT verdict, count(*), {sums}, count(*) FILTER (is_name_other) FROM {carried.all('households')} GROUP BY verdict"
    )
    by_verdict = {row[0]: row for row in rows}
    found: dict[str, Any] = {verdict: by_verdict[verdict][1] if verdict in by_verdict else 0 for verdict in VERDICTS}
    taken = [row for row in rows if row[0] != "refused"]
    for place, name in enumerate(_COUNTED, start=2):
        found[name] = sum(row[place] for row in taken)
    found["persons_refused"] = sum(row[2] for row in rows if row[0] == "refused")
    found["names_other"] = sum(row[-1] for row in taken)
    found["faults"] = run(f"SELECT count(*) FROM {carried.all('faults')}")[0][0]
    return found


def differing(trial: Path, applied: Path) -> dict[str, int]:
    """How many households came out otherwise than in the trial, by what the trial had said of them."""
    before, after = Carried(trial).all("households"), Carried(applied).all("households")
    rows = run(f"""
        SELECT coalesce(b.verdict, 'new'), count(*) FROM {after} a LEFT JOIN {before} b USING (g)
        WHERE a.verdict IS DISTINCT FROM b.verdict OR a.changes IS DISTINCT FROM b.changes GROUP BY 1""")
    return dict(rows)


def run(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a query over these files."""
    bench = duckdb.connect(":memory:", config={"memory_limit": "256MB", "threads": 1})
    try:
        return bench.execute(sql, list(values)).fetchall()
    finally:
        bench.close()
