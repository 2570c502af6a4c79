"""No policy stands in Python: no number of a pack, no name of a pack, cohort, standard's line or jurisdiction."""

from __future__ import annotations

import ast
import functools
import re

from tests.house import house

from diguan import rulebook

# The demo draws households for one pack, and says so; the gallery of components shows samples.
ALLOWED = {"demo", "gallery.py"}


@functools.cache
def _packs() -> list[rulebook.Pack]:
    return [rulebook.load(path.parent) for path in sorted((house.ROOT / "packs").glob("*/pack.yaml"))]


def _names() -> set[str]:
    """Names that only a policy has: of two words or more, or of a jurisdiction."""
    names: set[str] = set()
    for pack in _packs():
        names |= {pack.id, *pack.id.split("-")[1:2]}
        for part in (pack.parameters, pack.cohorts, pack.variables, pack.derived, pack.campaigns):
            names |= {name for name in part if "_" in name}
    # Part of the layout that every data folder, or every list of people, has, whatever the pack.
    layout = {"household_id", "person_id", "place_number", "birth_date", "id_number"}
    # Parts of an identifier, as rulebook.identifiers names them.
    layout |= {"card_kind", "card_grade"}
    return {name for name in names if not name.isdecimal()} - layout


def _numbers() -> set[str]:
    """Money of the packs that nobody would write by chance."""
    money = {
        str(value.value)
        for pack in _packs()
        for parameter in pack.parameters.values()
        if str(parameter.type).startswith("money")
        for value in parameter.values
    }
    found = {text.rstrip("0").rstrip(".") if "." in text else text for text in money}
    return {text for text in found if len(text.replace(".", "")) >= 4}


def _literals(source: ast.Module) -> list[tuple[int, str]]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(source)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, str(node.value))
        for node in ast.walk(source)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float) and id(node) not in docstrings
    ]


def test_no_policy_stands_in_python() -> None:
    words = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, sorted(_names() | _numbers()))) + r")(?![\w-])")
    wrong = [
        f"{house.shown(path)}:{line} “{found[0]}”"
        for path in house.modules()
        if not ALLOWED & set(path.relative_to(house.SOURCE).parts)
        for line, text in _literals(house.tree(path))
        if (found := words.search(text))
    ]
    assert not wrong
