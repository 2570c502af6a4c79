"""Snapshots in, results out, on DuckDB or Spark. Pure: knows neither Django nor any registry."""

from diguan.engine.engines import DUCKDB, SPARK
from diguan.engine.files import location
from diguan.engine.finished import Finished, finished
from diguan.engine.household import one_household
from diguan.engine.intake import Checks
from diguan.engine.problems import DataRefused, Refusal
from diguan.engine.screening import STEPS, Options, Screened, outcome_columns, screen

__all__ = [
    "DUCKDB",
    "SPARK",
    "STEPS",
    "Checks",
    "DataRefused",
    "Finished",
    "Options",
    "Refusal",
    "Screened",
    "finished",
    "location",
    "one_household",
    "outcome_columns",
    "screen",
]
