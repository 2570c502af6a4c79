"""Registers with people counted twice, whose truth is known, and how well they are found."""
