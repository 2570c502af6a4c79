"""Outcomes and cohorts: a pack run over a snapshot, and what came out for each household and place."""
