"""People in, pairs and clusters out, on DuckDB. Pure: knows neither Django nor any registry."""

from diguan.linkage.matching.explaining import Reason, reasons
from diguan.linkage.matching.finding import CLUSTERS, FAULTS, PAIRS, STEPS, SUMMARY, Found, Options, find
from diguan.linkage.matching.levels import COMPARISONS
from diguan.linkage.matching.reading import NEEDED, OPTIONAL

__all__ = [
    "CLUSTERS",
    "COMPARISONS",
    "FAULTS",
    "NEEDED",
    "OPTIONAL",
    "PAIRS",
    "STEPS",
    "SUMMARY",
    "Found",
    "Options",
    "Reason",
    "find",
    "reasons",
]
