"""Packs: policy as files, read, checked and explained. Pure: knows neither Django nor any database."""

from diguan.rulebook import numbers
from diguan.rulebook.loading import load, shipped
from diguan.rulebook.pack import Pack
from diguan.rulebook.problems import PackProblems, PeriodNotCovered, RulesRefused
from diguan.rulebook.rules import Rules, at

__all__ = ["Pack", "PackProblems", "PeriodNotCovered", "Rules", "RulesRefused", "at", "load", "numbers", "shipped"]
