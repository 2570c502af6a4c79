"""Splink as it comes: its stock comparisons and blocking, nothing Chinese about it, on the same file."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import splink.comparison_library as stock
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

_RULES = (
    ("name", "birth_date"), ("name", "place"), ("birth_date", "place"), ("birth_date", "surname"), ("name", "year"),
    ("place", "surname", "year"), ("birth_date", "given"), ("household_key", "birth_date"),
)  # fmt: skip


@dataclass(frozen=True)
class Untuned:
    """Precision and recall at a probability of 0.9 and, for the same precision as ours, at 0.99; and the seconds taken."""

    precision: float
    recall: float
    seconds: float


def run(folder: Path, probability: float = 0.9) -> Untuned:
    """Splink over persons.parquet in `folder`, against its truth."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    started = time.perf_counter()
    with duckdb.connect() as connection:
        api = DuckDBAPI(connection)
        people = connection.sql(
            "SELECT person_key AS unique_id, name, left(name, 1) AS surname, substr(name, 2) AS given, sex, place, household_key, "
            f"TRY_CAST(birth_date AS DATE) AS birth_date, left(birth_date, 4) AS year FROM '{folder}/persons.parquet'"
        )
        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=[
                stock.LevenshteinAtThresholds("name", 1).configure(term_frequency_adjustments=True),
                stock.AbsoluteDateDifferenceAtThresholds(
                    "birth_date", input_is_string=False, metrics=["month", "year"], thresholds=[1, 1]
                ),
                stock.ExactMatch("place").configure(term_frequency_adjustments=True),
                stock.ExactMatch("sex"),
            ],
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in _RULES],
        )
        linker = Linker(api.register(people), settings, log_level="ERROR")
        linker.training.estimate_probability_two_random_records_match([block_on("name", "birth_date")], recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
        for rule in (("name", "year"), ("birth_date", "place")):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
        found = linker.inference.predict(threshold_match_probability=probability)
        truth = f"'{folder}/persons_truth.parquet'"
        decided, right = connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE a.who = b.who) FROM {found.physical_name} JOIN {truth} a ON a.person_key = unique_id_l "
            f"JOIN {truth} b ON b.person_key = unique_id_r"
        ).fetchall()[0]
        true = connection.execute(
            f"SELECT count(*) FROM {truth} a JOIN {truth} b ON a.who = b.who AND a.person_key < b.person_key"
        ).fetchall()[0][0]
    return Untuned(right / max(decided, 1), right / true, time.perf_counter() - started)
