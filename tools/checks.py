"""What `make check` runs: one line for each check, and the whole output of those that fail."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("src", "tests", "tools", "bench")
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """A program that must end with 0."""

    title: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How a check went."""

    check: Check
    passed: bool
    seconds: float
    output: str


def checks() -> list[Check]:
    """Every check, the longest first so that two can run side by side."""
    python = str(PROGRAMS / "python")
    found = [
        Check("types", (str(PROGRAMS / "mypy"),)),
        Check("style", (str(PROGRAMS / "ruff"), "check", *SOURCES)),
        Check("format", (str(PROGRAMS / "ruff"), "format", "--check", *SOURCES)),
        Check("layers", (str(PROGRAMS / "lint-imports"), "--no-cache")),
        Check("templates", (str(PROGRAMS / "djlint"), "src/diguan", "--lint", "--quiet")),
        Check("translations", (python, "tools/messages.py", "--check")),
        Check("settings", (python, "-m", "django", "check", "--fail-level", "WARNING")),
        Check("migrations", (python, "-m", "django", "makemigrations", "--check", "--dry-run")),
    ]
    compiler = ROOT / "node_modules" / ".bin" / "tsc"
    if compiler.exists():
        found.insert(1, Check("typescript", (str(compiler), "--noEmit")))
    return found


def run(check: Check) -> Outcome:
    """Run one check and keep what it says."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "diguan.server.settings", "PYTHONPATH": "src"}
    begun = time.monotonic()
    done = subprocess.run(check.command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return Outcome(check, done.returncode == 0, time.monotonic() - begun, done.stdout + done.stderr)


def main() -> int:
    """Run every check; return 1 where one fails."""
    failed = []
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for outcome in pool.map(run, checks()):
            print(
                f"{outcome.check.title:<14}{'ok' if outcome.passed else 'FAILED':<8}{outcome.seconds:5.1f} s",
                flush=True,
            )
            if not outcome.passed:
                failed.append(outcome)
    for outcome in failed:
        print(f"\n— {outcome.check.title}: {' '.join(outcome.check.command[:3])}\n{outcome.output.rstrip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
