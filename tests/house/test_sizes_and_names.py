"""Files and functions stay small, and are named after what they hold."""

from __future__ import annotations

import ast
import re

import pytest
from tests.house import house

FILE_LINES, FUNCTION_LINES = 400, 50
BANNED = {
    "manager",
    "helper",
    "helpers",
    "service",
    "services",
    "handler",
    "processor",
    "util",
    "utils",
    "common",
    "base",
}
BANNED |= {"info", "new", "v2"}
# Names that Django looks for.
GIVEN = {"src/diguan/server/sqlite/base.py", "src/diguan/server/postgresql/base.py"}


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[vV]\d+|\d+", name)}


def test_no_file_is_longer_than_400_lines() -> None:
    kinds = {".py", ".ts", ".js", ".css", ".html", ".sql"}
    long = {
        house.shown(path): lines
        for path in house.tracked()
        if path.suffix in kinds and "migrations" not in path.parts
        if (lines := len(path.read_text("utf-8").splitlines())) > FILE_LINES
    }
    assert not long


def test_no_function_is_longer_than_50_lines() -> None:
    long = {
        f"{house.shown(path)}:{node.lineno} {node.name}": lines
        for path in house.modules(house.SOURCE, house.ROOT / "tests", house.ROOT / "tools", house.ROOT / "bench")
        for node in ast.walk(house.tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert not long


def test_no_module_is_named_after_nothing() -> None:
    paths = {parent for path in house.modules() for parent in (path, path.parent)}
    assert not [house.shown(path) for path in paths if _words(path.stem) & BANNED and house.shown(path) not in GIVEN]


def test_no_class_is_named_after_nothing() -> None:
    wrong = []
    for path in house.modules():
        for node in ast.walk(house.tree(path)):
            if isinstance(node, ast.ClassDef) and (found := _words(node.name) & BANNED):
                bases = " ".join(ast.unparse(base) for base in node.bases)
                # What Django calls a manager is one.
                if found != {"manager"} or "Manager" not in bases:
                    wrong.append(f"{house.shown(path)}:{node.lineno} {node.name}")
    assert not wrong


def test_every_package_is_in_the_glossary() -> None:
    glossary = house.ROOT / "GLOSSARY.md"
    if not glossary.is_file():
        pytest.skip("there is no glossary yet")
    text = glossary.read_text("utf-8").lower()
    assert not [name for name in house.packages() if not re.search(rf"\b{re.escape(name)}\b", text)]
