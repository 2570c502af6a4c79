"""Diguan runs a targeted anti-poverty programme, household by household."""

__version__ = "0.1.0"
