"""The Python environment: .venv, the locked packages in it, and the way to our own source."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from steps import ROOT, VENV, Step, Trouble, digest, run

PYTHON = VENV / "bin" / "python"
PROGRAM = VENV / "bin" / "diguan"
REQUIREMENTS = ROOT / "requirements"


def environment() -> Step:
    """Step that makes .venv; made again when this folder was moved or its Python is gone."""
    return Step("venv", "Python environment", lambda: str(ROOT), _is_alive, _make)


def packages(lock: str, title: str) -> Step:
    """Step that installs the packages of one lock file."""
    path = REQUIREMENTS / f"{lock}.txt"
    return Step(f"packages-{lock}", title, lambda: digest(path), lambda: True, lambda: _install(path))


def ourselves() -> Step:
    """Step that makes `import diguan` and the program `diguan` work in .venv, without a network."""
    return Step("diguan", "The program diguan", lambda: str(ROOT), PROGRAM.is_file, _link)


def site_packages() -> Path:
    """Folder of installed packages in .venv."""
    return next((VENV / "lib").glob("python3.*")) / "site-packages"


def _is_alive() -> bool:
    """Say whether .venv lies where it was made, and has a Python that starts and is new enough."""
    question = "import sys; print(sys.version_info >= (3, 11), sys.prefix)"
    if not PYTHON.exists():
        return False
    asked = subprocess.run([PYTHON, "-I", "-c", question], capture_output=True, text=True, check=False)
    return asked.stdout.strip() == f"True {VENV}"


def _make() -> None:
    if _is_alive():
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Trouble(
            f"This Python {version} lacks the module venv or ensurepip, which Debian and Ubuntu package apart.\n"
            f"Install it (apt install python{version}-venv, or python3-venv) and run this again."
        )
    run([sys.executable, "-m", "venv", "--clear", VENV])


def _install(lock: Path) -> None:
    options = ["--disable-pip-version-check", "--no-input", "--quiet", "--progress-bar", "off", "--require-hashes"]
    run([PYTHON, "-m", "pip", "install", *options, "--no-compile", "-r", lock])
    # pip would compile file by file on one processor. What cannot be compiled is a package's example or template.
    compiling: list[str | Path] = [PYTHON, "-m", "compileall", "-q", "-j", "0", site_packages()]
    subprocess.run(compiling, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _link() -> None:
    (site_packages() / "diguan.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    # Started through sh, because a #! line can hold neither a long path nor one with spaces.
    PROGRAM.write_text(
        f"#!/bin/sh\n'''exec' \"{PYTHON}\" \"$0\" \"$@\"\n' '''\n"
        "import sys\n\nfrom diguan.cli import main\n\nsys.exit(main())\n",
        encoding="utf-8",
    )
    os.chmod(PROGRAM, 0o755)  # noqa: S103 - a program is for everybody to run
