"""Snapshots in, results out, on DuckDB. Pure: knows neither Django nor any registry."""

from diguan.engine import history
from diguan.engine.history import Former
from diguan.engine.household import one_household
from diguan.engine.intake import Checks
from diguan.engine.options import Options
from diguan.engine.problems import DataRefused, Refusal
from diguan.engine.screening import STEPS, Screened, outcome_columns, screen

__all__ = [
    "STEPS",
    "Checks",
    "DataRefused",
    "Former",
    "Options",
    "Refusal",
    "Screened",
    "history",
    "one_household",
    "outcome_columns",
    "screen",
]
