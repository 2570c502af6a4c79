"""Packs: policy as files, read, checked and explained. Pure: knows neither Django nor any database."""

from diguan.rulebook import cases, numbers, order, problems, reasons, what_if
from diguan.rulebook.loading import keep, load, shipped
from diguan.rulebook.pack import Pack
from diguan.rulebook.problems import PackProblems, PeriodNotCovered, RulesRefused
from diguan.rulebook.reference import Household, Past
from diguan.rulebook.rules import Rules, at, dated

__all__ = [
    "Household",
    "Pack",
    "PackProblems",
    "Past",
    "PeriodNotCovered",
    "Rules",
    "RulesRefused",
    "at",
    "cases",
    "dated",
    "keep",
    "load",
    "numbers",
    "order",
    "problems",
    "reasons",
    "shipped",
    "what_if",
]
