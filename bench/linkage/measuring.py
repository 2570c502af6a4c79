"""What a run found, against the truth of a made-up register."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Quality:
    """Of pairs of entries: `decided` and, of these, `right`; `reviewed` and, of these, `to_find`; `true` in all."""

    decided: int
    right: int
    reviewed: int
    to_find: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.decided if self.decided else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def recall_with_review(self) -> float:
        return (self.right + self.to_find) / self.true if self.true else 1.0


def measured(folder: Path, out: Path, others: str = "") -> Quality:
    """Compare pairs.parquet in `out` with persons_truth.parquet in `folder`; or, with the name of a list, pairs across."""
    left, right = (f"'{folder}/{name}_truth.parquet'" for name in ("persons", others or "persons"))
    within = "" if others else " AND a.person_key < b.person_key"
    across = "left_source <> right_source" if others else "TRUE"
    with duckdb.connect() as connection:
        true = connection.execute(f"SELECT count(*) FROM {left} a JOIN {right} b ON a.who = b.who{within}").fetchall()[
            0
        ][0]
        decided, right_ones, reviewed, to_find = connection.execute(
            f"""
            SELECT count(*) FILTER (WHERE decision <> 'review'), count(*) FILTER (WHERE decision <> 'review' AND a.who = b.who),
                count(*) FILTER (WHERE decision = 'review'), count(*) FILTER (WHERE decision = 'review' AND a.who = b.who)
            FROM '{out}/pairs.parquet' JOIN {left} a ON a.person_key = left_key JOIN {right} b ON b.person_key = right_key
            WHERE {across}"""
        ).fetchall()[0]
    return Quality(decided, right_ones, reviewed, to_find, true)
