"""What the tests of the house look at: our files, our layers, our words."""

from __future__ import annotations

import ast
import functools
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "diguan"
PURE = ("rulebook", "engine", "numerics")


@functools.cache
def layers() -> list[set[str]]:
    """Our packages from the purest to the outermost, as pyproject.toml has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [{name.strip(" ()") for name in layer.split("|")} for layer in reversed(contract["layers"])]


def depth(package: str) -> int:
    """Return how far a package is from the top of the house."""
    return next(number for number, names in enumerate(layers()) if package in names)


def packages() -> list[str]:
    """Our packages that exist, by name."""
    return sorted(folder.name for folder in SOURCE.iterdir() if any(folder.glob("*.py")))


def modules(*folders: Path) -> list[Path]:
    """Python files of ours, without migrations."""
    found = (path for folder in folders or (SOURCE,) for path in sorted(folder.rglob("*.py")))
    return [path for path in found if "migrations" not in path.parts]


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


@functools.cache
def tracked() -> list[Path]:
    """Files under version control that are there; none outside a checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
