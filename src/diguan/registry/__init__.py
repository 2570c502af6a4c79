"""Households, people, what was observed about them, and the facts that follow from it."""
