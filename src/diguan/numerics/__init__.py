"""Indices of poverty and inequality, with the errors that the design of a sample gives them, on DuckDB. Pure."""

from diguan.numerics.deprivation import Indicator, Specification, alkire_foster
from diguan.numerics.income import Income, Nonpositive, indices
from diguan.numerics.problems import SampleRefused
from diguan.numerics.results import Domain, Estimate, Estimates, Tally
from diguan.numerics.sample import Sample

__all__ = [
    "Domain",
    "Estimate",
    "Estimates",
    "Income",
    "Indicator",
    "Nonpositive",
    "Sample",
    "SampleRefused",
    "Specification",
    "Tally",
    "alkire_foster",
    "indices",
]
