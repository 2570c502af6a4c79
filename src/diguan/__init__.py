"""Diguan runs a targeted anti-poverty programme, household by household."""
