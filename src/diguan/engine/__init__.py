"""Snapshots in, results out, on DuckDB or Spark. Pure: knows neither Django nor any registry."""

from diguan.engine import history
from diguan.engine.engines import DUCKDB, SPARK
from diguan.engine.files import location
from diguan.engine.finished import Finished, finished
from diguan.engine.history import Former
from diguan.engine.household import Beside, one_household
from diguan.engine.intake import Checks
from diguan.engine.options import Options
from diguan.engine.outcomes import outcome_columns
from diguan.engine.problems import DataRefused, Refusal
from diguan.engine.progress import Progress, Steps, Stopped
from diguan.engine.room import Exhausted
from diguan.engine.screening import STEPS, WEIGHTS, Screened, results_in, screen

__all__ = [
    "DUCKDB",
    "SPARK",
    "STEPS",
    "WEIGHTS",
    "Beside",
    "Checks",
    "DataRefused",
    "Exhausted",
    "Finished",
    "Former",
    "Options",
    "Progress",
    "Refusal",
    "Screened",
    "Steps",
    "Stopped",
    "finished",
    "history",
    "location",
    "one_household",
    "outcome_columns",
    "results_in",
    "screen",
]
