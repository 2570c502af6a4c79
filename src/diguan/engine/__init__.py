"""Snapshots in, results out, on DuckDB. Pure: knows neither Django nor any registry."""

from diguan.engine.problems import DataRefused, Refusal
from diguan.engine.screening import Screened, outcome_columns, screen

__all__ = ["DataRefused", "Refusal", "Screened", "outcome_columns", "screen"]
