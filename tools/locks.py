"""Renew requirements/*.txt from requirements/*.in: versions and hashes for every platform, no registry's address.

uv resolves for Python 3.11 and later at once. It is no dependency: it is fetched into a temporary environment.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements"
LOCKS = ("run", "dev", "bench", "node")
OPTIONS = (
    *("--no-config", "--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"),
)


def main() -> int:
    """Write the lock files; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder) / "bin"
        subprocess.run([programs / "pip", "install", "--quiet", "uv"], check=True)
        for name in LOCKS:
            files = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
            subprocess.run([programs / "uv", "pip", "compile", *OPTIONS, *files], cwd=REQUIREMENTS.parent, check=True)
    text = "".join((REQUIREMENTS / f"{name}.txt").read_text() for name in LOCKS)
    if "://" in text:
        print("An address stands in the locked requirements; take it out before committing.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
